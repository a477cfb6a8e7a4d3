/// Instants as RFC 3339 writes them: `2026-05-01T12:30:00.250Z`.
public enum RFC3339 {
  /// The seconds since 1970 of the years 0001 to 9999, the only ones that have such a text.
  public static let representable: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// The text of an instant in UTC, with 0, 3, 6 or 9 digits of a second's fraction.
  ///
  /// - Parameters:
  ///   - seconds: Since 1970, and ``representable``.
  ///   - nanoseconds: 0 to 999,999,999, later than that.
  public static func text(seconds: Int64, nanoseconds: Int32) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(30)
    append(seconds: seconds, nanoseconds: nanoseconds, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the same text to others.
  public static func append(seconds: Int64, nanoseconds: Int32, to text: inout [UInt8]) {
    var days = seconds / 86_400
    if seconds % 86_400 < 0 { days -= 1 }
    let time = seconds - days * 86_400
    let (year, month, day) = date(daysSince1970: days)
    append(year, 4, to: &text)
    append(month, 2, after: "-", to: &text)
    append(day, 2, after: "-", to: &text)
    append(time / 3600, 2, after: "T", to: &text)
    append(time / 60 % 60, 2, after: ":", to: &text)
    append(time % 60, 2, after: ":", to: &text)
    appendFraction(nanoseconds, to: &text)
    text.append(UInt8(ascii: "Z"))
  }

  /// A point and 3, 6 or 9 digits, or nothing where there is no fraction.
  ///
  /// - Parameter nanoseconds: 0 to 999,999,999.
  public static func fraction(nanoseconds: Int32) -> String {
    var text: [UInt8] = []
    appendFraction(nanoseconds, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  private static func appendFraction(_ nanoseconds: Int32, to text: inout [UInt8]) {
    if nanoseconds == 0 { return }
    text.append(UInt8(ascii: "."))
    switch Int64(nanoseconds) {
    case let nanoseconds where nanoseconds % 1_000_000 == 0:
      append(nanoseconds / 1_000_000, 3, to: &text)
    case let nanoseconds where nanoseconds % 1000 == 0: append(nanoseconds / 1000, 6, to: &text)
    case let nanoseconds: append(nanoseconds, 9, to: &text)
    }
  }

  private static func append(
    _ number: Int64, _ width: Int, after separator: Unicode.Scalar, to text: inout [UInt8]
  ) {
    text.append(UInt8(ascii: separator))
    append(number, width, to: &text)
  }

  /// Appends the last `width` digits of a number.
  private static func append(_ number: Int64, _ width: Int, to text: inout [UInt8]) {
    if width > 1 { append(number / 10, width - 1, to: &text) }
    text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }

  /// The instant that a text says, with `Z` or an offset, and at most 9 digits of a fraction.
  ///
  /// Nil where the text is none, says a second 60 (leap seconds have no instant of their own), or an
  /// instant that is not ``representable``.
  public static func instant(_ text: some StringProtocol) -> (seconds: Int64, nanoseconds: Int32)? {
    var reader = DigitReader(Array(text.utf8))
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2),
      reader.take("-"), let day = reader.number(2),
      let days = daysSince1970(year: year, month: month, day: day),
      reader.take("T") || reader.take("t"), let time = reader.timeOfDay(),
      let nanoseconds = reader.fraction(), let offset = reader.offset(), reader.isAtEnd
    else { return nil }
    let seconds = days * 86_400 + time - offset
    return representable.contains(seconds) ? (seconds, nanoseconds) : nil
  }

  // MARK: The proleptic Gregorian calendar

  // Years are counted from March, so that the leap day is a year's last, in eras of 400 years, which
  // all have 146,097 days; 719,468 days lie between 0000-03-01 and 1970-01-01.

  static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // From March, five months have 153 days: 31 + 30 + 31 + 30 + 31.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month,
      dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }

  /// Nil where the calendar has no such date, or its year is 0.
  private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64? {
    guard year >= 1, 1...12 ~= month else { return nil }
    let (shifted, months) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let leapDays = shifted / 4 - shifted / 100 + shifted / 400
    let days = shifted * 365 + leapDays + (153 * months + 2) / 5 + day - 1 - 719_468
    // A day that there is none of comes back as another date.
    return date(daysSince1970: days) == (year, month, day) ? days : nil
  }
}

/// Reads the parts of a text from its beginning.
private struct DigitReader {
  private var rest: ArraySlice<UInt8>

  init(_ text: [UInt8]) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }

  /// Takes the character if it is next.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
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

  /// Takes `hh:mm:ss`, in seconds since midnight.
  mutating func timeOfDay() -> Int64? {
    guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60,
      take(":"), let second = number(2), second < 60
    else { return nil }
    return (hour * 60 + minute) * 60 + second
  }

  /// Takes a point and 1 to 9 digits, where there is a point, in nanoseconds.
  mutating func fraction() -> Int32? {
    guard take(".") else { return 0 }
    guard let first = number(1) else { return nil }
    var fraction = first * 100_000_000
    var unit: Int64 = 10_000_000
    while unit > 0, let digit = number(1) {
      fraction += digit * unit
      unit /= 10
    }
    return Int32(fraction)
  }

  /// Takes `Z`, `+hh:mm` or `-hh:mm`, in seconds east of UTC.
  mutating func offset() -> Int64? {
    if take("Z") || take("z") { return 0 }
    let isEast = take("+")
    guard isEast || take("-"), let hours = number(2), hours < 24, take(":"),
      let minutes = number(2), minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (isEast ? 60 : -60)
  }
}
