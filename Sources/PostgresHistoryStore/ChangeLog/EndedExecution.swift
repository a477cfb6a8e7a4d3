internal import Postgres
internal import WorkflowHistory

/// An execution that has ended, without its documents: what there is to learn from.
struct EndedExecution: Sendable {
  var id: ExecutionID
  var userID: String
  var workflowType: String
  var hasFailed: Bool
  var durationSeconds: Double?
  /// What its error has in common with others, or a pseudonym of that; nil where there is no error.
  var errorLabel: String?

  /// Whether what its error has in common with others is known by a pseudonym alone.
  var hasPseudonym: Bool { errorLabel.map(PayloadSealing.isPseudonym) ?? false }

  /// The execution that ended with a change; nil where none did. One that is reopened and ends again
  /// has ended twice.
  init?(_ change: LoggedChange) {
    guard change.old?.contribution.status.isTerminal != true, let new = change.new else {
      return nil
    }
    self.init(
      change.executionID, change.userID.text, new.workflowType.text, new.contribution)
  }

  /// The execution with these values; nil where it has not ended.
  private init?(
    _ id: ExecutionID, _ userID: String, _ workflowType: String, _ state: ExecutionContribution
  ) {
    guard state.status.isTerminal else { return nil }
    self.id = id
    self.userID = userID
    self.workflowType = workflowType
    hasFailed = state.status == .failed
    durationSeconds = state.durationSeconds
    errorLabel = state.errorFingerprint
  }

  /// Columns of `workflow_executions`.
  static let columns = """
    id, user_id, workflow_type, status, duration_seconds, error_fingerprint
    """

  /// The execution in a row whose columns from `offset` on are these; nil where it has not ended.
  init?(_ row: Row, from offset: Int) throws(PostgresError) {
    self.init(
      ExecutionID(uuid: try row.value(offset)), try row.value(offset + 1),
      try row.value(offset + 2), try ExecutionContribution(withoutTasks: row, from: offset + 3))
  }
}

/// Some of what is to be learned next.
struct EndedExecutions {
  var executions: [EndedExecution]
  /// Whether there was no more.
  var isLast: Bool
  /// Whether they come from their table, which is read to its end whatever stands in it.
  var isOfTable = false
}
