internal import Synchronization

/// Suspends until the task is cancelled.
public func untilCancelled() async {
  let events = Events()
  await withTaskCancellationHandler {
    await events.wait(for: "cancelled")
  } onCancel: {
    events.record("cancelled")
  }
}

/// What has happened, on any thread, and a way to wait for it.
public final class Events: Sendable {
  private struct State {
    var counts: [String: Int] = [:]
    var waiting: [(event: String, count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  /// Nothing has happened yet.
  public init() {}

  /// How often an event has happened.
  public func count(_ event: String) -> Int { state.withLock { $0.counts[event, default: 0] } }

  /// Says that an event has happened.
  public func record(_ event: String) {
    let ready = state.withLock { state in
      state.counts[event, default: 0] += 1
      let counts = state.counts
      let isMet = { (event: String, count: Int) in counts[event, default: 0] >= count }
      let ready = state.waiting.filter { isMet($0.event, $0.count) }.map(\.continuation)
      state.waiting.removeAll { isMet($0.event, $0.count) }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  /// Waits until an event has happened so often.
  public func wait(for event: String, count: Int = 1) async {
    await withCheckedContinuation { continuation in
      let isMet = state.withLock { state in
        if state.counts[event, default: 0] >= count { return true }
        state.waiting.append((event, count, continuation))
        return false
      }
      if isMet { continuation.resume() }
    }
  }
}
