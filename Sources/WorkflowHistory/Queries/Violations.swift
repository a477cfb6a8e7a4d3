/// What is wrong with a request, field by field, so that all of it is answered at once.
package struct Violations {
  private var found: [HistoryError.FieldViolation] = []

  /// Nothing is wrong so far.
  package init() {}

  package mutating func add(_ field: String, _ description: String) {
    found.append(HistoryError.FieldViolation(field: field, description: description))
  }

  /// Throws if anything was added.
  package func check() throws(HistoryError) {
    guard !found.isEmpty else { return }
    throw HistoryError(
      .invalidArgument,
      found.map { "\($0.field): \($0.description)" }.joined(separator: "; "), violations: found)
  }

  /// A name that must be there, and has at most 255 characters.
  package mutating func checkName(_ name: String?, _ field: String) {
    guard let name, !name.isEmpty else { return add(field, "is required") }
    checkOptionalName(name, field)
  }

  /// A name that may be empty, and has at most 255 characters.
  package mutating func checkOptionalName(_ name: String, _ field: String) {
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

  mutating func checkExpectedVersion(_ version: Int32) {
    if version < 0 { add("expected_version", "must be 1 or more, or 0 for any version") }
  }

  mutating func checkDuration(_ seconds: Double?, _ field: String) {
    guard let seconds, !(0...ExecutionRules.durationLimit).contains(seconds) else { return }
    add(field, "must be 0 to 1,000,000,000 seconds")
  }

  mutating func checkInstant(_ instant: Timestamp?, _ field: String) {
    guard let instant, !Timestamp.representable.contains(instant) else { return }
    add(field, "must lie in the years 1 to 9999")
  }

  /// What shows only when the defaults are in: the times together, and the size.
  ///
  /// - Parameters:
  ///   - sent: the fields that the caller gave; the others are defaults, or were there before.
  ///   - startIsDefault: whether start_time is the time of this call for want of another.
  mutating func checkWhole(
    _ execution: WorkflowExecution, sent: ExecutionFields, startIsDefault: Bool
  ) {
    checkTimes(execution, sent: sent, startIsDefault: startIsDefault)
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

  /// The order of the times, and how far apart they are where that makes the duration.
  private mutating func checkTimes(
    _ execution: WorkflowExecution, sent: ExecutionFields, startIsDefault: Bool
  ) {
    let range = Timestamp.representable
    guard let start = execution.startTime, range.contains(start),
      let end = execution.endTime, range.contains(end)
    else { return }
    let field = "execution.end_time"
    if end < start, startIsDefault {
      add(
        field,
        "is before start_time, which is the time of this call when left out: give start_time too")
    } else if end < start {
      add(field, "is before start_time; when left out, it is the time of this call")
    } else if sent.durationSeconds == nil,
      let duration = execution.durationSeconds, duration > ExecutionRules.durationLimit
    {
      add(
        field,
        "is more than 1,000,000,000 seconds after start_time, which no duration may be")
    }
  }

  private mutating func checkNoNUL(_ text: String, _ field: String) {
    if text.utf8.contains(0) { add(field, "must not contain the character U+0000") }
  }
}
