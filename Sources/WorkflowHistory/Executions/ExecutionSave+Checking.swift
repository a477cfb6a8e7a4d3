extension ExecutionSave {
  /// The save of these fields, if they keep every rule of `WorkflowExecution` in the proto.
  ///
  /// Defaults are filled in: the id, start_time (`now`), end_time (`now`, where the status is
  /// terminal), duration (end - start), task_results (`[]`) and execution_metadata (`{}`). An
  /// empty text counts as one that was not given.
  ///
  /// - Parameters:
  ///   - userID: whose execution it is where the fields name nobody: the caller.
  ///   - reach: whose executions the caller may save.
  ///   - retention: how long executions are kept: an id that is older is refused.
  /// - Throws: `invalidArgument` with every field that is refused, or `permissionDenied` where
  ///   the user is out of reach.
  public init(
    checking fields: ExecutionFields, userID: String, reach: Reach,
    retention: RetentionPolicy = .keepsAll, now: Timestamp,
    using generator: inout some RandomNumberGenerator
  ) throws(HistoryError) {
    var sent = fields.withoutEmptyTexts
    let owner = sent.userID ?? userID
    sent.userID = owner
    guard reach.includes(owner) else {
      throw HistoryError(
        .permissionDenied, "execution.user_id names a user whose executions you may not save")
    }
    let id = sent.id ?? .make(at: now, using: &generator)
    let start = sent.startTime ?? now
    let end = sent.endTime ?? (sent.status?.isTerminal == true ? now : nil)
    // What is required and missing is refused below, before anybody sees the value in its place.
    let execution = WorkflowExecution(
      id: id, workflowID: sent.workflowID ?? "", workflowType: sent.workflowType ?? "",
      userID: owner, status: sent.status ?? .pending, inputData: sent.inputData,
      outputData: sent.outputData, taskResults: sent.taskResults ?? ExecutionRules.emptyTaskResults,
      errorMessage: sent.errorMessage, startTime: start, endTime: end,
      durationSeconds: sent.durationSeconds ?? ExecutionRules.duration(from: start, to: end),
      executionMetadata: sent.executionMetadata ?? ExecutionRules.emptyMetadata, version: 1,
      createdAt: id.createdAt, updatedAt: now)

    var violations = Violations()
    violations.checkID(sent.id, retention, now: now)
    violations.checkFields(sent)
    violations.checkWhole(execution, sent: sent, startIsDefault: sent.startTime == nil)
    try violations.check()
    self.init(execution: execution, sent: sent, reach: reach)
  }
}

extension Violations {
  /// An id that a caller made: a UUIDv7 of about now.
  fileprivate mutating func checkID(
    _ id: ExecutionID?, _ retention: RetentionPolicy, now: Timestamp
  ) {
    guard let id else { return }
    if !id.isVersion7 {
      add("execution.id", "must be a UUID of version 7 (RFC 9562), or empty")
    } else if id.createdAt < now.advanced(bySeconds: -ExecutionRules.idAgeLimit) {
      add("execution.id", "its time is more than 31 days ago; make a new id for a new execution")
    } else if let seconds = retention.seconds, id.createdAt < now.advanced(bySeconds: -seconds) {
      add(
        "execution.id",
        "its time is more than \(seconds) seconds ago, which is for how long executions are kept;"
          + " make a new id for a new execution")
    } else if id.createdAt > now.advanced(bySeconds: ExecutionRules.idLeadLimit) {
      add("execution.id", ExecutionRules.idIsAhead)
    }
  }

  /// Each field for itself, but for the id.
  mutating func checkFields(_ sent: ExecutionFields) {
    checkName(sent.workflowID, "execution.workflow_id")
    checkName(sent.workflowType, "execution.workflow_type")
    checkName(sent.userID, "execution.user_id")
    if sent.status == nil { add("execution.status", "is required") }
    checkErrorMessage(sent.errorMessage, "execution.error_message")
    checkInstant(sent.startTime, "execution.start_time")
    checkInstant(sent.endTime, "execution.end_time")
    checkDuration(sent.durationSeconds, "execution.duration_seconds")
  }
}

extension ExecutionFields {
  /// The same fields, where a text that is empty is one that was not given.
  var withoutEmptyTexts: ExecutionFields {
    var fields = self
    if workflowID?.isEmpty == true { fields.workflowID = nil }
    if workflowType?.isEmpty == true { fields.workflowType = nil }
    if userID?.isEmpty == true { fields.userID = nil }
    if errorMessage?.isEmpty == true { fields.errorMessage = nil }
    return fields
  }
}
