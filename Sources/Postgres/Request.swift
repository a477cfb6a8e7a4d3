/// One statement on its way to the server and back.
final class Request: Waiter<Result<QueryResult, PostgresError>> {
  enum Preparation { case done, failed }

  let statement: Statement
  private(set) var parameters: [Parameter]
  /// Whether it may be sent again when a statement before it failed and took it along.
  let isRepeatable: Bool
  /// Whether any of it was handed to the connection, to be run.
  private(set) var wasSent = false
  /// Set when a statement before it in the pipeline failed.
  private(set) var wasAborted = false
  /// Whether it is sent once more. It has a Sync to itself then: however many statements of a turn
  /// fail, none is sent more than twice for its neighbours.
  private(set) var wasPassedOver = false
  /// Set when the server has answered it, in whatever way.
  private(set) var hasAnswer = false
  /// Set when its task was cancelled while the server had still to answer it.
  private(set) var isAbandoned = false
  /// Whether its text goes along, because what was prepared under its name turned out otherwise
  /// than was thought.
  private(set) var travelsWhole = false
  /// What became of its preparation, until its end has been seen.
  var preparation: Preparation?
  private(set) var result: QueryResult?
  var failure: PostgresError?

  init(_ statement: Statement, _ parameters: [Parameter], isRepeatable: Bool) {
    self.statement = statement
    self.parameters = parameters
    self.isRepeatable = isRepeatable
  }

  /// One for its effect alone: nobody waits for it, or its answer says no more than that it ran.
  static func bare(_ statement: Statement) -> Request {
    Request(statement, [], isRepeatable: false)
  }

  /// Whether the server is to answer it, and has not.
  var isUnderWay: Bool { wasSent && !hasAnswer }

  /// Notes that it is being handed to the connection.
  func markSent() { wasSent = true }

  /// Notes that it waits once more: the server passed it over.
  func markWaiting() {
    wasPassedOver = true
    wasSent = false
    wasAborted = false
    hasAnswer = false
  }

  // MARK: The server's answer

  /// Takes the rows; where nobody waits for them any more they are freed.
  func answer(_ result: QueryResult) {
    hasAnswer = true
    if !isResolved { self.result = result }
  }

  /// Takes a failure of its own.
  func answer(_ failure: PostgresError) {
    hasAnswer = true
    self.failure = failure
  }

  /// Takes it that the server has passed it over.
  func answerAborted() {
    hasAnswer = true
    wasAborted = true
  }

  /// Takes it that its name did not stand for its text at the server: the text is sent next.
  func answerUnprepared() {
    failure = nil
    travelsWhole = true
  }

  // MARK: The end

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

  /// Resolves it with an error that did not come as its answer.
  func fail(_ error: PostgresError) {
    var failure = error
    // What the server passed over has not run.
    failure.wasSent = wasSent && !wasAborted
    resolve(.failure(failure))
  }

  /// Resolves it at once, its task being cancelled, and lets go of all that it holds.
  func cancel() {
    isAbandoned = isUnderWay
    fail(.cancelled)
    parameters = []
    result = nil
  }
}
