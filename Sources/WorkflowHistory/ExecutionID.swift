/// The id of an execution: a UUIDv7 (RFC 9562, section 5.7), whose first 48 bits are its
/// `created_at` in milliseconds since 1970.
public struct ExecutionID: Hashable, Comparable, Sendable {
  /// The first eight bytes, big-endian: 48 bits of milliseconds, the version, 12 random bits.
  public let high: UInt64
  /// The last eight bytes, big-endian: the variant and 62 random bits.
  public let low: UInt64

  /// The id with these 16 bytes, unchecked: for ids that come from the database.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  public static func < (a: ExecutionID, b: ExecutionID) -> Bool {
    (a.high, a.low) < (b.high, b.low)
  }
}
