public import WorkflowHistory

/// What the learner takes from an execution that has ended.
public struct Observation: Sendable {
  /// Whose execution it is.
  public var userID: String
  /// Its instant, and its place in a sample.
  public var id: ExecutionID
  /// The workflow that was run.
  public var workflowID: String
  /// The kind of workflow.
  public var workflowType: String
  /// Whether it failed; else it completed.
  public var hasFailed: Bool
  /// What its error has in common with others, where it failed and has one.
  public var errorFingerprint: String?
  /// In seconds: at least 0, and finite.
  public var durationSeconds: Double?
  /// What its input holds.
  public var inputs: [InputField]
  /// How long its tasks took.
  public var tasks: [TaskTiming]

  /// The observation with these values.
  public init(
    userID: String, id: ExecutionID, workflowID: String, workflowType: String, hasFailed: Bool,
    errorFingerprint: String? = nil, durationSeconds: Double?, inputs: [InputField] = [],
    tasks: [TaskTiming] = []
  ) {
    self.userID = userID
    self.id = id
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.hasFailed = hasFailed
    self.errorFingerprint = errorFingerprint
    self.durationSeconds = durationSeconds
    self.inputs = inputs
    self.tasks = tasks
  }

  /// The observation of an execution; nil where it has not ended.
  public init?(_ execution: WorkflowExecution) {
    guard execution.status.isTerminal else { return nil }
    self.init(
      userID: execution.userID, id: execution.id, workflowID: execution.workflowID,
      workflowType: execution.workflowType, hasFailed: execution.status == .failed,
      errorFingerprint: execution.errorMessage.map(ErrorFingerprint.fingerprint),
      durationSeconds: execution.durationSeconds,
      inputs: execution.inputData.map(InputField.fields) ?? [],
      tasks: execution.taskResults.map(TaskTiming.timings) ?? [])
  }

  /// The UTC day of its id, in days since 1970-01-01.
  var day: Int32 { id.createdAt.day }

  /// The week of its id, from Monday on, counted from the one of 1970-01-01.
  public var week: Int32 { LearnedHistory.week(ofDay: day) }

  /// The UTC hour of its id: 0 to 23.
  var hour: UInt8 { id.createdAt.hour }

  /// The UTC weekday of its id as ISO 8601 numbers them: 1 is Monday, 7 Sunday.
  var weekday: UInt8 { id.createdAt.weekday }
}

extension Timestamp {
  /// The UTC hour: 0 to 23.
  var hour: UInt8 {
    let hour = microseconds / 3_600_000_000 - (microseconds % 3_600_000_000 < 0 ? 1 : 0)
    return UInt8((hour % 24 + 24) % 24)
  }

  /// The UTC weekday as ISO 8601 numbers them: 1 is Monday, 7 Sunday.
  var weekday: UInt8 { UInt8(Weekday.number(ofDay: day)) }
}

/// The days of the week.
enum Weekday {
  /// As ISO 8601 numbers them: 1 is Monday. 1970-01-01 was a Thursday.
  static func number(ofDay day: Int32) -> Int32 { ((day + 3) % 7 + 7) % 7 + 1 }

  static let names = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]
}
