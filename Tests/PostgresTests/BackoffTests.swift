import Testing

@testable import Postgres

@Suite("Backoff") struct BackoffTests {
  private func waits(_ count: Int, _ jitter: Double, _ backoff: inout Backoff) -> [Duration] {
    (0..<count).map { _ in backoff.next(jitter: jitter) }
  }

  @Test("each wait is between a half and the whole of twice the last bound, up to two seconds")
  func doubles() {
    var least = Backoff()
    var most = Backoff()
    let bounds: [Double] = [50, 100, 200, 400, 800, 1600, 2000, 2000]
    for (index, wait) in waits(8, 0, &least).enumerated() {
      #expect(wait == .milliseconds(bounds[index] / 2))
    }
    for (index, wait) in waits(8, 1, &most).enumerated() {
      #expect(abs(wait / .milliseconds(1) - bounds[index]) < 0.001)
    }
  }

  @Test("a server that is away for days is still asked every two seconds")
  func staysBounded() {
    var backoff = Backoff()
    #expect(waits(200_000, 0, &backoff).last == .seconds(1))
  }

  @Test("a server that says that it is starting is asked again soon, however long it was away")
  func starting() {
    var backoff = Backoff()
    _ = waits(6, 0, &backoff)
    #expect(backoff.next(isStarting: true, jitter: 1) == .milliseconds(200))
    #expect(backoff.next(jitter: 1) == .seconds(2))
  }

  @Test("a connection that stood makes the next wait short; one that was dropped at once does not")
  func resets() {
    var backoff = Backoff()
    _ = waits(6, 0, &backoff)
    backoff.stood(for: .milliseconds(1999))
    #expect(waits(1, 0, &backoff) == [.seconds(1)])
    backoff.stood(for: .seconds(2))
    #expect(waits(1, 0, &backoff) == [.milliseconds(25)])
  }
}
