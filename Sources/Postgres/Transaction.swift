internal import CLibpq

/// An explicit transaction, which has its connection to itself.
public final class Transaction {
  private enum State { case new, begun, ended }

  private let connection: PostgresConnection
  private var state = State.new

  fileprivate init(on connection: PostgresConnection) { self.connection = connection }

  /// Runs a statement; BEGIN travels with the first.
  public func query(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws(PostgresError) -> QueryResult {
    try await run(statement, parameters, commits: false)
  }

  /// Runs the last statement and commits, in one round trip. Returns when it is committed.
  public func commit(
    with statement: Statement, _ parameters: [Parameter] = []
  ) async throws(PostgresError) -> QueryResult {
    try await run(statement, parameters, commits: true)
  }

  private static let begin = Statement("begin", "BEGIN")
  private static let commit = Statement("commit", "COMMIT")
  private static let rollback = Statement("rollback", "ROLLBACK")

  private func run(
    _ statement: Statement, _ parameters: [Parameter], commits: Bool
  ) async throws(PostgresError) -> QueryResult {
    precondition(state != .ended, "the transaction has ended")
    let isFirst = state == .new
    state = .begun
    let outcome: Request.Outcome = await withCheckedContinuation { continuation in
      var requests: [Request] = []
      if isFirst { requests.append(unawaited(Self.begin)) }
      requests.append(
        Request(statement, parameters, isRepeatable: false, continuation: continuation))
      if commits { requests.append(unawaited(Self.commit)) }
      connection.sendTogether(requests)
    }
    let result = try outcome.get()
    if commits { state = .ended }
    return result
  }

  private func unawaited(_ statement: Statement) -> Request {
    Request(statement, [], isRepeatable: false, continuation: nil)
  }

  fileprivate func commit() async throws(PostgresError) {
    guard state == .begun else { return }
    state = .ended
    let outcome: Request.Outcome = await withCheckedContinuation { continuation in
      connection.sendTogether([
        Request(Self.commit, [], isRepeatable: false, continuation: continuation)
      ])
    }
    // A transaction in which a statement failed answers COMMIT with ROLLBACK.
    guard try outcome.get().commandTag == "COMMIT" else {
      throw PostgresError(.server, "the transaction was rolled back", wasSent: true)
    }
  }

  fileprivate func rollBack() {
    guard state == .begun else { return }
    state = .ended
    connection.sendTogether([unawaited(Self.rollback)])
  }
}

extension PostgresConnection {
  /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
  ///
  /// Whatever else is asked of the connection meanwhile waits. Only for ``Pipelining/separate``.
  public func transaction<T>(_ body: (Transaction) async throws -> T) async throws -> T {
    precondition(!pipelining.isShared, "a shared pipeline has no transactions")
    let refusal = await withCheckedContinuation { enqueue(.transaction($0)) }
    if let refusal { throw refusal }
    let transaction = Transaction(on: self)
    defer {
      isExclusive = false
      if isOpen { sendSoon() }
    }
    do {
      let value = try await body(transaction)
      try await transaction.commit()
      return value
    } catch {
      transaction.rollBack()
      throw error
    }
  }
}
