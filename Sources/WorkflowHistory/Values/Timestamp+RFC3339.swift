internal import TextEncoding

extension Timestamp {
  /// The instant in RFC 3339's form in UTC, with 0, 3 or 6 digits of a second's fraction, as
  /// protobuf's JSON has it: `2026-05-01T12:30:00.250Z`.
  public var rfc3339: String {
    let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let isBefore = rest < 0
    return RFC3339.text(
      seconds: isBefore ? seconds - 1 : seconds,
      nanoseconds: Int32(isBefore ? rest + 1_000_000 : rest) * 1000)
  }

  /// The instant to the second, for people.
  public var rfc3339Seconds: String {
    Timestamp(microseconds: microseconds - (microseconds % 1_000_000 + 1_000_000) % 1_000_000)
      .rfc3339
  }

  /// The instant that an RFC 3339 text says: a date and time with `Z` or an offset, or a date
  /// alone, which means its first instant in UTC. Digits past microseconds are cut off.
  ///
  /// Nil where the text is none, or says a second 60: leap seconds have no instant of their own.
  public init?(rfc3339 text: String) {
    let isDate = text.utf8.count == 10
    // A space may stand for the T (RFC 3339, section 5.6).
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard
      let instant = RFC3339.instant(isDate ? text + "T00:00:00Z" : parts.joined(separator: "T"))
    else { return nil }
    self.init(
      microseconds: instant.seconds * 1_000_000 + Int64(instant.nanoseconds / 1000))
  }
}
