import RPCClient
import Testing

@Suite("A backoff")
struct BackoffTests {
  @Test("is twice as long at most after each failure, up to its maximum")
  func grows() {
    let backoff = Backoff(
      initial: .milliseconds(100), maximum: .seconds(1), random: { 1 }, sleep: { _ in })
    let delays = [1, 2, 3, 4, 5, 60, 1_000_000].map(backoff.delay(afterFailures:))
    #expect(
      delays == [
        .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800),
        .seconds(1), .seconds(1), .seconds(1),
      ])
  }

  @Test("is a random part of that")
  func jitters() {
    let half = Backoff(random: { 0.5 }, sleep: { _ in })
    #expect(half.delay(afterFailures: 2) == .milliseconds(100))
    let none = Backoff(random: { 0 }, sleep: { _ in })
    #expect(none.delay(afterFailures: 9) == .zero)
    let delays = Set((0..<20).map { _ in Backoff().delay(afterFailures: 3) })
    #expect(delays.count > 1)
    #expect(delays.allSatisfy { .zero..<(.milliseconds(400)) ~= $0 })
  }
}
