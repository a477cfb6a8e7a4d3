internal import Identity
internal import ProtobufMessages
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  /// How many executions, and how many bytes of requests, may be under way before the oldest request
  /// is answered: some batches for each writer, so that none waits for the caller.
  private static let executionsUnderWay = 400
  private static let bytesUnderWay = 1 << 20

  func saveWorkflowExecutions(
    _ requests: RequestStream<SaveWorkflowExecutionsRequest>,
    _ responses: ResponseWriter<SaveWorkflowExecutionsResponse>, _ call: ServerCall
  ) async throws {
    let caller = try call.writer()
    let requests = requests.makeAsyncIterator()
    var underWay: [RequestUnderWay] = []
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
        underWay.append(begin(request, of: call.requestBytes, caller))
      } else if let first = underWay.first {
        let outcomes = try await first.outcomes(from: index, call)
        underWay.removeFirst()
        index += Int64(outcomes.count)
        try await responses.write(SaveWorkflowExecutionsResponse(outcomes: outcomes))
      } else {
        return
      }
    }
  }

  private func begin(
    _ request: SaveWorkflowExecutionsRequest, of bytes: Int, _ caller: Principal
  ) -> RequestUnderWay {
    let now = clock()
    var saves: [ExecutionSave] = []
    var items: [RequestUnderWay.Item] = []
    saves.reserveCapacity(request.items.count)
    items.reserveCapacity(request.items.count)
    for item in request.items {
      do throws(RPCStatus) {
        saves.append(try save(item, caller, now: now))
        let execution = saves[saves.count - 1].execution
        items.append(.begun(execution.id, userID: execution.userID))
      } catch {
        items.append(.refused(error))
      }
    }
    return RequestUnderWay(items: items, saves: store.begin(saves), bytes: bytes)
  }

  private func save(
    _ item: SaveWorkflowExecutionsRequest.Item, _ caller: Principal, now: Timestamp
  ) throws(RPCStatus) -> ExecutionSave {
    let fields: ExecutionFields
    do throws(MessageError) { fields = try item.get() } catch { throw RPCStatus(error) }
    do throws(HistoryError) {
      return try ExecutionSave(
        checking: fields, userID: caller.userID, reach: caller.reach, retention: retention,
        now: now, using: &generator)
    } catch {
      throw RPCStatus(error)
    }
  }
}

/// A request whose executions are being saved, but for those that were refused at once.
private struct RequestUnderWay {
  enum Item {
    case begun(ExecutionID, userID: String)
    case refused(RPCStatus)
  }

  let items: [Item]
  /// Those that were begun, in their order.
  let saves: any PendingSaves
  /// How many bytes it has, inflated.
  let bytes: Int

  /// What became of the executions, when all is known.
  ///
  /// - Parameter first: the place of the first among all of the call.
  /// - Throws: what is no fault of one execution's.
  func outcomes(
    from first: Int64, _ call: ServerCall
  ) async throws -> [SaveWorkflowExecutionsResponse.Outcome] {
    let errors = try await saves.outcomes()
    if let error = errors.lazy.compactMap({ $0 }).first(where: { $0.endsStream }) { throw error }
    var begun = errors.makeIterator()
    return items.enumerated().map { offset, item in
      var outcome = SaveWorkflowExecutionsResponse.Outcome(index: first + Int64(offset), id: nil)
      var refusal: RPCStatus?
      switch item {
      case .refused(let status): refusal = status
      case .begun(let id, let userID):
        outcome.id = id
        refusal = (begun.next() ?? nil).map(RPCStatus.init)
        call.keepRecord(user: userID, execution: id, code: refusal?.code ?? .ok)
      }
      outcome.refusal = refusal.map(SaveWorkflowExecutionsResponse.Refusal.init)
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

extension SaveWorkflowExecutionsResponse.Refusal {
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
