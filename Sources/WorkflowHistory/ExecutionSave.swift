/// What a caller sent to be saved or updated: each field as it came, before any default.
public struct ExecutionFields: Equatable, Sendable {
  public var id: ExecutionID?
  public var workflowID: String?
  public var workflowType: String?
  public var userID: String?
  public var status: WorkflowStatus?
  public var inputData: JSONDocument?
  public var outputData: JSONDocument?
  public var taskResults: JSONDocument?
  public var errorMessage: String?
  public var startTime: Timestamp?
  public var endTime: Timestamp?
  public var durationSeconds: Double?
  public var executionMetadata: JSONDocument?

  public init() {}
}

/// A save that has passed the rules.
public struct ExecutionSave: Equatable, Sendable {
  /// The row to insert, with its id and defaults, at version 1.
  public var execution: WorkflowExecution
  /// What the caller sent, before defaults and with the user filled in: what the digest is of.
  public var sent: ExecutionFields
  /// Whose row an id that is taken may be.
  public var reach: Reach

  public init(execution: WorkflowExecution, sent: ExecutionFields, reach: Reach) {
    self.execution = execution
    self.sent = sent
    self.reach = reach
  }
}
