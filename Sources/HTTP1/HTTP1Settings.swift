/// What a client may send.
public struct HTTP1Settings: Sendable {
  /// Bytes of a request line, its CRLF among them. More is answered 414. A query of three names, each of
  /// 255 characters that take twelve bytes when they are percent-encoded, has its room.
  public var maxRequestLineBytes = 16 << 10
  /// Bytes of a head's fields, or of the trailers: each one's name, value with the white space around it,
  /// and 32, about as HTTP/2 counts them. More is answered 431.
  public var maxFieldBytes = 32 << 10
  /// Fields of a head, or of the trailers. More is answered 431.
  public var maxFields = 128
  /// Bytes of a body. More is answered 413, by the declared length before any of it has come.
  public var maxBodyBytes = 4 << 20
  /// Bytes of the line before a chunk, with its extensions, which are passed over. More is answered 400.
  public var maxChunkLineBytes = 256

  /// The defaults.
  public init() {}
}
