public import WorkflowHistory

/// What is to be estimated: an execution of a type with some input.
public struct EstimateQuery: Equatable, Sendable {
  /// Whose history counts.
  public var userID: String
  /// The type of the execution.
  public var workflowType: String
  /// What its input holds.
  public var inputs: [InputField]
  /// When it was created, or would be.
  public var createdAt: Timestamp
  /// When it is asked for.
  public var now: Timestamp
  /// Since when it has run. Nil where it does not run.
  public var runningSince: Timestamp?

  /// The query with these values, unchecked.
  public init(
    userID: String, workflowType: String, inputs: [InputField] = [], createdAt: Timestamp,
    now: Timestamp, runningSince: Timestamp? = nil
  ) {
    self.userID = userID
    self.workflowType = workflowType
    self.inputs = inputs
    self.createdAt = createdAt
    self.now = now
    self.runningSince = runningSince
  }

  /// The query for an execution that would be created now.
  ///
  /// - Parameter checkingUserID: whose history: the request's user_id, or the caller where that is empty.
  /// - Throws: an `invalidArgument` `HistoryError` with every field that is refused.
  public init(
    checkingUserID userID: String, workflowType: String, inputData: JSONDocument?, now: Timestamp
  ) throws {
    var violations = Violations()
    violations.checkName(userID, "user_id")
    if workflowType.isEmpty {
      violations.add("workflow_type", "is required, or an execution_id")
    } else {
      violations.checkName(workflowType, "workflow_type")
    }
    try violations.check()
    self.init(
      userID: userID, workflowType: workflowType,
      inputs: inputData.map(InputField.fields) ?? [], createdAt: now, now: now)
  }

  /// The query for an execution that is stored.
  public init(_ execution: WorkflowExecution, now: Timestamp) {
    self.init(
      userID: execution.userID, workflowType: execution.workflowType,
      inputs: execution.inputData.map(InputField.fields) ?? [], createdAt: execution.createdAt,
      now: now,
      runningSince: execution.status == .running
        ? execution.startTime ?? execution.createdAt : nil)
  }

  /// Refuses what a request for an execution by its id can't say as well: its row does.
  ///
  /// - Throws: an `invalidArgument` `HistoryError` with every such field.
  public static func checkBesideID(workflowType: String, inputData: JSONDocument?) throws {
    var violations = Violations()
    let reason = "can't stand together with execution_id, whose own counts"
    if !workflowType.isEmpty { violations.add("workflow_type", reason) }
    if inputData != nil { violations.add("input_data", reason) }
    try violations.check()
  }
}
