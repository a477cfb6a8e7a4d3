internal import Reactor
internal import Synchronization
internal import WorkflowHistory

/// Reads the executions that are to be saved into their feed, for as long as an iterator holds it.
final class SourceReader {
  private let task: Task<Void, Never>
  private let thrown = Thrown()

  private final class Thrown: Sendable {
    let error = Mutex<(any Error)?>(nil)
  }

  init(
    _ source: @escaping SaveOutcomes.Source, into feed: LoopBound<SaveFeed>, _ link: ClientLink
  ) {
    task = Task { [thrown] in
      let portions = Portions { portion in
        let isTaken = try? await link.run(feed) { await $0.take(portion) }
        return isTaken ?? false
      }
      do {
        try await source { await portions.take($0) }
      } catch {
        thrown.error.withLock { $0 = error }
      }
      await portions.end()
      try? await link.run(feed) { $0.finish() }
    }
  }

  deinit { task.cancel() }

  /// Throws what the executions have thrown.
  func check() throws {
    if let error = thrown.error.withLock(\.self) { throw error }
  }
}

/// Hands over executions in portions, so that those that come quickly share the way to another thread. One
/// that comes alone waits for no other.
private final class Portions: Sendable {
  private struct State {
    var portion: [ArchivedExecution] = []
    /// About how many bytes they have.
    var bytes = 0
    var isFull: Bool { portion.count >= 64 || bytes >= 256 << 10 }
    /// Whether portions are being handed over.
    var isUnderWay = false
    var isOver = false
    /// Who waits for the portion to be handed over.
    var waiting: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  private let handOver: @concurrent @Sendable ([ArchivedExecution]) async -> Bool

  init(_ handOver: @escaping @concurrent @Sendable ([ArchivedExecution]) async -> Bool) {
    self.handOver = handOver
  }

  /// Takes an execution, when there is room; false: no more are taken.
  func take(_ execution: ArchivedExecution) async -> Bool {
    let (begins, isFull, isOver) = state.withLock { state in
      guard !state.isOver else { return (false, false, true) }
      state.portion.append(execution)
      state.bytes += execution.fields.approximateBytes
      defer { state.isUnderWay = true }
      return (!state.isUnderWay, state.isFull, false)
    }
    if begins { Task { await self.run() } }
    if isFull { await wait { $0.isFull } }
    return !isOver
  }

  /// Waits until all are handed over.
  func end() async { await wait { $0.isUnderWay } }

  private func run() async {
    while true {
      let portion = state.withLock { state in
        defer { (state.portion, state.bytes) = ([], 0) }
        if state.isOver || state.portion.isEmpty {
          state.isUnderWay = false
          return [ArchivedExecution]()
        }
        return state.portion
      }
      resume()
      if portion.isEmpty { return }
      if await !handOver(portion) { state.withLock { $0.isOver = true } }
    }
  }

  /// Waits for as long as portions are handed over and it is to wait.
  private func wait(while isToWait: @escaping @Sendable (borrowing State) -> Bool) async {
    while state.withLock({ isToWait($0) && $0.isUnderWay }) {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          guard isToWait(state), state.isUnderWay else { return true }
          state.waiting = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    }
  }

  private func resume() {
    state.withLock { $0.waiting.take() }?.resume()
  }
}
