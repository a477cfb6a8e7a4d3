internal import Synchronization
internal import WorkflowHistory

/// A save, an update, a heartbeat or a deletion that waits to be written, or is being written, and the
/// call that waits for its answer.
final class PendingWrite: Sendable {
  /// What is to be written.
  enum Operation: Sendable {
    case save(DigestedSave)
    case update(ExecutionUpdate, reach: Reach, now: Timestamp)
    case heartbeat(ExecutionHeartbeat, reach: Reach)
    case deletion(ExecutionDeletion, reach: Reach)
  }

  /// The row as it is now; nil where it was deleted, and where nobody wants it.
  typealias Answer = Result<WorkflowExecution?, any Error>

  /// Who is answered.
  enum Caller: Sendable {
    case call(CheckedContinuation<Answer, Never>)
    /// A group, of whose writes this is one, which does not want the row.
    case group(GroupAnswers, Int)
  }

  let operation: Operation
  let id: ExecutionID
  /// About what it holds in memory, or will when it is answered.
  let bytes: Int
  /// Whether its answer is to have the row.
  let wantsRow: Bool
  private let waiting: Mutex<Caller?>
  private let findings = Mutex(Findings())

  /// What is known of its row from a batch that could not write it.
  struct Findings {
    /// How large the row is, where it was too large for the batch.
    var rowBytes = 0
    /// When it was first found locked, by the loops' clock.
    var lockedSince: Duration?
  }

  init(_ operation: Operation, answering caller: Caller? = nil) {
    self.operation = operation
    waiting = Mutex(caller)
    if case .group = caller { wantsRow = false } else { wantsRow = true }
    switch operation {
    case .save(let digested):
      id = digested.id
      bytes = Self.overhead + digested.save.sent.documentBytes
    case .update(let update, _, _):
      id = update.id
      bytes = Self.overhead + update.fields.documentBytes
    case .heartbeat(let heartbeat, _):
      id = heartbeat.id
      bytes = Self.overhead
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

  var isHeartbeat: Bool { if case .heartbeat = operation { true } else { false } }

  /// How large its row is, where it was too large for a batch; else 0.
  var rowBytes: Int { findings.withLock(\.rowBytes) }

  /// Takes note of what a batch found.
  func note<T: Sendable>(_ body: (inout Findings) -> T) -> T { findings.withLock { body(&$0) } }

  /// Whether its call still waits.
  var isAwaited: Bool { waiting.withLock { $0 != nil } }

  /// Answers its call, unless that was answered before.
  func answer(_ answer: Answer) {
    switch waiting.withLock({ $0.take() }) {
    case .call(let continuation): continuation.resume(returning: answer)
    case .group(let answers, let index):
      var failure: (any Error)?
      if case .failure(let error) = answer { failure = error }
      answers.end(index, failure)
    case nil: break
    }
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
