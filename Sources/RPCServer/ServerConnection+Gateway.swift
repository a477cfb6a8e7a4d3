internal import HTTPGateway
internal import ProtobufMessages
internal import RPC

/// Requests of HTTP that are not gRPC's.
extension ServerConnection {
  /// The call that a request makes, which is to be told of the rest of it. Nil where it is none, and
  /// has been answered: with a resource, with the methods of its path, or with why it is refused.
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
        throw HTTPFailure(
          RPCStatus(.resourceExhausted, "the fields are over the limit of \(limit) bytes"), as: 431)
      }
      if let resource = try gateway.resource(request) {
        guard hasRoom(for: resource.body.count) else { throw HTTPFailure(memoryIsFull) }
        answer.send(resource, to: request)
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
      guard runningCalls < server.configuration.maxRunningCalls else {
        server.figures.reached(.runningCalls)
        throw operation.failure(
          RPCStatus(
            .unavailable, "too many calls of this connection run", retryAfter: .seconds(1)))
      }
      guard hasRoom(for: ServedCall.size(of: head) + request.target.utf8.count) else {
        throw operation.failure(memoryIsFull)
      }
      return GatewayCall(request, head, operation, of: route, answer: answer, connection: self)
    } catch {
      // Which methods there are is all that OPTIONS asks.
      if request.method == "OPTIONS", !error.allowed.isEmpty {
        answer.send(allowed: error.allowed)
        return nil
      }
      tell(path: request.target, head, error.cause)
      answer.send(error, hasBody: request.hasAnswerBody)
      return nil
    }
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
