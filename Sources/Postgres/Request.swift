/// One statement on its way to the server and back.
final class Request {
  typealias Outcome = Result<QueryResult, PostgresError>

  enum Preparation { case done, failed }

  let statement: Statement
  let parameters: [Parameter]
  /// Whether it may be sent again when a statement before it failed and took it along.
  let isRepeatable: Bool
  /// Nil once it is resolved, and where nobody waits.
  private var continuation: CheckedContinuation<Outcome, Never>?
  /// Whether any of it was handed to the connection.
  var wasSent = false
  /// Set when a statement before it in the pipeline failed.
  var wasAborted = false
  /// How often the server did not know the prepared statement.
  var unknownStatements = 0
  /// What became of its preparation, until its end has been seen.
  var preparation: Preparation?
  var result: QueryResult?
  var failure: PostgresError?

  init(
    _ statement: Statement, _ parameters: [Parameter], isRepeatable: Bool,
    continuation: CheckedContinuation<Outcome, Never>?
  ) {
    self.statement = statement
    self.parameters = parameters
    self.isRepeatable = isRepeatable
    self.continuation = continuation
  }

  /// Answers whoever waits; only the first call does.
  func resolve(_ outcome: Outcome) {
    continuation.take()?.resume(returning: outcome)
  }

  /// Resolves it with what came.
  func resolve() {
    if let failure {
      resolve(.failure(failure))
    } else if let result {
      resolve(.success(result))
    } else {
      resolve(
        .failure(
          PostgresError(
            .server, "a statement before it in the transaction failed", wasSent: wasSent)))
    }
  }
}
