import Testing

@testable import RPCServer

@Suite("A connection's lifetime")
struct ConnectionLifetimeTests {
  private static let start = Duration.seconds(1_000)

  private func opened(_ configure: (inout ConnectionLimits) -> Void = { _ in })
    -> ConnectionLifetime
  {
    var limits = ConnectionLimits()
    configure(&limits)
    var lifetime = ConnectionLifetime(limits, at: Self.start, jitter: 0)
    lifetime.established(at: Self.start)
    return lifetime
  }

  /// What is due in the seconds after the start, as the one who keeps the timer would see it.
  private func actions(_ lifetime: inout ConnectionLifetime, until end: Duration) -> [String] {
    var seen: [String] = []
    var now = Self.start
    while now <= Self.start + end {
      let (action, again) = lifetime.next(at: now)
      if let action { seen.append("\((now - Self.start) / .seconds(1)): \(action)") }
      if case .close = action { break }
      now = again
    }
    return seen
  }

  private func action(_ lifetime: inout ConnectionLifetime, at second: Int)
    -> ConnectionLifetime.Action?
  {
    lifetime.next(at: Self.start + .seconds(second)).action
  }

  private func ping(_ lifetime: inout ConnectionLifetime, calls: Int, at second: Int) -> Bool {
    lifetime.receivedPing(calls: calls, at: Self.start + .seconds(second))
  }

  @Test("ends where the handshake takes longer than its time")
  func handshake() {
    var lifetime = ConnectionLifetime(ConnectionLimits(), at: Self.start, jitter: 0)
    lifetime.heard(at: Self.start + .seconds(9))
    #expect(
      actions(&lifetime, until: .seconds(100)) == ["10.0: close(\"the handshake took too long\")"])
  }

  @Test("is probed after silence, and ends where no sign of life comes")
  func keepalive() {
    var lifetime = opened { $0.keepaliveTime = .seconds(30) }
    #expect(
      actions(&lifetime, until: .seconds(100))
        == ["30.0: ping", "50.0: close(\"the client gives no sign of life\")"])
  }

  @Test("goes on where the sign of life comes")
  func alive() {
    var lifetime = opened { $0.keepaliveTime = .seconds(30) }
    #expect(action(&lifetime, at: 30) == .ping)
    lifetime.heard(at: Self.start + .seconds(31))
    #expect(action(&lifetime, at: 60) == nil)
    #expect(action(&lifetime, at: 61) == .ping)
  }

  @Test("drains when it is too old, and ends when the grace is over")
  func age() {
    var lifetime = opened {
      $0.maxAge = .seconds(100)
      $0.ageGrace = .seconds(20)
    }
    lifetime.update(calls: 1, isBlocked: false, at: Self.start)
    #expect(
      actions(&lifetime, until: .seconds(1_000))
        == ["100.0: drain", "120.0: close(\"the grace is over\")"])
  }

  @Test("is a tenth longer or shorter, as chance will have it", arguments: [-1.0, 1.0])
  func jitter(jitter: Double) {
    var limits = ConnectionLimits()
    limits.maxAge = .seconds(100)
    var lifetime = ConnectionLifetime(limits, at: Self.start, jitter: jitter)
    lifetime.established(at: Self.start)
    #expect(actions(&lifetime, until: .seconds(115)) == ["\(100 + 10 * jitter): drain"])
  }

  @Test("drains after it had no call for too long, counted from the last call's end")
  func idle() {
    var lifetime = opened { $0.maxIdle = .seconds(10) }
    lifetime.update(calls: 1, isBlocked: false, at: Self.start + .seconds(5))
    #expect(action(&lifetime, at: 60) == nil)
    lifetime.update(calls: 0, isBlocked: false, at: Self.start + .seconds(60))
    #expect(action(&lifetime, at: 69) == nil)
    #expect(action(&lifetime, at: 70) == .drain)
  }

  @Test(
    "by HTTP/1.1 drains after five minutes without a call, or sooner where all do",
    arguments: [(nil, 300), (10, 10), (3_600, 300)] as [(Int?, Int)])
  func idleHTTP1(maxIdle: Int?, seconds: Int) {
    var lifetime = opened { $0.maxIdle = maxIdle.map { .seconds($0) } }
    lifetime.speaksHTTP1()
    #expect(action(&lifetime, at: seconds - 1) == nil)
    #expect(action(&lifetime, at: seconds) == .drain)
  }

  @Test("ends where the client takes nothing, but not where it takes a little")
  func stall() {
    var lifetime = opened()
    lifetime.update(calls: 1, isBlocked: true, at: Self.start)
    #expect(action(&lifetime, at: 59) == nil)
    lifetime.progressed(at: Self.start + .seconds(59))
    #expect(action(&lifetime, at: 118) == nil)
    #expect(
      action(&lifetime, at: 119) == .close("the client takes nothing"))
  }

  @Test("that has said all waits for its client as long as for any that takes nothing")
  func finishing() {
    var lifetime = opened { $0.keepaliveTime = .seconds(30) }
    #expect(action(&lifetime, at: 30) == .ping)
    lifetime.finishing(at: Self.start + .seconds(40))
    lifetime.update(calls: 0, isBlocked: true, at: Self.start + .seconds(40))
    #expect(action(&lifetime, at: 99) == nil)
    #expect(action(&lifetime, at: 100) == .close("the client takes nothing"))
  }

  @Test("that has said all while it drains has no more than the grace that it had")
  func finishingInGrace() {
    var lifetime = opened { $0.keepaliveTime = .seconds(30) }
    lifetime.draining(grace: .seconds(50), at: Self.start)
    lifetime.finishing(at: Self.start + .seconds(40))
    lifetime.update(calls: 0, isBlocked: true, at: Self.start + .seconds(40))
    #expect(
      actions(&lifetime, until: .seconds(100)) == ["50.0: close(\"the grace is over\")"])
  }

  @Test("ends at the third ping that comes too early, where no answer was sent in between")
  func pings() {
    var lifetime = opened()
    #expect(ping(&lifetime, calls: 1, at: 0))
    #expect(ping(&lifetime, calls: 1, at: 1))
    #expect(ping(&lifetime, calls: 1, at: 2))
    lifetime.progressed(at: Self.start + .seconds(3))
    for count in 4...6 { #expect(ping(&lifetime, calls: 1, at: count)) }
    #expect(!ping(&lifetime, calls: 1, at: 7))
  }

  @Test("is not shortened by pings at the allowed pace: every 5 minutes, or 2 hours without a call")
  func allowedPings() {
    var lifetime = opened()
    for count in 0..<10 {
      #expect(ping(&lifetime, calls: 1, at: 300 * count))
    }
    var idle = opened()
    for count in 0..<3 {
      #expect(ping(&idle, calls: 0, at: 300 * count))
    }
    #expect(!ping(&idle, calls: 0, at: 900))
  }
}
