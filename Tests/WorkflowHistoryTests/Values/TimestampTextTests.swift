import Testing
import WorkflowHistory

@Suite("RFC 3339")
struct TimestampTextTests {
  @Test(
    "reads a date and time, its offset, and a fraction to the microsecond",
    arguments: [
      ("1970-01-01T00:00:00Z", 0),
      ("1970-01-01T00:00:00.5Z", 500_000),
      ("1970-01-01t00:00:01.0000019z", 1_000_001),
      ("1970-01-02 00:00:00Z", 86_400_000_000),
      ("1970-01-01T02:00:00+02:00", 0),
      ("1969-12-31T23:30:00-00:30", 0),
      ("2000-02-29T12:00:00Z", 951_825_600_000_000),
      ("2026-05-01", 1_777_593_600_000_000),
      ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ] as [(String, Int64)])
  func reads(text: String, microseconds: Int64) {
    #expect(Timestamp(rfc3339: text) == Timestamp(microseconds: microseconds))
  }

  @Test(
    "refuses what is no instant",
    arguments: [
      "", "now", "2026", "2026-5-1", "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00",
      "2026-05-01T", "2026-05-01T12:30Z", "2026-05-01T12:30:00", "2026-05-01T24:00:00Z",
      "2026-05-01T12:60:00Z", "2026-05-01T23:59:60Z", "2026-05-01T12:30:00.Z",
      "2026-05-01T12:30:00+2:00", "2026-05-01T12:30:00+24:00", "2026-05-01T12:30:00Z ",
      "0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
      "２０２６-05-01T12:30:00Z", "+026-05-01",
    ])
  func refuses(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test(
    "writes 0, 3 or 6 digits of a fraction, also before 1970",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (250_000, "1970-01-01T00:00:00.250Z"),
      (1, "1970-01-01T00:00:00.000001Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (951_825_600_000_000, "2000-02-29T12:00:00Z"),
    ] as [(Int64, String)])
  func writes(microseconds: Int64, text: String) {
    #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    #expect(Timestamp(rfc3339: text) == Timestamp(microseconds: microseconds))
  }

  @Test("cuts to the second downwards", arguments: [(1_999_999, 1), (-1, -1), (-1_000_000, -1)])
  func seconds(microseconds: Int64, second: Int64) {
    let cut = Timestamp(microseconds: microseconds).rfc3339Seconds
    #expect(cut == Timestamp(microseconds: second * 1_000_000).rfc3339)
  }
}
