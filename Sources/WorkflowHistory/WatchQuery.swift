/// Which changes a watch tells of.
public struct WatchQuery: Equatable, Sendable {
  /// Whose executions. Nil means those of all users.
  public var userID: String?
  /// Nil means any.
  public var workflowID: String?
  /// Nil means any.
  public var workflowType: String?
  /// Empty means any.
  public var statuses: Set<WorkflowStatus>
  /// Only executions with `created_at` at or after this instant.
  public var createdAfter: Timestamp?
  /// Only executions with `created_at` before this instant.
  public var createdBefore: Timestamp?
  /// As the caller sent it; the store checks it. Nil: from now on.
  public var resumeToken: String?

  /// The query with these values, unchecked.
  public init(
    userID: String?, workflowID: String? = nil, workflowType: String? = nil,
    statuses: Set<WorkflowStatus> = [], createdAfter: Timestamp? = nil,
    createdBefore: Timestamp? = nil, resumeToken: String? = nil
  ) {
    self.userID = userID
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.statuses = statuses
    self.createdAfter = createdAfter
    self.createdBefore = createdBefore
    self.resumeToken = resumeToken
  }

  /// The query that these request fields ask for, if they keep the limits in the proto. Empty texts
  /// filter nothing.
  ///
  /// - Parameter checkingUserID: whose executions; nil means those of all users.
  /// - Throws: `invalidArgument` with every field that is refused.
  public init(
    checkingUserID userID: String?, workflowID: String, workflowType: String,
    statuses: [WorkflowStatus], createdAfter: Timestamp?, createdBefore: Timestamp?,
    resumeToken: String
  ) throws(HistoryError) {
    var violations = Violations()
    if let userID { violations.checkName(userID, "user_id") }
    violations.checkOptionalName(workflowID, "workflow_id")
    violations.checkOptionalName(workflowType, "workflow_type")
    violations.checkCreated(after: createdAfter, before: createdBefore)
    violations.checkToken(resumeToken, "resume_token")
    try violations.check()
    self.init(
      userID: userID, workflowID: workflowID.isEmpty ? nil : workflowID,
      workflowType: workflowType.isEmpty ? nil : workflowType, statuses: Set(statuses),
      createdAfter: createdAfter, createdBefore: createdBefore,
      resumeToken: resumeToken.isEmpty ? nil : resumeToken)
  }
}

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

/// A watch that was begun, which lives on its store's loop.
public protocol HistoryWatch: AnyObject {
  /// Waits for changes, and now and then returns none, for the token. The first are none.
  ///
  /// - Throws: `HistoryError`: `unavailable` where the store's server stops or its database is away,
  ///   `outOfRange` where what comes next is not kept any more; `CancellationError`, at once, when its
  ///   task is cancelled.
  func next() async throws -> WatchedChanges

  /// Ends it.
  func cancel()
}
