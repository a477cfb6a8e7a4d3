import ProtobufMessages
import RPC
import Synchronization
import Testing

@testable import WorkflowHistoryService

/// A clock that stands still until it is moved.
private final class HandClock: Sendable {
  private let instant = Mutex(ContinuousClock.now)

  var now: ContinuousClock.Instant { instant.withLock { $0 } }

  func move(_ time: Duration) { instant.withLock { $0 += time } }
}

@Suite("What callers have taken")
struct CallerUseTests {
  private let clock = HandClock()

  private func use(_ limits: CallerLimits) -> CallerUse {
    CallerUse(limits, clock: { [clock] in clock.now })
  }

  /// When a call that is refused may be tried again; nil where it was begun.
  private func refusal(_ use: CallerUse, _ caller: String = "ann") -> Duration? {
    do throws(CallerUse.Refusal) {
      try use.begin(caller)
      return nil
    } catch {
      #expect(error.status.code == .resourceExhausted)
      for detail in error.status.details {
        if case .retryInfo(let delay) = detail { return delay }
      }
      Issue.record("no delay")
      return .zero
    }
  }

  /// How long the answer to a call that is refused waits; nil where it was begun.
  private func hold(_ use: CallerUse, _ caller: String = "ann") -> Duration? {
    do throws(CallerUse.Refusal) {
      try use.begin(caller)
      return nil
    } catch {
      return error.hold
    }
  }

  @Test("fifty refusals a second are answered at once, and those beyond wait for a second at most")
  func holds() throws {
    let use = use(CallerLimits(concurrentCalls: 1))
    #expect(hold(use) == nil)
    for _ in 0..<50 { #expect(hold(use) == .zero) }
    #expect(hold(use) == .milliseconds(20))
    #expect(hold(use) == .milliseconds(40))
    for _ in 0..<1000 { _ = hold(use) }
    #expect(hold(use) == .seconds(1))
    // It is the others' refusals that keep a caller waiting.
    #expect(hold(use, "bob") == nil)
    #expect(hold(use, "bob") == .zero)
    clock.move(.milliseconds(500))
    #expect(hold(use) == .milliseconds(520))
    clock.move(.seconds(2))
    #expect(hold(use) == .zero)
  }

  @Test("the time that an answer waits is not asked for again")
  func delays() throws {
    let use = use(CallerLimits(bytesPerSecond: 1000))
    #expect(hold(use) == nil)
    use.end("ann", bytes: 3000)
    for _ in 0..<200 { _ = hold(use) }
    let delay = try #require(refusal(use))
    #expect((Duration.milliseconds(1000) ... .milliseconds(1500)).contains(delay))
  }

  @Test("a second's calls may be made at once, and then one for each part of a second")
  func calls() throws {
    let use = use(CallerLimits(callsPerSecond: 10))
    for _ in 0..<10 { #expect(refusal(use) == nil) }
    let delay = try #require(refusal(use))
    #expect((Duration.milliseconds(100) ... .milliseconds(125)).contains(delay))
    #expect(refusal(use, "bob") == nil)
    clock.move(.milliseconds(99))
    #expect(refusal(use) != nil)
    clock.move(.milliseconds(2))
    #expect(refusal(use) == nil)
    #expect(refusal(use) != nil)
    clock.move(.seconds(3600))
    for _ in 0..<10 { #expect(refusal(use) == nil) }
    #expect(refusal(use) != nil)
  }

  @Test("a call may leave a debt of bytes, which is paid before the next")
  func bytes() throws {
    let use = use(CallerLimits(bytesPerSecond: 1000))
    #expect(refusal(use) == nil)
    use.end("ann", bytes: 3500)
    let delay = try #require(refusal(use))
    #expect((Duration.milliseconds(2500) ... .milliseconds(3125)).contains(delay))
    clock.move(.milliseconds(2499))
    #expect(refusal(use) != nil)
    clock.move(.milliseconds(1))
    #expect(refusal(use) == nil)
  }

  @Test("calls that run are counted until they end")
  func concurrent() {
    let use = use(CallerLimits(concurrentCalls: 2))
    #expect(refusal(use) == nil)
    #expect(refusal(use) == nil)
    #expect(refusal(use) != nil)
    #expect(refusal(use, "bob") == nil)
    use.end("ann", bytes: 0)
    #expect(refusal(use) == nil)
    #expect(refusal(use) != nil)
  }

  @Test("two names of the same characters in other bytes are two callers")
  func names() {
    let use = use(CallerLimits(concurrentCalls: 1))
    #expect(refusal(use, "\u{E9}") == nil)
    #expect(refusal(use, "e\u{301}") == nil)
    #expect(refusal(use, "\u{E9}") != nil)
  }

  @Test("callers who have nothing to answer for are forgotten, and others are not")
  func forgotten() {
    let use = use(CallerLimits(callsPerSecond: 1))
    for number in 0..<4096 {
      #expect(refusal(use, "user \(number)") == nil)
      use.end("user \(number)", bytes: 0)
    }
    #expect(use.count == 4096)
    clock.move(.milliseconds(500))
    // Their buckets are half full.
    #expect(refusal(use, "another") == nil)
    #expect(use.count == 4097)
    #expect(refusal(use, "user 7") != nil)
    clock.move(.milliseconds(500))
    #expect(refusal(use, "one more") == nil)
    // Only the two who still have a call.
    #expect(use.count == 2)
  }
}
