internal import Reactor
internal import Synchronization
internal import WorkflowHistory

/// Saves that were begun together, for one who waits for all of them.
final class SaveGroup: PendingSaves {
  private let answers: GroupAnswers
  private let writes: [PendingWrite]
  private let queue: WriteQueue
  private let eventLoop: EventLoop

  /// Puts the saves into the queue, in their order.
  init(
    _ saves: [ExecutionSave], into queue: WriteQueue, near writers: [Int],
    on eventLoop: EventLoop
  ) {
    let answers = GroupAnswers(saves.count)
    self.answers = answers
    self.queue = queue
    self.eventLoop = eventLoop
    writes = saves.enumerated().map { index, save in
      PendingWrite(.save(DigestedSave(save)), answering: .group(answers, index))
    }
    queue.add(writes, near: writers)
  }

  func outcomes() async throws -> [HistoryError?] {
    let failures = await eventLoop.withCancellableContinuation {
      self.answers.cancel()
    } _: { continuation in
      self.answers.wait(continuation)
    }
    guard let failures else { throw CancellationError() }
    return try failures.map { failure in
      guard let failure = failure.map(answer) else { return nil }
      guard let error = failure as? HistoryError else { throw failure }
      return error
    }
  }

  func cancel() {
    for write in writes where write.isAwaited { queue.cancel(write) }
  }
}

/// What became of the writes of a group. The writers of any loop answer them, each by itself.
final class GroupAnswers: Sendable {
  /// Nil where its task was cancelled.
  typealias Continuation = CheckedContinuation<[(any Error)?]?, Never>

  private struct State {
    var failures: [(any Error)?]
    var left: Int
    var isCancelled = false
    var waiting: Continuation?

    /// Whoever waits, where that has an end.
    mutating func takeWaiting() -> Continuation? {
      left == 0 || isCancelled ? waiting.take() : nil
    }

    /// What it waited for.
    var end: [(any Error)?]? { isCancelled ? nil : failures }
  }

  private let state: Mutex<State>

  init(_ count: Int) {
    state = Mutex(State(failures: Array(repeating: nil, count: count), left: count))
  }

  /// Takes note of how a write ended, which each does once.
  func end(_ index: Int, _ failure: (any Error)?) {
    change {
      $0.failures[index] = failure
      $0.left -= 1
    }
  }

  /// Resumes when all have ended, at once where they have.
  func wait(_ continuation: Continuation) { change { $0.waiting = continuation } }

  /// Resumes whoever waits, and will wait: their task was cancelled.
  func cancel() { change { $0.isCancelled = true } }

  private func change(_ body: (inout State) -> Void) {
    let (waiting, end) = state.withLock { state in
      body(&state)
      return (state.takeWaiting(), state.left == 0 || state.isCancelled ? state.end : nil)
    }
    waiting?.resume(returning: end)
  }
}
