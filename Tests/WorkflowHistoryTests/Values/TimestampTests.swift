import Foundation
import Testing
import WorkflowHistory

@Suite("A timestamp's day")
struct TimestampTests {
  @Test(
    "is the UTC day, rounded down",
    arguments: [
      (0, 0), (86_399_999_999, 0), (86_400_000_000, 1), (-1, -1), (-86_400_000_000, -1),
      (-86_400_000_001, -2), (1_772_366_400_123_456, 20_513), (Int64.max, 106_751_991),
      (Int64.min, -106_751_992),
    ] as [(Int64, Int32)])
  func day(microseconds: Int64, day: Int32) {
    #expect(Timestamp(microseconds: microseconds).day == day)
  }

  @Test(
    "is written as YYYY-MM-DD",
    arguments: [
      (0, "1970-01-01"), (-1, "1969-12-31"), (20_513, "2026-03-01"), (19_782, "2024-02-29"),
      (11_016, "2000-02-29"), (-25_509, "1900-02-28"), (-25_508, "1900-03-01"),
      (-719_162, "0001-01-01"), (-719_163, "0000-12-31"), (-719_528, "0000-01-01"),
      (-719_529, "-0001-12-31"), (2_932_896, "9999-12-31"),
    ] as [(Int32, String)])
  func date(day: Int32, text: String) {
    #expect(CalendarDay(daysSince1970: day).description == text)
    let point = EfficiencyPoint(
      day: day, executions: 1, medianDurationSeconds: 1, baselineMedianSeconds: nil)
    #expect(point.date == text)
  }

  @Test("is the date that Foundation's calendar has, over 800 years")
  func everyDate() {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    for day in stride(from: Int32(-135_000), to: 160_000, by: 13) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let ours = CalendarDay(daysSince1970: day)
      #expect([ours.year, ours.month, ours.day] == [parts.year, parts.month, parts.day])
      #expect(ours.daysSince1970 == day)
      #expect(CalendarDay(ours.description) == ours)
    }
  }

  @Test(
    "is not read from what is no date",
    arguments: [
      "", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-01", "02026-01-01",
      "2026-01-01 ", "-2026-01-1", "2026-01-0x", "20260101",
    ])
  func noDate(text: String) {
    #expect(CalendarDay(text) == nil)
  }

  @Test("ranges over what google.protobuf.Timestamp can say")
  func representable() {
    let range = Timestamp.representable
    #expect(CalendarDay(daysSince1970: range.lowerBound.day).description == "0001-01-01")
    #expect(CalendarDay(daysSince1970: range.upperBound.day).description == "9999-12-31")
    #expect(Timestamp(microseconds: range.upperBound.microseconds + 1).day == 2_932_897)
    #expect(Timestamp(microseconds: range.lowerBound.microseconds - 1).day == -719_163)
  }
}
