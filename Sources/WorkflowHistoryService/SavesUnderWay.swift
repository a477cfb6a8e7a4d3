internal import ProtobufMessages
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  /// How many executions, and how many bytes of requests, may be under way before the oldest request
  /// is answered: some batches for each writer, so that none waits for the caller.
  private static let executionsUnderWay = 400
  private static let bytesUnderWay = 1 << 20

  /// Saves what a stream of requests brings, and answers each request in its turn.
  ///
  /// - Parameters:
  ///   - saves: the saves that a request asks for, in their order, or why they are refused.
  ///   - answer: sends the outcomes of a request.
  func saveAll<Request>(
    of requests: RequestStream<Request>, _ call: ServerCall,
    saves: (Request) -> [Result<ExecutionSave, RPCStatus>],
    answer: ([SaveOutcome]) async throws -> Void
  ) async throws {
    let requests = requests.makeAsyncIterator()
    var underWay: [SavesUnderWay] = []
    defer {
      for request in underWay {
        request.saves.cancel()
        request.keepRecords(call)
      }
    }
    var index: Int64 = 0
    while true {
      let mayBegin =
        underWay.reduce(0) { $0 + $1.items.count } < Self.executionsUnderWay
        && underWay.reduce(0) { $0 + $1.bytes } < Self.bytesUnderWay
      // Where answers are due, requests that are still to come can wait for these.
      if mayBegin,
        let request = try underWay.isEmpty ? await requests.next() : requests.nextIfHere()
      {
        underWay.append(SavesUnderWay(saves(request), of: call.requestBytes, in: store))
      } else if let first = underWay.first {
        let outcomes = try await first.outcomes(from: index, call)
        underWay.removeFirst()
        index += Int64(outcomes.count)
        try await answer(outcomes)
      } else {
        return
      }
    }
  }
}

/// The save that a part of a request asks for, or why it is refused.
func refusable<Item>(
  _ item: Result<Item, MessageError>, _ save: (Item) throws(HistoryError) -> ExecutionSave
) -> Result<ExecutionSave, RPCStatus> {
  switch item {
  case .failure(let error): .failure(RPCStatus(error))
  case .success(let item):
    Result { () throws(HistoryError) in try save(item) }.mapError { RPCStatus($0) }
  }
}

/// A request whose executions are being saved, but for those that were refused at once.
struct SavesUnderWay {
  enum Item {
    case begun(ExecutionID, userID: String)
    case refused(RPCStatus)
  }

  let items: [Item]
  /// Those that were begun, in their order.
  let saves: any PendingSaves
  /// How many bytes it has, inflated.
  let bytes: Int

  /// Begins those that are not refused.
  init(
    _ items: [Result<ExecutionSave, RPCStatus>], of bytes: Int, in store: any HistoryStore
  ) {
    self.items = items.map { item in
      switch item {
      case .success(let save): .begun(save.execution.id, userID: save.execution.userID)
      case .failure(let refusal): .refused(refusal)
      }
    }
    saves = store.begin(items.compactMap { try? $0.get() })
    self.bytes = bytes
  }

  /// What became of the executions, when all is known.
  ///
  /// - Parameter first: the place of the first among all of the call.
  /// - Throws: what is no fault of one execution's.
  func outcomes(
    from first: Int64, _ call: ServerCall
  ) async throws -> [SaveOutcome] {
    let errors = try await saves.outcomes()
    if let error = errors.lazy.compactMap({ $0 }).first(where: { $0.endsStream }) { throw error }
    var begun = errors.makeIterator()
    return items.enumerated().map { offset, item in
      var outcome = SaveOutcome(index: first + Int64(offset), id: nil)
      var refusal: RPCStatus?
      switch item {
      case .refused(let status): refusal = status
      case .begun(let id, let userID):
        outcome.id = id
        refusal = (begun.next() ?? nil).map(RPCStatus.init)
        call.keepRecord(user: userID, execution: id, code: refusal?.code ?? .ok)
      }
      outcome.refusal = refusal.map(SaveRefusal.init)
      return outcome
    }
  }

  /// Keeps records of executions of which the caller is not told, saved or not.
  func keepRecords(_ call: ServerCall) {
    for case .begun(let id, let userID) in items {
      call.keepRecord(user: userID, execution: id, code: .unknown)
    }
  }
}

extension SaveRefusal {
  fileprivate init(_ status: RPCStatus) {
    self.init(code: status.code.rawValue, message: status.message)
    for case .badRequest(let violations) in status.details { self.violations += violations }
  }
}

extension HistoryError {
  /// Whether it is no fault of one execution's, and would meet the next as well.
  fileprivate var endsStream: Bool {
    switch code {
    case .unavailable, .deadlineExceeded: true
    case .resourceExhausted: retryAfter != nil
    default: false
    }
  }
}
