extension ExecutionUpdate {
  /// The update of these fields, if what the mask names keeps the rules by itself. What it does
  /// not name is dropped, whatever it is.
  ///
  /// - Parameters:
  ///   - fields: the id of the execution, and the new values.
  ///   - paths: the mask's paths, relative to the execution: `end_time`. Repeats are fine.
  ///   - expectedVersion: 0 means any.
  /// - Throws: `invalidArgument` with every field that is refused.
  public init(
    checking fields: ExecutionFields, paths: [String], expectedVersion: Int32, allowReopen: Bool
  ) throws(HistoryError) {
    var violations = Violations()
    let mask = violations.checkMask(paths)
    let sent = fields.withoutEmptyTexts.only(mask)
    if fields.id == nil { violations.add("execution.id", "is required") }
    violations.checkExpectedVersion(expectedVersion)
    if mask.contains(.workflowType) {
      violations.checkName(sent.workflowType, "execution.workflow_type")
    }
    if mask.contains(.status), sent.status == nil {
      violations.add("execution.status", "is required, as update_mask names it")
    }
    violations.checkErrorMessage(sent.errorMessage, "execution.error_message")
    violations.checkInstant(sent.startTime, "execution.start_time")
    violations.checkInstant(sent.endTime, "execution.end_time")
    violations.checkDuration(sent.durationSeconds, "execution.duration_seconds")
    try violations.check()
    guard let id = fields.id else { throw .invalid("execution.id", "is required") }
    self.init(
      id: id, mask: mask, fields: sent,
      expectedVersion: expectedVersion == 0 ? nil : expectedVersion, allowsReopen: allowReopen)
  }
}

extension Violations {
  /// The fields that the paths name; a path that can't be updated is refused.
  fileprivate mutating func checkMask(_ paths: [String]) -> Set<ExecutionUpdate.Field> {
    let choice = ExecutionUpdate.Field.allCases.map(\.rawValue).joined(separator: ", ")
    if paths.isEmpty { add("update_mask", "must name at least one of: \(choice)") }
    var mask: Set<ExecutionUpdate.Field> = []
    var refused = 0
    for path in paths {
      if let field = ExecutionUpdate.Field(rawValue: path) {
        mask.insert(field)
      } else if refused < Self.refusedPathsNamed {
        refused += 1
        // What a client sent goes back to it only in part: an answer's trailers are small.
        add(
          "update_mask",
          "'\(String(path.unicodeScalars.prefix(64)))' can't be updated; name any of: \(choice)")
      }
    }
    return mask
  }

  /// How many of the paths that are refused an answer names.
  private static let refusedPathsNamed = 3
}

extension ExecutionFields {
  /// Only what the mask names.
  fileprivate func only(_ mask: Set<ExecutionUpdate.Field>) -> ExecutionFields {
    var fields = ExecutionFields()
    for field in mask {
      switch field {
      case .workflowType: fields.workflowType = workflowType
      case .status: fields.status = status
      case .inputData: fields.inputData = inputData
      case .outputData: fields.outputData = outputData
      case .taskResults: fields.taskResults = taskResults
      case .errorMessage: fields.errorMessage = errorMessage
      case .startTime: fields.startTime = startTime
      case .endTime: fields.endTime = endTime
      case .durationSeconds: fields.durationSeconds = durationSeconds
      case .executionMetadata: fields.executionMetadata = executionMetadata
      }
    }
    return fields
  }
}
