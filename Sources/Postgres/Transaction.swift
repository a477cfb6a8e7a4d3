internal import Reactor

/// An explicit transaction, which has its connection to itself.
public final class Transaction {
  private enum State { case new, begun, ended }

  /// What a transaction sees, and may do.
  public enum Mode: Sendable {
    /// Each statement sees what was committed when it began, and may write.
    case readCommitted
    /// All statements see what was committed when the first began, and only read.
    case snapshot

    fileprivate var begin: Statement {
      switch self {
      case .readCommitted: Statement("begin", "BEGIN ISOLATION LEVEL READ COMMITTED")
      case .snapshot:
        Statement("begin_snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
      }
    }
  }

  private let connection: PostgresConnection
  private let mode: Mode
  private var state = State.new

  fileprivate init(_ mode: Mode, on connection: PostgresConnection) {
    self.mode = mode
    self.connection = connection
  }

  /// Runs a statement; BEGIN travels with the first.
  public func query(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws(PostgresError) -> QueryResult {
    try await query([(statement, parameters)])[0]
  }

  /// Runs statements that travel together, and returns the rows of each.
  public func query(_ statements: [(Statement, [Parameter])]) async throws(PostgresError)
    -> [QueryResult]
  {
    try await run(statements, sending: [])
  }

  /// Runs the last statement and commits, in one round trip. Returns when it is committed.
  public func commit(
    with statement: Statement, _ parameters: [Parameter] = []
  ) async throws(PostgresError) -> QueryResult {
    try await commit(with: [(statement, parameters)])[0]
  }

  /// Runs the last statements, of which there is one at least, and commits, in one round trip. Returns
  /// the rows of each when they are committed.
  public func commit(
    with statements: [(Statement, [Parameter])]
  ) async throws(PostgresError) -> [QueryResult] {
    let commit = Request.bare(Self.commit)
    let results = try await run(statements, sending: [commit])
    state = .ended
    // It was sent with the statements, and may fail where those did not.
    try await check(answer(to: commit) {})
    return results
  }

  private static let commit = Statement("commit", "COMMIT")
  private static let rollback = Statement("rollback", "ROLLBACK")

  /// Runs statements, with others behind them whose answers are not waited for here.
  private func run(
    _ statements: [(Statement, [Parameter])], sending others: [Request]
  ) async throws(PostgresError) -> [QueryResult] {
    precondition(state != .ended, "the transaction has ended")
    let requests = statements.map { Request($0.0, $0.1, isRepeatable: false) }
    var results: [QueryResult] = []
    for request in requests {
      results.append(
        try await answer(to: request) {
          // Those behind the first went with it.
          if results.isEmpty { begin(with: requests + others) }
        })
    }
    return results
  }

  /// Sends these, and BEGIN before the first.
  private func begin(with requests: [Request]) {
    var requests = requests
    if state == .new {
      let beginning = [mode.begin] + (connection.transactionSettings?.explicit ?? [])
      requests.insert(contentsOf: beginning.map { .bare($0) }, at: 0)
    }
    state = .begun
    connection.sendTogether(requests)
  }

  /// Waits for the request's answer; `send` is called unless the task was cancelled before.
  private func answer(to request: Request, send: () -> Void) async throws(PostgresError)
    -> QueryResult
  {
    let connection = connection
    let outcome = await request.wait(on: connection.eventLoop) {
      connection.cancel(request)
    } begin: {
      send()
    }
    return try outcome.get()
  }

  fileprivate func commit() async throws(PostgresError) {
    guard state == .begun else { return }
    let request = Request.bare(Self.commit)
    try await check(
      answer(to: request) {
        state = .ended
        connection.sendTogether([request])
      })
  }

  /// A transaction in which a statement failed answers COMMIT with ROLLBACK.
  private func check(_ commit: QueryResult) throws(PostgresError) {
    guard commit.commandTag == "COMMIT" else {
      throw PostgresError(.server, "the transaction was rolled back", wasSent: true)
    }
  }

  fileprivate func rollBack() {
    guard state == .begun else { return }
    state = .ended
    connection.sendTogether([.bare(Self.rollback)])
  }
}

extension PostgresConnection {
  /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
  ///
  /// Whatever else is asked of the connection meanwhile waits. Not for ``Pipelining/shared``.
  ///
  /// When the task is cancelled, what waits throws at once, here and in the transaction, as
  /// ``query(_:_:)`` does. A COMMIT that was sent by then takes effect all the same; without one
  /// the transaction is rolled back.
  public func transaction<T>(
    mode: Transaction.Mode = .readCommitted, _ body: (Transaction) async throws -> T
  ) async throws -> T {
    precondition(!pipelining.isShared, "a shared pipeline has no transactions")
    let turn = Turn()
    let refusal = await turn.wait(on: eventLoop) {
      self.withdraw(turn)
    } begin: {
      enqueue(.transaction(turn))
    }
    if let refusal { throw refusal }
    let transaction = Transaction(mode, on: self)
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
