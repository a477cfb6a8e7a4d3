/// The id of an execution: a UUIDv7 (RFC 9562, section 5.7), whose first 48 bits are its
/// `created_at` in milliseconds since 1970.
public struct ExecutionID: Hashable, Comparable, Sendable {
  /// The first eight bytes, big-endian: 48 bits of milliseconds, the version, and 12 bits that are
  /// the millisecond's fraction where the server made the id.
  public let high: UInt64
  /// The last eight bytes, big-endian: the variant and 62 random bits.
  public let low: UInt64

  /// The id with these 16 bytes, unchecked: for ids that come from the database.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// By time, then by the random bits: as the texts sort.
  public static func < (a: ExecutionID, b: ExecutionID) -> Bool {
    (a.high, a.low) < (b.high, b.low)
  }

  /// Whether the version is 7 and the variant RFC 9562's. An id that is neither was never saved.
  public var isVersion7: Bool { high >> 12 & 0xF == 7 && low >> 62 == 0b10 }

  /// The id's own millisecond.
  public var createdAt: Timestamp { Timestamp(microseconds: Int64(high >> 16) * 1000) }

  /// A fresh id of `instant`: its millisecond, the fraction of it in 12 bits (RFC 9562, section 6.2,
  /// method 3), and 62 random bits. So what one client saves after the other sorts in that order,
  /// whichever loop or server made the ids.
  public static func make(
    at instant: Timestamp, using generator: inout some RandomNumberGenerator
  ) -> ExecutionID {
    let (millisecond, microsecond) = UInt64(max(0, instant.microseconds))
      .quotientAndRemainder(dividingBy: 1000)
    return ExecutionID(
      high: min(millisecond, lastMillisecond) << 16 | 7 << 12 | microsecond << 12 / 1000,
      low: 0b10 << 62 | generator.next() >> 2)
  }

  /// The lower bound of the ids whose ``createdAt`` is at or after `instant`.
  ///
  /// `created_after <= created_at < created_before` is therefore
  /// `first(atOrAfter: created_after) <= id < first(atOrAfter: created_before)`, whatever
  /// microseconds the two have. No id is before 1970 or after the year 10,889.
  public static func first(atOrAfter instant: Timestamp) -> ExecutionID {
    let microseconds = UInt64(max(0, instant.microseconds))
    let millisecond = microseconds / 1000 + (microseconds % 1000 == 0 ? 0 : 1)
    guard millisecond <= lastMillisecond else { return ExecutionID(high: .max, low: .max) }
    return ExecutionID(high: millisecond << 16, low: 0)
  }

  private static let lastMillisecond: UInt64 = 1 << 48 - 1
}

extension ExecutionID: LosslessStringConvertible {
  /// The id in this text, which must be the 36-character form of a UUID, in either case. The
  /// version is not looked at: see ``isVersion7``.
  public init?(_ text: String) {
    guard text.utf8.count == 36 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for (index, byte) in text.utf8.enumerated() {
      if Self.isHyphen(at: index) {
        guard byte == ascii("-") else { return nil }
        continue
      }
      guard let digit = hexadecimalDigit(byte) else { return nil }
      high = high << 4 | low >> 60
      low = low << 4 | UInt64(digit)
    }
    self.init(high: high, low: low)
  }

  /// The 36-character form, in lower case.
  public var description: String {
    var text = [UInt8](repeating: ascii("-"), count: 36)
    var (high, low) = (high, low)
    for index in text.indices where !Self.isHyphen(at: index) {
      let digit = UInt8(high >> 60)
      text[index] = digit < 10 ? ascii("0") + digit : ascii("a") + digit - 10
      high = high << 4 | low >> 60
      low <<= 4
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func isHyphen(at index: Int) -> Bool {
    index == 8 || index == 13 || index == 18 || index == 23
  }
}
