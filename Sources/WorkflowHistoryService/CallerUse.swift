internal import Metrics
internal import ProtobufMessages
public import RPC
internal import Synchronization
internal import WorkflowHistory

/// What the callers of a process have taken, each by its user's name: a token bucket for calls, one
/// for bytes, and a count. All loops share it.
public final class CallerUse: Sendable {
  private struct Use {
    var calls: Double
    var bytes: Double
    var running = 0
    /// How many refusals may be answered at once; below 0 those before are still to be answered.
    var refusals = CallerUse.refusalsPerSecond
    /// When the buckets were filled last.
    var filled: ContinuousClock.Instant
  }

  private let limits: CallerLimits
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let uses = Mutex<[ExactText: Use]>([:])
  private let concurrency = CallerUse.counter("caller-concurrent-calls")
  private let callRate = CallerUse.counter("caller-calls-per-second")
  private let byteRate = CallerUse.counter("caller-bytes-per-second")

  /// Counts how often callers are held to a limit, as `workflow_history.limits.reached`.
  private static func counter(_ limit: String) -> Counter {
    Counter(label: "workflow_history.limits.reached", dimensions: [("limit", limit)])
  }

  /// How many callers are remembered before those that have nothing to answer for are forgotten.
  private static let sweepSize = 4096
  /// How many refusals of a caller are answered in a second. Those beyond wait, so that who asks again
  /// at once is not answered as fast as it can ask: that would take as much of the server as the calls
  /// that are refused.
  private static let refusalsPerSecond = 50.0
  private static let longestHold = 1.0

  /// Nothing was taken yet.
  ///
  /// - Parameter clock: tells the time by which buckets fill.
  public init(
    _ limits: CallerLimits,
    clock: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.limits = limits
    self.clock = clock
  }

  /// Whether there is a limit.
  var isLimited: Bool { limits != CallerLimits() }

  /// A call that is refused: RESOURCE_EXHAUSTED, with when to try again.
  struct Refusal: Error {
    let status: RPCStatus
    /// How long its answer is to wait.
    let hold: Duration
  }

  /// Begins a call of a caller's, or refuses it.
  func begin(_ caller: String) throws(Refusal) {
    let now = clock()
    let refusal = uses.withLock { uses -> Refusal? in
      if uses.count >= Self.sweepSize { sweep(&uses, now) }
      let key = ExactText(caller)
      var use = uses[key] ?? full(at: now)
      fill(&use, now)
      let refusal = refuse(&use)
      if refusal == nil {
        use.calls -= 1
        use.running += 1
      }
      uses[key] = use
      return refusal
    }
    if let refusal { throw refusal }
  }

  /// Begins what is no call of a method, and counts as one; its refusal is not held back.
  public func admit(_ caller: String) throws(RPCStatus) {
    do { try begin(caller) } catch { throw error.status }
  }

  /// Ends a call that was begun, which took so many bytes.
  public func end(_ caller: String, bytes: Int) {
    uses.withLock { uses in
      guard let place = uses.index(forKey: ExactText(caller)) else { return }
      uses.values[place].running -= 1
      // What a call takes is known when it has ended: it may leave a debt.
      uses.values[place].bytes -= Double(bytes)
    }
  }

  /// How many callers are remembered.
  var count: Int { uses.withLock { $0.count } }

  private func refuse(_ use: inout Use) -> Refusal? {
    guard let (reason, seconds) = reasonToRefuse(use) else { return nil }
    use.refusals = max(use.refusals - 1, -Self.longestHold * Self.refusalsPerSecond)
    let hold = max(-use.refusals / Self.refusalsPerSecond, 0)
    // Not all at the same moment, and no sooner than a clock ticks.
    let delay = max(seconds * Double.random(in: 1...1.25) - hold, 0.01)
    return Refusal(
      status: RPCStatus(
        .resourceExhausted, "\(reason): try again", details: [.retryInfo(.seconds(delay))]),
      hold: .seconds(hold))
  }

  /// Why a call can't begin, and in how many seconds it may.
  private func reasonToRefuse(_ use: Use) -> (String, Double)? {
    if let most = limits.concurrentCalls, use.running >= most {
      concurrency.increment()
      return ("\(most) calls of yours are running, which is as many as may", 0.1)
    }
    if let rate = limits.callsPerSecond, use.calls < 1 {
      callRate.increment()
      return ("you may make \(rate) calls a second", (1 - use.calls) / Double(rate))
    }
    if let rate = limits.bytesPerSecond, use.bytes < 0 {
      byteRate.increment()
      return ("you may send and take \(rate) bytes a second", -use.bytes / Double(rate))
    }
    return nil
  }

  private func full(at now: ContinuousClock.Instant) -> Use {
    Use(
      calls: Double(limits.callsPerSecond ?? 1), bytes: Double(limits.bytesPerSecond ?? 0),
      filled: now)
  }

  private func fill(_ use: inout Use, _ now: ContinuousClock.Instant) {
    let seconds = max(use.filled.duration(to: now) / .seconds(1), 0)
    use.filled = now
    // Without a limit one call is always there.
    use.calls =
      limits.callsPerSecond.map { min(use.calls + seconds * Double($0), Double($0)) } ?? 1
    use.bytes =
      limits.bytesPerSecond.map { min(use.bytes + seconds * Double($0), Double($0)) } ?? 0
    use.refusals = min(
      use.refusals + seconds * Self.refusalsPerSecond, Self.refusalsPerSecond)
  }

  /// Forgets those whose buckets are full and who have no call.
  private func sweep(_ uses: inout [ExactText: Use], _ now: ContinuousClock.Instant) {
    let full = full(at: now)
    uses = uses.filter { _, use in
      var use = use
      fill(&use, now)
      return use.running > 0 || use.calls < full.calls || use.bytes < full.bytes
        || use.refusals < full.refusals
    }
  }
}
