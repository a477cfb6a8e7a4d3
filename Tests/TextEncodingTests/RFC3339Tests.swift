import Testing
import TextEncoding

@Suite("RFC 3339")
struct RFC3339Tests {
  @Test(
    "has the instants of the years 1 to 9999, with 0, 3, 6 or 9 digits of a fraction",
    arguments: [
      (0, 0, "1970-01-01T00:00:00Z"), (-1, 999_999_999, "1969-12-31T23:59:59.999999999Z"),
      (951_825_599, 250_000_000, "2000-02-29T11:59:59.250Z"),
      (4_107_542_399, 1000, "2100-02-28T23:59:59.000001Z"),
      (RFC3339.representable.lowerBound, 0, "0001-01-01T00:00:00Z"),
      (RFC3339.representable.upperBound, 1, "9999-12-31T23:59:59.000000001Z"),
    ] as [(Int64, Int32, String)])
  func both(seconds: Int64, nanoseconds: Int32, text: String) throws {
    #expect(RFC3339.text(seconds: seconds, nanoseconds: nanoseconds) == text)
    let instant = try #require(RFC3339.instant(text))
    #expect(instant == (seconds, nanoseconds))
  }

  @Test("comes back on every day of 400 years")
  func days() {
    for day in 0..<146_097 as Range<Int64> {
      let seconds = (day - 25_567) * 86_400 + 43_200
      let instant = RFC3339.instant(RFC3339.text(seconds: seconds, nanoseconds: 0))
      #expect(instant?.seconds == seconds)
    }
  }

  @Test(
    "is read with an offset, and refused where it is none",
    arguments: [
      ("1970-01-01t02:00:00.5+02:00", 0), ("1969-12-31T23:30:00-00:30", 0),
      ("1970-01-01T00:00:00.1234567890Z", nil), ("1970-01-01 00:00:00Z", nil),
      ("1970-01-01T00:00:00", nil), ("1900-02-29T00:00:00Z", nil), ("0000-12-31T00:00:00Z", nil),
      ("9999-12-31T23:59:59-00:01", nil), ("1970-01-01T00:00:60Z", nil), ("", nil),
    ] as [(String, Int64?)])
  func reads(text: String, seconds: Int64?) {
    #expect(RFC3339.instant(text)?.seconds == seconds)
  }
}
