import Synchronization
import WorkflowHistory

@testable import WorkflowHistoryRecorder

/// A clock that stands still until it is moved on.
final class FakeClock: Sendable {
  private struct Sleeper {
    let end: Duration
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var elapsed = Duration.zero
    var nextKey = 0
    var sleepers: [Int: Sleeper] = [:]
  }

  let now: Timestamp
  private let state = Mutex(State())

  /// A clock whose time of day stays this one.
  init(now: Timestamp = RecorderClock.system.now()) { self.now = now }

  var clock: RecorderClock {
    RecorderClock(
      now: { self.now }, elapsed: { self.state.withLock(\.elapsed) },
      sleep: { try await self.sleep($0) })
  }

  /// How many sleep until a time that is so far away at most.
  func sleepers(within duration: Duration) -> Int {
    state.withLock { state in
      state.sleepers.values.count { $0.end <= state.elapsed + duration }
    }
  }

  /// Lets time pass.
  func advance(by duration: Duration) {
    let woken = state.withLock { state in
      state.elapsed += duration
      let elapsed = state.elapsed
      let woken = state.sleepers.filter { $0.value.end <= elapsed }
      for key in woken.keys { state.sleepers[key] = nil }
      return woken.values.map(\.continuation)
    }
    for continuation in woken { continuation.resume() }
  }

  private func sleep(_ duration: Duration) async throws {
    let key = state.withLock { state in
      state.nextKey += 1
      return state.nextKey
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isCancelled = state.withLock { state in
          if Task.isCancelled { return true }
          state.sleepers[key] = Sleeper(end: state.elapsed + duration, continuation: continuation)
          return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
      }
    } onCancel: {
      state.withLock { $0.sleepers.removeValue(forKey: key) }?
        .continuation.resume(throwing: CancellationError())
    }
  }
}

/// Waits until a condition is true; false where it does not become so within a minute.
func becomesTrue(_ condition: () async throws -> Bool) async rethrows -> Bool {
  let end = ContinuousClock.now + .seconds(60)
  while ContinuousClock.now < end {
    if try await condition() { return true }
    await Task.yield()
  }
  return false
}
