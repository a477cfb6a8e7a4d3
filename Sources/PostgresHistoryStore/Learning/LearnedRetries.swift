internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// What came of the retries of one workflow type of a user, as it is kept.
struct LearnedRetries: Sendable {
  var workflowType: String
  private var figures: RetryFigures
  private var error: StoredBytes?

  /// The columns of `learned_types` beside the type and the key.
  static let columns = [
    "retries", "failed_retries", "retried_error", "retries_of_error", "failed_retries_of_error",
    "last_failed_retry",
  ]
  static let types: [DataType] = [.int8, .int8, .bytes, .int8, .int8, .int4]

  static func parameters(of type: LearnedType, _ seal: LearnedSeal) -> [Parameter] {
    let retries = type.retries
    let error = retries.error.map {
      seal.stored(Array($0.utf8), as: field(of: type.workflowType))
    }
    return [
      .int8(retries.retries), .int8(retries.failures), .bytes(error?.bytes),
      .int8(retries.retriesOfError), .int8(retries.failuresOfError),
      retries.lastFailureDay.map { .int4($0) } ?? .null,
    ]
  }

  /// Those of a type in a row whose columns from `offset` on are ``columns``.
  init(_ row: Row, from offset: Int, of workflowType: String, sealedWith keyID: String?)
    throws(PostgresError)
  {
    self.workflowType = workflowType
    figures = RetryFigures(
      retries: try row.value(offset), failures: try row.value(offset + 1), error: nil,
      retriesOfError: try row.value(offset + 3), failuresOfError: try row.value(offset + 4),
      lastFailureDay: try row.value(offset + 5))
    error = try row.value(offset + 2, as: [UInt8]?.self)
      .map { StoredBytes(bytes: $0, keyID: keyID) }
  }

  /// The figures without the error.
  var withoutError: RetryFigures { figures }

  /// The figures; nil where the error does not open.
  ///
  /// - Throws: ``MissingPayloadKey`` where its key is not here.
  func opened(_ seal: LearnedSeal) throws(MissingPayloadKey) -> RetryFigures? {
    var figures = figures
    if let error {
      guard let opened = try seal.opened(error, as: Self.field(of: workflowType)) else {
        return nil
      }
      figures.error = String(decoding: opened, as: UTF8.self)
    }
    return figures
  }

  private static func field(of workflowType: String) -> String {
    "retried error of \(workflowType)"
  }
}
