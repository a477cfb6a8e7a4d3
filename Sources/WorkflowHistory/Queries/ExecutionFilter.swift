/// Which executions somebody asks for, of one user or of all: those that meet every filter given.
public struct ExecutionFilter: Equatable, Sendable {
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

  /// The filter with these values, unchecked.
  public init(
    userID: String?, workflowID: String? = nil, workflowType: String? = nil,
    statuses: Set<WorkflowStatus> = [], createdAfter: Timestamp? = nil,
    createdBefore: Timestamp? = nil
  ) {
    self.userID = userID
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.statuses = statuses
    self.createdAfter = createdAfter
    self.createdBefore = createdBefore
  }

  /// The filter that these request fields ask for, if they keep the limits in the proto. Empty texts
  /// filter nothing.
  ///
  /// - Parameter checkingUserID: whose executions; nil means those of all users.
  /// - Throws: `invalidArgument` with every field that is refused.
  public init(
    checkingUserID userID: String?, workflowID: String, workflowType: String,
    statuses: [WorkflowStatus], createdAfter: Timestamp?, createdBefore: Timestamp?
  ) throws(HistoryError) {
    var violations = Violations()
    if let userID { violations.checkName(userID, "user_id") }
    violations.checkOptionalName(workflowID, "workflow_id")
    violations.checkOptionalName(workflowType, "workflow_type")
    violations.checkCreated(after: createdAfter, before: createdBefore)
    try violations.check()
    self.init(
      userID: userID, workflowID: workflowID.isEmpty ? nil : workflowID,
      workflowType: workflowType.isEmpty ? nil : workflowType, statuses: Set(statuses),
      createdAfter: createdAfter, createdBefore: createdBefore)
  }
}
