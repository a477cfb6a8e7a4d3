extension ExecutionUpdate {
  /// The row's successor: what is to be stored in its place.
  ///
  /// - A masked field that is absent is cleared, or gets the default that a save gives it.
  /// - When the status turns terminal and there is no end_time, end_time is `now`.
  /// - When the status turns from terminal, end_time and the duration are cleared, unless the
  ///   mask names them: the execution has not ended.
  /// - When start_time or end_time changes and the mask does not name the duration, the duration
  ///   follows them: it is end - start, or none where one of the two is not known.
  /// - version grows by one; updated_at is `now`, or stays where the clock has gone back.
  ///
  /// - Throws: `aborted` where the row has another version than the one expected,
  ///   `failedPrecondition` where the status would turn from terminal without leave or the
  ///   versions have run out, `invalidArgument` where the successor breaks a rule as a whole.
  public func apply(to row: WorkflowExecution, now: Timestamp) throws(HistoryError)
    -> WorkflowExecution
  {
    try ExecutionRules.check(version: row.version, isExpected: expectedVersion)
    guard row.version < Int32.max else {
      throw HistoryError(.failedPrecondition, "the execution has no versions left")
    }
    var next = row
    next.version += 1
    next.updatedAt = max(row.updatedAt, now)
    assign(to: &next)

    let reopens = row.status.isTerminal && !next.status.isTerminal
    if reopens, !allowsReopen {
      throw HistoryError(
        .failedPrecondition, "the execution has ended; it turns back only with allow_reopen")
    }
    settleTimes(of: &next, from: row, reopens: reopens, now: now)

    var violations = Violations()
    violations.checkWhole(
      next, sent: fields, startIsDefault: mask.contains(.startTime) && fields.startTime == nil)
    try violations.check()
    return next
  }

  /// Gives the masked fields their new values; the times and the duration are settled later.
  private func assign(to next: inout WorkflowExecution) {
    for field in mask {
      switch field {
      case .workflowType: next.workflowType = fields.workflowType ?? next.workflowType
      case .status: next.status = fields.status ?? next.status
      case .inputData: next.inputData = fields.inputData
      case .outputData: next.outputData = fields.outputData
      case .taskResults: next.taskResults = fields.taskResults ?? ExecutionRules.emptyTaskResults
      case .errorMessage: next.errorMessage = fields.errorMessage
      case .executionMetadata:
        next.executionMetadata = fields.executionMetadata ?? ExecutionRules.emptyMetadata
      case .startTime, .endTime, .durationSeconds: break
      }
    }
  }

  private func settleTimes(
    of next: inout WorkflowExecution, from row: WorkflowExecution, reopens: Bool, now: Timestamp
  ) {
    if mask.contains(.startTime) { next.startTime = fields.startTime ?? now }
    if mask.contains(.endTime) {
      next.endTime = fields.endTime
    } else if reopens {
      next.endTime = nil
    }
    let turnsTerminal = next.status.isTerminal && !row.status.isTerminal
    if next.endTime == nil, turnsTerminal || next.status.isTerminal && mask.contains(.endTime) {
      next.endTime = now
    }

    let span = ExecutionRules.duration(from: next.startTime, to: next.endTime)
    if mask.contains(.durationSeconds) {
      next.durationSeconds = fields.durationSeconds ?? span
    } else if reopens || next.startTime != row.startTime || next.endTime != row.endTime {
      next.durationSeconds = span
    }
  }
}
