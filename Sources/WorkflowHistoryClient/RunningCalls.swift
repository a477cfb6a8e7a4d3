internal import RPC
internal import Synchronization

/// The calls of a client that run, which its loop must outlive: a task that comes back to a loop that has
/// ended waits for ever.
final class RunningCalls: Sendable {
  private struct State {
    var count = 0
    var isClosed = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Begins a call: UNAVAILABLE where the client is closed.
  func begin() throws(RPCStatus) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.count += 1 }
      return state.isClosed
    }
    if isClosed { throw RPCStatus(.unavailable, "the client is closed") }
  }

  /// Ends a call that was begun.
  func end() {
    let waiting = state.withLock { state in
      state.count -= 1
      guard state.count == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiting in waiting { waiting.resume() }
  }

  /// Lets no more calls begin. Returns whether any could until now.
  func close() -> Bool {
    state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
  }

  /// Waits until no call runs.
  func ended() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.count > 0 { state.waiting.append(continuation) }
        return state.count == 0
      }
      if isIdle { continuation.resume() }
    }
  }
}
