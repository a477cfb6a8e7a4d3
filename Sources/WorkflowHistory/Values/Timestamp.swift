extension Timestamp {
  /// The instants that a `google.protobuf.Timestamp` can say: the years 1 to 9999.
  public static let representable =
    Timestamp(
      microseconds: -62_135_596_800_000_000)...Timestamp(
      microseconds: 253_402_300_799_999_999)

  /// The UTC day that the instant lies in, in days since 1970-01-01; negative before.
  public var day: Int32 {
    let length = Self.microsecondsPerDay
    let (day, rest) = microseconds.quotientAndRemainder(dividingBy: length)
    return Int32(rest < 0 ? day - 1 : day)
  }

  /// The instant this many seconds later, or earlier where they are negative; at most the last
  /// instant that there is.
  func advanced(bySeconds seconds: Int64) -> Timestamp {
    let (sum, overflow) = microseconds.addingReportingOverflow(seconds * 1_000_000)
    if overflow { return Timestamp(microseconds: seconds < 0 ? .min : .max) }
    return Timestamp(microseconds: sum)
  }

  static let microsecondsPerDay: Int64 = 86_400_000_000
}

/// A day of the proleptic Gregorian calendar. Its description is `YYYY-MM-DD`.
public struct CalendarDay: Hashable, Sendable, CustomStringConvertible {
  /// The year, astronomically numbered: 0 is 1 BC.
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int

  /// The day that is `days` after 1970-01-01.
  ///
  /// Years are counted from March, so that the leap day is a year's last, in eras of 400 years,
  /// which all have 146,097 days.
  public init(daysSince1970 days: Int32) {
    // 0000-03-01, the first day of an era, is 719,468 days before 1970-01-01.
    let shifted = Int(days) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // From March, five months have 153 days: 31 + 30 + 31 + 30 + 31.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
  }

  /// The day that is written as `YYYY-MM-DD`, of the years 0 to 9999; nil where there is none such.
  public init?(_ text: some StringProtocol) {
    let parts = text.utf8.split(separator: ascii("-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2], text.utf8.allSatisfy({ isDigit($0) || $0 == ascii("-") })
    else { return nil }
    let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - ascii("0")) } }
    (year, month, day) = (numbers[0], numbers[1], numbers[2])
    guard CalendarDay(daysSince1970: daysSince1970) == self else { return nil }
  }

  /// How many days it is after 1970-01-01.
  public var daysSince1970: Int32 {
    let yearFromMarch = month > 2 ? year : year - 1
    let era = (yearFromMarch >= 0 ? yearFromMarch : yearFromMarch - 399) / 400
    let yearOfEra = yearFromMarch - era * 400
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    let dayOfEra = 365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return Int32(era * 146_097 + dayOfEra - 719_468)
  }

  /// The day as `YYYY-MM-DD`.
  public var description: String {
    let sign = year < 0 ? "-" : ""
    return "\(sign)\(padded(abs(year), 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}

/// A number with zeros before it, of so many digits at least.
func padded(_ number: some BinaryInteger, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension EfficiencyPoint {
  /// The day as `YYYY-MM-DD`.
  public var date: String { CalendarDay(daysSince1970: day).description }
}

extension DailyFigures {
  /// The day as `YYYY-MM-DD`.
  public var date: String { CalendarDay(daysSince1970: day).description }
}
