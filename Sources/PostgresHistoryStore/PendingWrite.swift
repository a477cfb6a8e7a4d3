internal import Synchronization
internal import WorkflowHistory

/// A save, an update or a deletion that waits to be written, or is being written, and the call that
/// waits for its answer.
final class PendingWrite: Sendable {
  /// What is to be written.
  enum Operation: Sendable {
    case save(DigestedSave)
    case update(ExecutionUpdate, reach: Reach, now: Timestamp)
    case deletion(ExecutionDeletion, reach: Reach)
  }

  /// The row as it is now; nil where it was deleted.
  typealias Answer = Result<WorkflowExecution?, any Error>

  let operation: Operation
  let id: ExecutionID
  /// About what it holds in memory, or will when it is answered.
  let bytes: Int
  private let waiting: Mutex<CheckedContinuation<Answer, Never>?>
  private let findings = Mutex(Findings())

  /// What is known of its row from a batch that could not write it.
  struct Findings {
    /// How large the row is, where it was too large for the batch.
    var rowBytes = 0
    /// When it was first found locked, by the loops' clock.
    var lockedSince: Duration?
  }

  init(_ operation: Operation, answering continuation: CheckedContinuation<Answer, Never>? = nil) {
    self.operation = operation
    waiting = Mutex(continuation)
    switch operation {
    case .save(let digested):
      id = digested.id
      bytes = Self.overhead + digested.save.sent.documentBytes
    case .update(let update, _, _):
      id = update.id
      bytes = Self.overhead + update.fields.documentBytes
    case .deletion(let deletion, _):
      id = deletion.id
      bytes = Self.overhead
    }
  }

  /// What a write holds beside its documents and its error message.
  private static let overhead = 1024

  /// What an update adds to a batch for the row that it reads and writes again, whose size is not
  /// known before.
  private static let rowAllowance = 128 << 10

  /// What it adds to the size of a batch.
  var batchBytes: Int {
    var allowance = 0
    if case .update = operation { allowance = Self.rowAllowance }
    return bytes + max(allowance, rowBytes)
  }

  /// How large its row is, where it was too large for a batch; else 0.
  var rowBytes: Int { findings.withLock(\.rowBytes) }

  /// Takes note of what a batch found.
  func note<T: Sendable>(_ body: (inout Findings) -> T) -> T { findings.withLock { body(&$0) } }

  /// Whether its call still waits.
  var isAwaited: Bool { waiting.withLock { $0 != nil } }

  /// Answers its call, unless that was answered before.
  func answer(_ answer: Answer) {
    waiting.withLock { $0.take() }?.resume(returning: answer)
  }
}

extension ExecutionFields {
  /// How much its documents and its error message hold, as they were sent or as they come back: of
  /// each the larger.
  fileprivate var documentBytes: Int {
    var bytes = errorMessage?.utf8.count ?? 0
    for case let document? in [inputData, outputData, taskResults, executionMetadata] {
      bytes += max(document.utf8.count, document.renderedSize)
    }
    return bytes
  }
}
