internal import Identity
internal import ProtobufMessages
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  /// How many executions a request may have.
  private static let requestLimit = 1_000
  /// How many executions, and how many bytes of requests, may be under way before the oldest request
  /// is answered: some batches for each writer, so that none waits for the caller.
  private static let executionsUnderWay = 1_024
  private static let bytesUnderWay = 1 << 20

  func saveWorkflowExecutions(
    _ requests: RequestStream<SaveWorkflowExecutionsRequest>,
    _ responses: ResponseWriter<SaveWorkflowExecutionsResponse>, _ call: ServerCall
  ) async throws {
    let caller = try call.writer()
    let requests = requests.makeAsyncIterator()
    var underWay: [RequestUnderWay] = []
    defer { for request in underWay { request.saves.cancel() } }
    var index: Int64 = 0
    while true {
      let mayBegin =
        underWay.reduce(0) { $0 + $1.items.count } < Self.executionsUnderWay
        && underWay.reduce(0) { $0 + $1.bytes } < Self.bytesUnderWay
      let read = call.receivedBytes
      // Where answers are due, requests that are still to come can wait for these.
      if mayBegin,
        let request = try underWay.isEmpty ? await requests.next() : requests.nextIfHere()
      {
        underWay.append(try begin(request, caller))
        underWay[underWay.count - 1].bytes = call.receivedBytes - read
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
    _ request: SaveWorkflowExecutionsRequest, _ caller: Principal
  ) throws -> RequestUnderWay {
    guard 1...Self.requestLimit ~= request.items.count else {
      throw HistoryError.invalid("executions", "must be 1 to 1,000")
    }
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
    return RequestUnderWay(items: items, saves: store.begin(saves))
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
  /// How many bytes it came as.
  var bytes = 0

  /// What became of the executions, when all is known.
  ///
  /// - Parameter first: the place of the first among all of the call.
  func outcomes(
    from first: Int64, _ call: ServerCall
  ) async throws -> [SaveWorkflowExecutionsResponse.Outcome] {
    var begun = try await saves.outcomes().makeIterator()
    return try items.enumerated().map { offset, item in
      var outcome = SaveWorkflowExecutionsResponse.Outcome(index: first + Int64(offset), id: nil)
      var refusal: RPCStatus?
      switch item {
      case .refused(let status): refusal = status
      case .begun(let id, let userID):
        outcome.id = id
        if let error = begun.next() ?? nil {
          guard !error.endsStream else { throw error }
          refusal = RPCStatus(error)
        }
        call.keepRecord(user: userID, execution: id, code: refusal?.code ?? .ok)
      }
      outcome.refusal = refusal.map(SaveWorkflowExecutionsResponse.Refusal.init)
      return outcome
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
    retryAfter != nil || code == .unavailable || code == .deadlineExceeded
  }
}
