internal import Synchronization

/// What any number of tasks wait for, until it is open.
final class Latch: Sendable {
  private struct State {
    var isOpen = false
    var nextKey = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  /// Lets everyone pass, until it is shut.
  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [:] }
      return state.waiting.values
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Lets nobody pass.
  func shut() { state.withLock { $0.isOpen = false } }

  /// Returns when it is open, or the task cancelled.
  func wait() async {
    let key = state.withLock { state in
      state.nextKey += 1
      return state.nextKey
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayPass = state.withLock { state in
          // Within the lock: a cancellation that comes later finds the continuation.
          if state.isOpen || Task.isCancelled { return true }
          state.waiting[key] = continuation
          return false
        }
        if mayPass { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: key) }?.resume()
    }
  }
}
