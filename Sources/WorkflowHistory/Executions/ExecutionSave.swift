/// What a caller sent to be saved or updated: each field as it came, before any default.
public struct ExecutionFields: Equatable, Sendable {
  /// The id that the caller gave it.
  public var id: ExecutionID?
  /// The workflow that was run.
  public var workflowID: String?
  /// The kind of workflow.
  public var workflowType: String?
  /// Whose execution it is.
  public var userID: String?
  /// Where the execution stands.
  public var status: WorkflowStatus?
  /// What the workflow was given.
  public var inputData: JSONDocument?
  /// What the workflow made.
  public var outputData: JSONDocument?
  /// What each task did.
  public var taskResults: JSONDocument?
  /// Why it failed.
  public var errorMessage: String?
  /// When it began.
  public var startTime: Timestamp?
  /// When it ended.
  public var endTime: Timestamp?
  /// How long it took, in seconds.
  public var durationSeconds: Double?
  /// Whatever the executor wants to keep beside it.
  public var executionMetadata: JSONDocument?

  /// No field at all.
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
  /// The digest of an execution that was saved elsewhere; nil where it is to be made.
  public var digest: [UInt8]?

  /// The save with these values, unchecked.
  public init(
    execution: WorkflowExecution, sent: ExecutionFields, reach: Reach, digest: [UInt8]? = nil
  ) {
    self.execution = execution
    self.sent = sent
    self.reach = reach
    self.digest = digest
  }
}
