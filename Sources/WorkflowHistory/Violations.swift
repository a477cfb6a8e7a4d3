/// What is wrong with a request, field by field, so that all of it is answered at once.
struct Violations {
  private var found: [HistoryError.FieldViolation] = []

  mutating func add(_ field: String, _ description: String) {
    found.append(HistoryError.FieldViolation(field: field, description: description))
  }

  /// Throws if anything was added.
  func check() throws(HistoryError) {
    guard !found.isEmpty else { return }
    throw HistoryError(
      .invalidArgument,
      found.map { "\($0.field): \($0.description)" }.joined(separator: "; "), violations: found)
  }

  /// A name that must be there, and has at most 255 characters.
  mutating func checkName(_ name: String?, _ field: String) {
    guard let name, !name.isEmpty else { return add(field, "is required") }
    checkOptionalName(name, field)
  }

  /// A name that may be empty, and has at most 255 characters.
  mutating func checkOptionalName(_ name: String, _ field: String) {
    let limit = ExecutionRules.nameLimit
    // No scalar has more than four bytes, so that a huge text need not be counted.
    if name.utf8.count > 4 * limit || name.unicodeScalars.count > limit {
      add(field, "has more than \(limit) characters")
    } else {
      checkNoNUL(name, field)
    }
  }

  mutating func checkErrorMessage(_ message: String?, _ field: String) {
    guard let message else { return }
    let limit = ExecutionRules.errorMessageLimit
    if message.utf8.count > limit {
      add(field, "has \(message.utf8.count) bytes; at most \(limit) are allowed")
    } else {
      checkNoNUL(message, field)
    }
  }

  mutating func checkDuration(_ seconds: Double?, _ field: String) {
    guard let seconds, !(seconds.isFinite && seconds >= 0) else { return }
    add(field, "must be finite, and 0 or more")
  }

  mutating func checkInstant(_ instant: Timestamp?, _ field: String) {
    guard let instant, !Timestamp.representable.contains(instant) else { return }
    add(field, "must lie in the years 1 to 9999")
  }

  /// What shows only when the defaults are in: the order of the times, and the size.
  mutating func checkWhole(_ execution: WorkflowExecution) {
    if let start = execution.startTime, let end = execution.endTime, end < start {
      add(
        "execution.end_time",
        "is before start_time; of the two, one that is not given may be the time of this call")
    }
    let size = execution.renderedSize
    let limit = ExecutionRules.renderedLimit
    guard size > limit else { return }
    let biggest = execution.documents.max {
      ($0.document?.renderedSize ?? 0) < ($1.document?.renderedSize ?? 0)
    }
    add(
      "execution.\(biggest?.field ?? "input_data")",
      "is the biggest part of an execution of \(size) bytes as rendered; at most \(limit) are "
        + "allowed")
  }

  private mutating func checkNoNUL(_ text: String, _ field: String) {
    if text.utf8.contains(0) { add(field, "must not contain the character U+0000") }
  }
}
