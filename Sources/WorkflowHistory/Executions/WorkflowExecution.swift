/// Where an execution stands. The raw values are those of the proto's `WorkflowStatus` and of the
/// database's column.
public enum WorkflowStatus: Int16, CaseIterable, Sendable {
  case pending = 1
  case running = 2
  case completed = 3
  case failed = 4
  case paused = 5

  /// Whether an execution that stands here has ended.
  public var isTerminal: Bool { self == .completed || self == .failed }
}

/// An instant, to the microsecond, as microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Comparable, Sendable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before.
  public var microseconds: Int64

  /// The instant that is `microseconds` after 1970-01-01T00:00:00Z.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Whether `a` is earlier.
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }
}

/// One run of a workflow, as it is stored.
public struct WorkflowExecution: Equatable, Sendable {
  /// What it is called; it never changes.
  public var id: ExecutionID
  /// The workflow that was run.
  public var workflowID: String
  /// The kind of workflow.
  public var workflowType: String
  /// Whose execution it is.
  public var userID: String
  /// Where the execution stands.
  public var status: WorkflowStatus
  /// Absent where it was not given, or where a page carries no documents; likewise the other three.
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
  /// In seconds: 0 to 1,000,000,000.
  public var durationSeconds: Double?
  /// Whatever the executor wants to keep beside it.
  public var executionMetadata: JSONDocument?
  /// Grows by one with each update, from 1.
  public var version: Int32
  /// The millisecond in ``id``.
  public var createdAt: Timestamp
  /// When it was last saved or updated.
  public var updatedAt: Timestamp
  /// Whether it is RUNNING and its heartbeats have stopped. Read beside the row, and never stored.
  public var isAbandoned = false

  /// The execution with these values, unchecked: for rows of the database.
  public init(
    id: ExecutionID, workflowID: String, workflowType: String, userID: String,
    status: WorkflowStatus, inputData: JSONDocument?, outputData: JSONDocument?,
    taskResults: JSONDocument?, errorMessage: String?, startTime: Timestamp?, endTime: Timestamp?,
    durationSeconds: Double?, executionMetadata: JSONDocument?, version: Int32,
    createdAt: Timestamp, updatedAt: Timestamp
  ) {
    self.id = id
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.userID = userID
    self.status = status
    self.inputData = inputData
    self.outputData = outputData
    self.taskResults = taskResults
    self.errorMessage = errorMessage
    self.startTime = startTime
    self.endTime = endTime
    self.durationSeconds = durationSeconds
    self.executionMetadata = executionMetadata
    self.version = version
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }
}
