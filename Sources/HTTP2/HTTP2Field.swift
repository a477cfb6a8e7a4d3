/// One header or trailer field. Names are lowercase (RFC 9113, section 8.2).
public struct HTTP2Field: Hashable, Sendable {
  /// The name, lowercase; of a pseudo-header field with its colon.
  public var name: String
  /// The value. Bytes outside of UTF-8 were replaced.
  public var value: String

  /// A field.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// What a request begins with.
public struct HTTP2RequestHead: Equatable, Sendable {
  /// `:method`.
  public var method = ""
  /// `:scheme`.
  public var scheme = ""
  /// `:authority`, or where there is none, `host`.
  public var authority = ""
  /// `:path`, which is not empty, but need not begin with a slash.
  public var path = ""
  /// The other fields, in their order.
  public var fields: [HTTP2Field] = []
  /// Whether the fields were more, or larger, than the limit: some are missing then.
  public var isTooLarge = false

  init() {}
}

/// Why a stream or a connection ended (RFC 9113, section 7).
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
  /// The code's number.
  public let rawValue: UInt32
  /// The code with this number, which may be none of those below.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// The end of what was to be done.
  public static let noError = HTTP2ErrorCode(rawValue: 0)
  /// The peer broke the protocol.
  public static let protocolError = HTTP2ErrorCode(rawValue: 1)
  /// A fault of this side.
  public static let internalError = HTTP2ErrorCode(rawValue: 2)
  /// Nothing of the request was processed: it may be sent again.
  public static let refusedStream = HTTP2ErrorCode(rawValue: 7)
  /// The stream is not needed any more.
  public static let cancel = HTTP2ErrorCode(rawValue: 8)
  /// The peer asks too much.
  public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
}

/// A connection whose peer does not speak HTTP/2, or that can't go on.
public struct HTTP2Error: Error, Equatable, CustomStringConvertible {
  /// What nghttp2 says of it.
  public let description: String
}

/// What one side of a connection allows the other.
public struct HTTP2Settings: Sendable {
  /// Streams that the peer may have open at once.
  public var maxConcurrentStreams: UInt32 = 256
  /// Bytes that the peer may send on a stream ahead of what was read.
  public var streamWindow: Int32 = 1 << 18
  /// Bytes that the peer may send on all streams together ahead of what was read.
  public var connectionWindow: Int32 = 1 << 20
  /// Bytes of a header block: each field's name and value and 32 (RFC 9113, section 6.5.2).
  public var maxFieldBytes = 32 << 10
  /// Fields of a header block.
  public var maxFields = 128

  /// The defaults.
  public init() {}
}
