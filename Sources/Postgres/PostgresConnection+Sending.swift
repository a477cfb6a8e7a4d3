internal import CLibpq
internal import Reactor

extension PostgresConnection {
  /// Sends what waits at the end of this turn.
  func sendSoon() {
    guard !sendsAtTurnEnd else { return }
    sendsAtTurnEnd = true
    eventLoop.atTurnEnd { [self] in
      sendsAtTurnEnd = false
      sendWaiting()
    }
  }

  private func sendWaiting() {
    dropWithdrawn()
    while canSend, let requests = held.popFirst() { sendAll(requests) }
    var lacksSync = false
    while canSend, !isExclusive, let work = waiting.popFirst() {
      switch work {
      case .request(let request):
        if !lacksSync, let settings = transactionSettings { send(.bare(settings.implicit)) }
        send(request)
        lacksSync = pipelining.isShared && !request.wasPassedOver
        if !lacksSync { sendSync() }
      case .transaction(let turn):
        if lacksSync { sendSync() }
        lacksSync = false
        isExclusive = true
        turn.resolve(nil)
      }
    }
    if lacksSync { sendSync() }
    flush()
  }

  /// Whether a statement may be sent now.
  private var canSend: Bool {
    isOpen && (!pipelining.isCancellable || (inFlight.isEmpty && !isCancelling))
  }

  /// Takes out what waits but is not waited for: its tasks were cancelled.
  private func dropWithdrawn() {
    guard hasWithdrawn else { return }
    hasWithdrawn = false
    waiting.removeAll { $0.isResolved }
    // One that is not waited for, such as a ROLLBACK, was not resolved.
    held.removeAll { $0.contains { $0.isResolved } }
  }

  /// Sends these as one implicit transaction, or as part of an explicit one.
  func sendTogether(_ requests: [Request]) {
    guard isOpen else {
      for request in requests {
        request.resolve(.failure(PostgresError(.connection, "the connection is closed")))
      }
      return
    }
    guard canSend, held.isEmpty else {
      held.append(requests)
      return
    }
    sendAll(requests)
    flush()
  }

  private func sendAll(_ requests: [Request]) {
    for request in requests { send(request) }
    sendSync()
  }

  private func send(_ request: Request) {
    guard isOpen else {
      request.resolve(.failure(PostgresError(.connection, "the connection broke")))
      return
    }
    if inFlight.isEmpty { lastProgress = eventLoop.now }
    request.markSent()
    let statement = request.statement
    var isSent = true
    let isPrepared =
      !statement.name.isEmpty && !request.travelsWhole && transactionSettings == nil
    if isPrepared, prepared.insert(statement.name).inserted {
      inFlight.append(.parse(request))
      let types = statement.parameterTypes.map(\.oid)
      isSent =
        PQsendPrepare(handle.pq, statement.name, statement.sql, Int32(types.count), types) == 1
    }
    inFlight.append(.result(request))
    isSent =
      isSent
      && withParameters(request.parameters) { count, values, lengths, formats in
        guard isPrepared else {
          let types = statement.parameterTypes.map(\.oid)
          return PQsendQueryParams(
            handle.pq, statement.sql, count, types, values, lengths, formats, 1) == 1
        }
        return PQsendQueryPrepared(
          handle.pq, statement.name, count, values, lengths, formats, 1) == 1
      }
    if !isSent { lose(PostgresError(.connection, "sending failed", detail: handle.message)) }
  }

  private func sendSync() {
    guard isOpen else { return }
    inFlight.append(.sync)
    if PQpipelineSync(handle.pq) != 1 {
      lose(PostgresError(.connection, "sending failed", detail: handle.message))
    }
  }

  /// Writes what libpq holds, and asks to be told when the rest can be written.
  func flush() {
    guard isOpen else { return }
    switch PQflush(handle.pq) {
    case 0: watch?.interest = .readable
    case 1: watch?.interest = [.readable, .writable]
    default: lose(PostgresError(.connection, "writing failed", detail: handle.message))
    }
  }
}

/// Calls `body` with the parameters as libpq takes them.
private func withParameters<T>(
  _ parameters: [Parameter],
  _ body: (
    Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
  ) -> T
) -> T {
  var bytes: [UInt8] = []
  var offsets: [Int?] = []
  var lengths: [Int32] = []
  for parameter in parameters {
    let offset = bytes.count
    offsets.append(parameter.encode(into: &bytes) ? offset : nil)
    lengths.append(Int32(bytes.count - offset))
  }
  // An empty value needs a pointer too: only NULL has none.
  bytes.append(0)
  return bytes.withUnsafeBytes { bytes in
    let base = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
    let values = offsets.map { $0.map { base + $0 } }
    let formats = [Int32](repeating: 1, count: parameters.count)
    return body(Int32(parameters.count), values, lengths, formats)
  }
}
