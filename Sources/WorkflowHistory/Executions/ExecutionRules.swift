/// The limits on an execution, whatever way it comes in. They are documented in the proto.
public enum ExecutionRules {
  /// How many characters (Unicode scalars) workflow_id, workflow_type and user_id may have.
  public static let nameLimit = 255
  /// How many bytes error_message may have.
  public static let errorMessageLimit = 65_536
  /// How many bytes an execution may have as it is rendered for an answer.
  public static let renderedLimit = 4 * 1024 * 1024 - 64 * 1024
  /// How many seconds a duration may have, given or end - start: about 31 years. The microseconds
  /// of 9,000 such executions still add up in an Int64.
  public static let durationLimit: Double = 1_000_000_000
  /// How old the time in an id that a caller made may be, in seconds: 31 days.
  public static let idAgeLimit: Int64 = 31 * 86_400
  /// How far ahead of the server's clock it may be, in seconds: 5 minutes.
  public static let idLeadLimit: Int64 = 5 * 60
  /// What is said of an id that is further ahead.
  static let idIsAhead = "its time is more than 5 minutes ahead of the server's clock"

  /// What task_results are when a save leaves them out.
  static let emptyTaskResults = JSONDocument(uncheckedUTF8: Array("[]".utf8))
  /// What execution_metadata is when a save leaves it out.
  static let emptyMetadata = JSONDocument(uncheckedUTF8: Array("{}".utf8))

  /// Throws `aborted` where a row has another version than its caller expects; nil expects any.
  static func check(version: Int32, isExpected expected: Int32?) throws(HistoryError) {
    guard let expected, expected != version else { return }
    throw HistoryError(
      .aborted, "the execution is at version \(version), not \(expected): read it again")
  }

  /// end - start in seconds, nil where one is not known. The two lie in the years 1 to 9999;
  /// others have been refused, or are about to be.
  static func duration(from start: Timestamp?, to end: Timestamp?) -> Double? {
    guard let start, let end else { return nil }
    return Double(end.microseconds &- start.microseconds) / 1e6
  }
}

extension WorkflowExecution {
  /// How many bytes the execution takes as it is rendered for an answer: its texts and documents,
  /// and a bound for everything else (the id, times, numbers, and the protobuf tags).
  public var renderedSize: Int {
    let texts = [workflowID, workflowType, userID, errorMessage ?? ""]
    return documents.reduce(texts.reduce(256) { $0 + $1.utf8.count }) {
      $0 + ($1.document?.renderedSize ?? 0)
    }
  }

  /// The four documents, by their names in the proto.
  var documents: [(field: String, document: JSONDocument?)] {
    [
      ("input_data", inputData), ("output_data", outputData), ("task_results", taskResults),
      ("execution_metadata", executionMetadata),
    ]
  }
}
