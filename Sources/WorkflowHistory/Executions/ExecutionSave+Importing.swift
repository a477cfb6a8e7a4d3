extension ExecutionSave {
  /// The save that brings back an execution, if it keeps the rules of `ArchivedExecution` and, but for the
  /// age of its id, those of `WorkflowExecution` in the proto.
  ///
  /// Nothing is made up but what a row can't be without: the version (1), updated_at (end_time, else the
  /// time of the id), task_results (`[]`) and execution_metadata (`{}`).
  ///
  /// - Parameter retention: how long executions are kept: one that would not be any more is refused.
  /// - Throws: `invalidArgument` with every field that is refused.
  public init(
    importing archived: ArchivedExecution, retention: RetentionPolicy = .keepsAll, now: Timestamp
  ) throws(HistoryError) {
    let sent = archived.fields.withoutEmptyTexts
    var violations = Violations()
    violations.checkImportedID(sent, retention, now: now)
    let id = sent.id ?? ExecutionID(high: 0, low: 0)
    let execution = WorkflowExecution(
      id: id, workflowID: sent.workflowID ?? "", workflowType: sent.workflowType ?? "",
      userID: sent.userID ?? "", status: sent.status ?? .pending, inputData: sent.inputData,
      outputData: sent.outputData, taskResults: sent.taskResults ?? ExecutionRules.emptyTaskResults,
      errorMessage: sent.errorMessage, startTime: sent.startTime, endTime: sent.endTime,
      durationSeconds: sent.durationSeconds,
      executionMetadata: sent.executionMetadata ?? ExecutionRules.emptyMetadata,
      version: max(archived.version, 1), createdAt: id.createdAt,
      updatedAt: archived.updatedAt ?? sent.endTime ?? id.createdAt)
    violations.checkFields(sent)
    if archived.version < 0 { violations.add("execution.version", "must be 1 or more") }
    violations.checkInstant(archived.updatedAt, "execution.updated_at")
    if ![0, ArchivedExecution.digestSize].contains(archived.saveDigest.count) {
      violations.add("save_digest", "must have \(ArchivedExecution.digestSize) bytes, or none")
    }
    violations.checkWhole(execution, sent: sent, startIsDefault: false)
    try violations.check()
    self.init(
      execution: execution, sent: sent, reach: .anyone,
      digest: archived.saveDigest.isEmpty ? nil : archived.saveDigest)
  }
}

extension Violations {
  /// An id of any age, of an execution that is still kept.
  fileprivate mutating func checkImportedID(
    _ sent: ExecutionFields, _ retention: RetentionPolicy, now: Timestamp
  ) {
    guard let id = sent.id else { return add("execution.id", "is required") }
    if !id.isVersion7 {
      add("execution.id", "must be a UUID of version 7 (RFC 9562)")
    } else if id.createdAt > now.advanced(bySeconds: ExecutionRules.idLeadLimit) {
      add("execution.id", ExecutionRules.idIsAhead)
    } else if let status = sent.status, let workflowType = sent.workflowType,
      let seconds = retention.seconds(workflowType: workflowType, status: status),
      id.createdAt < now.advanced(bySeconds: -seconds)
    {
      add(
        "execution.id",
        "its time is more than \(seconds) seconds ago, which is for how long such executions are kept"
      )
    }
  }
}
