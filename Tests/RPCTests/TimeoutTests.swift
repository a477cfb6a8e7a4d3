import Testing

@testable import RPC

@Suite("grpc-timeout")
struct TimeoutTests {
  @Test(
    "is up to 8 digits and a unit",
    arguments: [
      ("1H", Duration.seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)),
      ("4m", .milliseconds(4)), ("5u", .microseconds(5)), ("6n", .nanoseconds(6)),
      ("0n", .zero), ("0H", .zero), ("00000001S", .seconds(1)),
      ("99999999n", .nanoseconds(99_999_999)), ("99999999H", .seconds(99_999_999 * 3600)),
    ])
  func parses(text: String, timeout: Duration) { #expect(parsed(text) == timeout) }

  @Test(
    "is nothing else",
    arguments: [
      "", "S", "1", "1x", "1s", "1h", "-1S", "+1S", "1.5S", "123456789S", "000000001S", " 1S",
      "1S ", "1 S", "１S", "1SS",
    ])
  func refuses(text: String) { #expect(parsed(text) == nil) }

  @Test(
    "is written in the finest unit that 8 digits hold",
    arguments: [
      (Duration.zero, "0n"), (.seconds(-1), "0n"), (.nanoseconds(1), "1n"),
      (.nanoseconds(99_999_999), "99999999n"), (.milliseconds(100), "100000u"),
      (.seconds(1), "1000000u"), (.seconds(60), "60000000u"), (.seconds(100), "100000m"),
      (.seconds(100_000), "100000S"), (.seconds(99_999_999), "99999999S"),
      (.seconds(100_000_000), "27778H"), (.seconds(Int64.max), "99999999H"),
    ])
  func formats(timeout: Duration, text: String) { #expect(Timeout.format(timeout) == text) }

  @Test("is never written as less than it is, and hardly as more")
  func roundsUp() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let magnitude = Int64.random(in: 0...56, using: &generator)
      let timeout = Duration.nanoseconds(Int64.random(in: 0...(1 << magnitude), using: &generator))
      let written = try #require(parsed(Timeout.format(timeout)))
      #expect(written >= timeout)
      #expect(written - timeout <= max(timeout / 10_000, .zero))
    }
  }

  @Test("less than a nanosecond is rounded up to one")
  func attoseconds() {
    #expect(Timeout.format(Duration(secondsComponent: 0, attosecondsComponent: 1)) == "1n")
  }
}

private func parsed(_ text: String) -> Duration? { Timeout.parse(Array(text.utf8).span) }
