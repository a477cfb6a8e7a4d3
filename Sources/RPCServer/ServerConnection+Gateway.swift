internal import HTTP2
internal import HTTPGateway
internal import ProtobufMessages
internal import RPC

/// Requests of HTTP that are not gRPC's.
extension ServerConnection {
  /// The call that a request makes, which is to be told of the rest of it. Nil where it is none: it is
  /// answered with a resource, or has been with the methods of its path, or with why it is refused.
  ///
  /// - Parameters:
  ///   - isTooLarge: Whether fields are missing, as there were too many.
  func gatewayCall(
    _ request: HTTPHead, _ head: CallHead, isTooLarge: Bool = false, by gateway: HTTPGateway,
    answer: any HTTPAnswer
  ) -> GatewayCall? {
    do throws(HTTPFailure) {
      guard !isTooLarge else {
        let limit = server.configuration.maxMetadataBytes
        server.figures.reached(.metadata)
        throw gateway.failure(
          RPCStatus(.resourceExhausted, "the fields are over the limit of \(limit) bytes"),
          as: 431, at: request.target)
      }
      if gateway.readsResource(request) {
        try serveResource(request, head, by: gateway, answer: answer)
        return nil
      }
      let operation = try operation(request, gateway)
      do { try head.checkTimeout() } catch {
        let violation = FieldViolation(field: "grpc-timeout", description: error.message)
        throw operation.failure(
          RPCStatus(.invalidArgument, error.message, details: [.badRequest([violation])]))
      }
      guard let route = try? server.dispatcher.route(Array(operation.methodPath.utf8)) else {
        throw operation.failure(
          RPCStatus(.unimplemented, "\(operation.methodPath) is not served"))
      }
      if let status = tooManyCalls() { throw operation.failure(status) }
      guard hasRoom(for: ServedCall.size(of: head) + request.target.utf8.count) else {
        throw operation.failure(memoryIsFull)
      }
      return GatewayCall(request, head, operation, of: route, answer: answer, connection: self)
    } catch {
      refuse(request, head, error, answer)
      return nil
    }
  }

  /// Has a request answered with a resource when it is its turn. Until then it counts as a call that runs.
  private func serveResource(
    _ request: HTTPHead, _ head: CallHead, by gateway: HTTPGateway, answer: any HTTPAnswer
  ) throws(HTTPFailure) {
    if let status = tooManyCalls() { throw HTTPFailure(status) }
    let size = ServedCall.size(of: head) + request.target.utf8.count
    guard hasRoom(for: size) else { throw HTTPFailure(memoryIsFull) }
    runningCalls += 1
    requestBytes += size
    server.resources.add { [self] in
      runningCalls -= 1
      requestBytes -= size
      defer { scheduleFlush() }
      guard !answer.isClosed else { return }
      do throws(HTTPFailure) {
        guard let resource = try gateway.resource(request) else { throw .notFound }
        guard hasRoom(for: resource.body.count) else { throw HTTPFailure(memoryIsFull) }
        answer.send(resource, to: request, in: server.figures)
      } catch {
        refuse(request, head, error, answer)
      }
    }
  }

  private func refuse(
    _ request: HTTPHead, _ head: CallHead, _ failure: HTTPFailure, _ answer: any HTTPAnswer
  ) {
    // Which methods there are is all that OPTIONS asks.
    if request.method == "OPTIONS", !failure.allowed.isEmpty {
      return answer.send(allowed: failure.allowed, in: server.figures)
    }
    let exchange = HTTPExchange(
      carrier: answer.carrier, method: request.method, target: request.target,
      status: failure.status)
    tell(failure.cause, head, exchange)
    answer.send(
      failure.told(to: head.metadata), in: server.figures, hasBody: request.hasAnswerBody)
  }

  /// Why this connection can have no more calls run; nil where it can.
  private func tooManyCalls() -> RPCStatus? {
    guard runningCalls >= server.configuration.maxRunningCalls else { return nil }
    server.figures.reached(.runningCalls)
    return RPCStatus(
      .unavailable, "too many calls of this connection run", retryAfter: .seconds(1))
  }

  /// Answers what is meant for gRPC and is none of its requests by a status of HTTP alone.
  func refuse(_ request: HTTP2RequestHead, _ head: CallHead, _ code: Int, on stream: HTTP2Stream) {
    let exchange = HTTPExchange(
      carrier: stream.carrier, method: request.method, target: request.path, status: code)
    tell(RPCStatus(.unimplemented, "a call of gRPC is a POST of application/grpc"), head, exchange)
    server.figures.answered(code, by: stream.carrier)
    stream.respondAndEnd([HTTP2Field(":status", String(code))])
  }

  private func operation(
    _ request: HTTPHead, _ gateway: HTTPGateway
  ) throws(HTTPFailure) -> any HTTPOperation {
    // What is meant for gRPC, and isn't, is told so as gRPC has it.
    if (try? server.dispatcher.route(Array(request.target.utf8))) != nil {
      throw HTTPFailure(
        RPCStatus(.invalidArgument, "a call of gRPC must be application/grpc"), as: 415)
    }
    return try gateway.operation(request)
  }
}
