internal import WorkflowHistory

/// A day in UTC.
struct Day: Hashable, Comparable {
  /// Days since 1970-01-01.
  var number: Int32

  init(number: Int32) { self.number = number }

  /// The day that an instant lies in.
  init(of instant: Timestamp) {
    number = Int32(clamping: instant.microseconds.flooredQuotient(dividingBy: 86_400_000_000))
  }

  /// Its first instant.
  var start: Timestamp { Timestamp(microseconds: Int64(number) * 86_400_000_000) }

  /// The month that it lies in.
  var month: Month { Month(of: start) }

  /// As in ISO 8601, with a separator: `2026-03-15`.
  func text(separator: String) -> String {
    let parts = [month.month, Int(number - Day(of: month.start).number) + 1]
    return parts.reduce("\(month.year)") { $0 + separator + ($1 < 10 ? "0" : "") + "\($1)" }
  }

  static func < (a: Day, b: Day) -> Bool { a.number < b.number }
  static func + (day: Day, more: Int32) -> Day { Day(number: day.number + more) }
  static func - (day: Day, less: Int32) -> Day { Day(number: day.number - less) }
}
