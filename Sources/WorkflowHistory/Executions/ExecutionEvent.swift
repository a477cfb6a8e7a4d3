/// What happened to an execution.
public enum ChangeKind: Int16, CaseIterable, Sendable {
  /// It was saved.
  case created = 1
  /// It was updated.
  case updated = 2
  /// It was deleted by a call.
  case deleted = 3
}

/// One write of one execution, as a watch tells it.
public struct ExecutionEvent: Equatable, Sendable {
  /// What happened.
  public var kind: ChangeKind
  /// The execution.
  public var executionID: ExecutionID
  /// Whose it is.
  public var userID: String
  /// The version that the write made; where it was deleted, the last one.
  public var version: Int32
  /// The type after the write; where it was deleted, before.
  public var workflowType: String
  /// The status after the write; where it was deleted, before.
  public var status: WorkflowStatus
  /// When the transaction of the write began, by the database's clock.
  public var changedAt: Timestamp
  /// The execution as it is now, without documents; nil where it has been deleted.
  public var execution: WorkflowExecution?
  /// Goes on after this.
  public var resumeToken: String

  /// The event with these values.
  public init(
    kind: ChangeKind, executionID: ExecutionID, userID: String, version: Int32,
    workflowType: String, status: WorkflowStatus, changedAt: Timestamp,
    execution: WorkflowExecution?, resumeToken: String
  ) {
    self.kind = kind
    self.executionID = executionID
    self.userID = userID
    self.version = version
    self.workflowType = workflowType
    self.status = status
    self.changedAt = changedAt
    self.execution = execution
    self.resumeToken = resumeToken
  }
}

/// Some changes, or none.
public struct WatchedChanges: Equatable, Sendable {
  /// In the order of their transactions.
  public var events: [ExecutionEvent]
  /// Goes on after these, and after all that did not meet the filters by then.
  public var resumeToken: String

  /// These events.
  public init(events: [ExecutionEvent], resumeToken: String) {
    self.events = events
    self.resumeToken = resumeToken
  }
}
