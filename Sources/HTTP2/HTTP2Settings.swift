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
  /// How many frames the peer may send in a burst that get nothing done: see ``FrameBudget``.
  public var idleFrameBurst = 1_000
  /// How many more of them it may send in each second.
  public var idleFramesPerSecond = 100

  /// The defaults.
  public init() {}
}
