/// Why a stream or a connection ended (RFC 9113, section 7).
public struct HTTP2ErrorCode: RawRepresentable, Hashable, Sendable {
  /// The code as frames have it.
  public let rawValue: UInt32
  /// A code, known or not.
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// There was no error.
  public static let noError = HTTP2ErrorCode(rawValue: 0)
  /// The peer broke the protocol's rules.
  public static let protocolError = HTTP2ErrorCode(rawValue: 1)
  /// This side has failed.
  public static let internalError = HTTP2ErrorCode(rawValue: 2)
  /// The stream was not served at all, and can be tried again.
  public static let refusedStream = HTTP2ErrorCode(rawValue: 7)
  /// Nobody needs the stream any more.
  public static let cancel = HTTP2ErrorCode(rawValue: 8)
  /// The peer asks for too much.
  public static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
}

/// A connection whose peer does not speak HTTP/2, or that can't go on.
public struct HTTP2Error: Error, Equatable, CustomStringConvertible {
  /// What nghttp2 says of it.
  public let description: String
}
