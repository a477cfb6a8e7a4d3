internal import Postgres
internal import Sealing
internal import WorkflowHistory

/// The difference between a row and its successor. Documents that stay as they are do not travel.
struct ExecutionChange {
  let next: WorkflowExecution
  private let row: WorkflowExecution
  /// What the row has beside it, and its successor.
  private let derived: (old: DerivedColumns, new: DerivedColumns)
  /// What the successor is sealed with.
  private let key: PayloadKey?
  /// By ``ExecutionColumns/documents``: whether it changes.
  private let changes: [Bool]

  /// The change of a row that is sealed under a key, or plain.
  ///
  /// A row whose key is not the one that seals now is sealed anew, or becomes plain, as a whole.
  init(
    from row: WorkflowExecution, to next: WorkflowExecution, derived old: DerivedColumns,
    sealedWith keyID: String?, sealing: PayloadSealing?
  ) throws(HistoryError) {
    let key = sealing?.key
    let isRekeyed = key?.id != keyID
    self.row = row
    self.next = key == nil ? next : next.rendered()
    self.key = key
    changes = zip(row.documents, next.documents).enumerated().map { index, documents in
      documents.0 != documents.1 || isRekeyed && index < WorkflowExecution.sealedDocuments
    }
    var new = old
    let keepsLabels = (key == nil) == (keyID == nil)
    let keepsError =
      next.errorMessage.map { ExactText($0) } == row.errorMessage.map { ExactText($0) }
    if !keepsLabels || !keepsError {
      new.fingerprint = sealing.label(of: next, isSealed: key != nil)
    }
    if !keepsLabels || next.taskResults != row.taskResults {
      new.taskFigures = sealing.taskFigures(of: next, isSealed: key != nil)
    }
    if isRekeyed {
      new.digest = try sealing.digest(old.digest, of: row.id, sealedWith: keyID, under: key)
    }
    derived = (old, new)
  }

  /// By ``ChangeBatch/columns``.
  var parameters: [Parameter] {
    let stored =
      key.map {
        next.withoutDocuments(that: changes.map { !$0 }).sealed(with: $0.seal(of: next.id))
      }
      ?? next
    return [
      next.id.parameter, .text(next.workflowType), .int2(next.status.rawValue),
      .text(stored.errorMessage), .timestamptz(next.startTime?.microseconds),
      .timestamptz(next.endTime?.microseconds), .float8(next.durationSeconds),
      .int4(next.version), .timestamptz(next.updatedAt.microseconds),
      .text(derived.new.fingerprint), .bytes(derived.new.taskFigures), .text(key?.id),
      .bytes(derived.new.digest),
      .text(row.workflowType), .int2(row.status.rawValue), .float8(row.durationSeconds),
      .text(derived.old.fingerprint), .bytes(derived.old.taskFigures),
    ]
      + zip(changes, stored.documents).flatMap { changes, document in
        [Parameter.boolean(changes), .jsonb(changes ? document?.utf8 : nil)]
      }
  }

  /// The successor, with the changed documents as the database renders them, those that are sealed
  /// aside, and whether it is abandoned.
  func stored(_ row: Row, from offset: Int) throws(PostgresError) -> WorkflowExecution {
    var execution = next
    var rendered = next
    try rendered.setDocuments(row, from: offset)
    if key == nil {
      if changes[0] { execution.inputData = rendered.inputData }
      if changes[1] { execution.outputData = rendered.outputData }
      if changes[2] { execution.taskResults = rendered.taskResults }
    }
    if changes[3] { execution.executionMetadata = rendered.executionMetadata }
    try execution.setAbandoned(row, offset + ExecutionColumns.documents.count)
    return execution
  }
}

extension WorkflowExecution {
  /// By ``ExecutionColumns/documents``.
  fileprivate var documents: [JSONDocument?] {
    [inputData, outputData, taskResults, executionMetadata]
  }

  /// The same without the documents that need not be sealed.
  fileprivate func withoutDocuments(that areKept: [Bool]) -> WorkflowExecution {
    var execution = self
    if areKept[0] { execution.inputData = nil }
    if areKept[1] { execution.outputData = nil }
    if areKept[2] { execution.taskResults = nil }
    return execution
  }
}
