internal import Postgres
internal import WorkflowHistory

/// What the change log tells of one write.
struct LoggedChange: Equatable {
  /// What an execution contributes, and to which type's figures.
  struct State: Equatable {
    var workflowType: ExactText
    var contribution: ExecutionContribution
  }

  var transactionID: TransactionID
  var executionID: ExecutionID
  var userID: ExactText
  /// Of the row after, or the last one where it was deleted: the order of one execution's changes.
  var version: Int32
  /// Nil where it was saved.
  var old: State?
  /// Nil where it was deleted.
  var new: State?

  /// The columns that it is read from.
  static let columns = """
    execution_id, user_id, version, old_workflow_type, old_status, old_duration_seconds, \
    old_error_fingerprint, old_task_figures, workflow_type, status, duration_seconds, \
    error_fingerprint, task_figures, transaction_id
    """

  /// The change in a row of these.
  init(_ row: Row) throws {
    transactionID = try row.value(13)
    executionID = ExecutionID(uuid: try row.value(0))
    userID = ExactText(try row.value(1))
    version = try row.value(2)
    old = try State(row, from: 3)
    new = try State(row, from: 8)
  }
}

extension LoggedChange.State {
  /// The state in five columns; nil where they are NULL.
  fileprivate init?(_ row: Row, from offset: Int) throws {
    guard !row.isNull(offset + 1) else { return nil }
    workflowType = ExactText(try row.value(offset))
    contribution = try ExecutionContribution(row, from: offset + 1)
  }
}

extension ExecutionContribution {
  /// The contribution in four columns, the first of which is the `offset`-th: status, duration,
  /// fingerprint, and what its tasks did.
  init(_ row: Row, from offset: Int) throws {
    try self.init(withoutTasks: row, from: offset)
    if let figures = try row.value(offset + 3, as: [UInt8]?.self) {
      tasks = try TaskCounts(encoded: figures)
    }
  }

  /// The contribution in three columns, but for its tasks.
  init(withoutTasks row: Row, from offset: Int) throws(PostgresError) {
    self.init(
      status: try row.status(offset), durationSeconds: try row.value(offset + 1),
      errorFingerprint: try row.value(offset + 2))
  }
}

extension Row {
  /// The status in a column.
  func status(_ column: Int) throws(PostgresError) -> WorkflowStatus {
    let number = try value(column, as: Int16.self)
    guard let status = WorkflowStatus(rawValue: number) else {
      throw PostgresError(.protocolViolation, "a status that this server does not know")
    }
    return status
  }
}
