extension Timestamp {
  /// The instant in RFC 3339's form in UTC, with 0, 3 or 6 digits of a second's fraction, as
  /// protobuf's JSON has it: `2026-05-01T12:30:00.250Z`.
  public var rfc3339: String {
    let time = microseconds - Int64(day) * 86_400_000_000
    let fraction = time % 1_000_000
    let digits =
      fraction == 0
      ? ""
      : fraction % 1000 == 0 ? "." + padded(fraction / 1000, 3) : "." + padded(fraction, 6)
    return "\(CalendarDay(daysSince1970: day))T\(clock(time / 1_000_000))\(digits)Z"
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
    var reader = DigitReader(text)
    guard let day = CalendarDay(reader.text(10)) else { return nil }
    var microseconds = Int64(day.daysSince1970) * 86_400_000_000
    if !reader.isAtEnd {
      guard reader.takes("T") || reader.takes("t") || reader.takes(" "),
        let time = reader.timeOfDay(), let offset = reader.offset(), reader.isAtEnd
      else { return nil }
      microseconds += time - offset
    }
    self.init(microseconds: microseconds)
    guard Timestamp.representable.contains(self) else { return nil }
  }
}

/// Reads the parts of an RFC 3339 text from its beginning.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  var isAtEnd: Bool { rest.isEmpty }

  /// Takes the character if it is next.
  mutating func takes(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  /// Takes a text of so many bytes, or of all that there are.
  mutating func text(_ count: Int) -> Substring {
    defer { rest = rest.dropFirst(count) }
    return Substring(rest.prefix(count))
  }

  /// Takes a number of exactly so many digits.
  mutating func number(_ count: Int) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count else { return nil }
    var number: Int64 = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      number = number * 10 + Int64(digit - UInt8(ascii: "0"))
    }
    rest.removeFirst(count)
    return number
  }

  /// Takes `hh:mm:ss` and perhaps a fraction, in microseconds since midnight.
  mutating func timeOfDay() -> Int64? {
    guard let hour = number(2), hour < 24, takes(":"), let minute = number(2), minute < 60,
      takes(":"), let second = number(2), second < 60
    else { return nil }
    var fraction: Int64 = 0
    if takes(".") {
      guard let first = number(1) else { return nil }
      fraction = first * 100_000
      var unit: Int64 = 10_000
      while let digit = number(1) {
        fraction += digit * unit
        unit /= 10
      }
    }
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction
  }

  /// Takes `Z`, `+hh:mm` or `-hh:mm`, in microseconds east of UTC.
  mutating func offset() -> Int64? {
    if takes("Z") || takes("z") { return 0 }
    let isEast = takes("+")
    guard isEast || takes("-"), let hours = number(2), hours < 24, takes(":"),
      let minutes = number(2), minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (isEast ? 60_000_000 : -60_000_000)
  }
}

private func clock(_ seconds: Int64) -> String {
  "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
}
