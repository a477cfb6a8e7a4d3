internal import CLibpq
internal import Reactor

extension PostgresConnection {
  func receive() {
    guard PQconsumeInput(handle.pq) == 1 else {
      lose(PostgresError(.connection, "the connection broke", detail: handle.message))
      return
    }
    lastProgress = eventLoop.now
    takeResults()
    guard isOpen else { return }
    if PQstatus(handle.pq) == CONNECTION_BAD {
      lose(PostgresError(.connection, "the connection broke", detail: handle.message))
    } else {
      flush()
    }
  }

  /// Takes each result that has come whole. A statement's results end with a NULL, a Sync's do not.
  private func takeResults() {
    var endsInARow = 0
    while isOpen, let expected = inFlight.first, PQisBusy(handle.pq) == 0 {
      guard let result = PQgetResult(handle.pq) else {
        endsInARow += 1
        // Two ends without a result between: nothing more has come.
        if !endStatement(expected), endsInARow > 1 { return }
        continue
      }
      endsInARow = 0
      if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
        PQclear(result)
        _ = inFlight.popFirst()
        endTransaction()
      } else {
        take(result, for: expected)
      }
    }
  }

  private func take(_ result: OpaquePointer, for expected: Expectation) {
    if PQresultStatus(result) == PGRES_FATAL_ERROR {
      let failure = failure(from: result)
      if failure.kind == .connection {
        // The server has said goodbye: nothing may be sent any more, though the socket is open.
        PQclear(result)
        lose(failure)
        return
      }
    }
    switch (PQresultStatus(result), expected) {
    case (PGRES_TUPLES_OK, .result(let request)), (PGRES_COMMAND_OK, .result(let request)):
      request.answer(QueryResult(adopting: result))
    case (PGRES_COMMAND_OK, .parse(let request)):
      PQclear(result)
      request.preparation = .done
    case (PGRES_PIPELINE_ABORTED, .parse(let request)):
      PQclear(result)
      request.preparation = .failed
    case (PGRES_PIPELINE_ABORTED, .result(let request)):
      PQclear(result)
      request.answerAborted()
    case (_, .parse(let request)):
      request.failure = failure(from: result)
      request.preparation = .failed
      PQclear(result)
    case (_, .result(let request)):
      request.answer(failure(from: result))
      PQclear(result)
    case (_, .sync):
      // The commit itself failed.
      let failure = failure(from: result)
      for request in uncommitted { request.failure = request.failure ?? failure }
      PQclear(result)
    }
  }

  /// Takes note that the first expected statement has been answered; false where it has not.
  private func endStatement(_ expected: Expectation) -> Bool {
    switch expected {
    case .sync: return false
    case .parse(let request):
      guard let preparation = request.preparation else { return false }
      if preparation == .failed, request.failure?.sqlState != .duplicateStatement {
        prepared.remove(request.statement.name)
      }
      request.preparation = nil
    case .result(let request):
      guard request.hasAnswer else { return false }
      end(request)
    }
    _ = inFlight.popFirst()
    return true
  }

  private func end(_ request: Request) {
    if request.isAbandoned { abandoned -= 1 }
    // Its preparation, sent earlier, failed or was passed over, or somebody ended it.
    if request.failure?.sqlState == .invalidStatementName {
      prepared.remove(request.statement.name)
    }
    if request.isRepeatable, isToBeSentAgain(request) {
      aborted.append(request)
    } else if pipelining.isShared || request.failure != nil {
      request.resolve()
      // The server ends the session; or it has become a standby, and another takes the writes.
      if let failure = request.failure,
        failure.kind == .connection || failure.sqlState == .readOnlyTransaction
      {
        lose(failure)
      }
    } else {
      uncommitted.append(request)
    }
  }

  private func isToBeSentAgain(_ request: Request) -> Bool {
    if let state = request.failure?.sqlState,
      [.invalidStatementName, .duplicateStatement].contains(state), !request.travelsWhole
    {
      request.answerUnprepared()
      return !request.isResolved
    }
    // Where it was passed over for the second time it was by the settings that it travels with.
    return request.wasAborted && !request.wasPassedOver && request.failure == nil
      && !request.isResolved
  }

  /// A Sync was answered: what came before it is committed, or was rolled back.
  private func endTransaction() {
    let done = uncommitted
    uncommitted = []
    for request in done { request.resolve() }
    if !aborted.isEmpty {
      // Those whose tasks were cancelled meanwhile are not sent again.
      let repeated = aborted.filter { !$0.isResolved }
      for request in repeated { request.markWaiting() }
      waiting.prepend(contentsOf: repeated.map { .request($0) })
      aborted = []
      sendSoon()
    }
    if pipelining.isCancellable, inFlight.isEmpty { sendSoon() }
  }

  private func failure(from result: OpaquePointer) -> PostgresError {
    func field(_ code: UnicodeScalar) -> String? {
      PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }
    let detail = String(cString: PQresultErrorMessage(result))
    // C: SQLSTATE, n: the constraint's name.
    guard let code = field("C") else {
      return PostgresError(.connection, "the connection broke", wasSent: true, detail: detail)
    }
    let state = SQLState(code)
    // V: the severity, whatever the server's language. PgBouncer has only S.
    let endsConnection = ["FATAL", "PANIC"].contains(field("V") ?? field("S"))
    return PostgresError(
      endsConnection ? .connection : .server,
      endsConnection ? "the server ended the connection" : "the statement failed",
      sqlState: state, constraint: field("n"), wasSent: true, detail: detail)
  }
}
