internal import Synchronization
internal import WorkflowHistory

/// The recorded runs that go on in this process, and their heartbeats.
final class RunningRuns: Sendable {
  private let runs = Mutex<[ExecutionID: Task<Void, Never>?]>([:])

  var count: Int { runs.withLock(\.count) }

  func contains(_ id: ExecutionID) -> Bool { runs.withLock { $0[id] != nil } }

  func insert(_ id: ExecutionID) { runs.withLock { $0[id] = .some(nil) } }

  /// Begins the heartbeats of a run that goes on and has none.
  func beginHeartbeats(of id: ExecutionID, _ begin: () -> Task<Void, Never>) {
    runs.withLock { runs in
      if case .some(.none) = runs[id] { runs[id] = begin() }
    }
  }

  /// Ends a run and its heartbeats. Returns whether it was one of these.
  func remove(_ id: ExecutionID) -> Bool {
    guard let heartbeats = runs.withLock({ $0.removeValue(forKey: id) }) else { return false }
    heartbeats?.cancel()
    return true
  }

  /// Ends the heartbeats of all of them, and returns when they have ended.
  func endHeartbeats() async {
    let heartbeats = runs.withLock { $0.values.compactMap(\.self) }
    for one in heartbeats { one.cancel() }
    for one in heartbeats { await one.value }
  }
}
