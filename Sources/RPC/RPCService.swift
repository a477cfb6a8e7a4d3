public import ProtobufMessages

/// A service with handlers for its methods, for one loop.
///
/// A request that can't be decoded is INVALID_ARGUMENT, with the fields that are to blame. A method
/// without a handler is UNIMPLEMENTED.
public struct RPCService {
  /// The methods and their types.
  public let descriptor: ServiceDescriptor
  private(set) var handlers: [String: MethodHandler] = [:]
  @usableFromInline
  let arena: Arena

  /// A service without handlers yet.
  ///
  /// - Parameter arena: where messages are decoded and encoded; it is empty between uses, so all
  ///   services of a loop share one.
  public init(_ descriptor: ServiceDescriptor, arena: Arena) {
    self.descriptor = descriptor
    self.arena = arena
  }

  /// Registers the handler of a method with one request and one response.
  @inlinable
  public mutating func unary<Request: DecodableMessage, Response: EncodableMessage>(
    _ name: String, _ handler: @escaping (Request, ServerCall) async throws -> Response
  ) {
    let arena = arena
    register(name) { call, requests, responses in
      let request: Request = try requests.only(of: call, arena: arena)
      try responses.send(try await handler(request, call).framed(arena: arena))
    }
  }

  /// Registers the handler of a method with one request and any number of responses.
  public mutating func serverStreaming<Request: DecodableMessage, Response: EncodableMessage>(
    _ name: String,
    _ handler: @escaping (Request, ResponseWriter<Response>, ServerCall) async throws -> Void
  ) {
    let arena = arena
    register(name, serverStreams: true) { call, requests, responses in
      let request: Request = try requests.only(of: call, arena: arena)
      try await handler(request, ResponseWriter(sink: responses, call: call, arena: arena), call)
    }
  }

  /// Registers the handler of a method with any number of requests and one response.
  public mutating func clientStreaming<Request: DecodableMessage, Response: EncodableMessage>(
    _ name: String,
    _ handler: @escaping (RequestStream<Request>, ServerCall) async throws -> Response
  ) {
    let arena = arena
    register(name, clientStreams: true) { call, requests, responses in
      let response = try await handler(
        RequestStream(queue: requests, call: call, arena: arena), call)
      try responses.send(response.framed(arena: arena))
    }
  }

  /// Registers the handler of a method with any number of requests and of responses.
  public mutating func bidirectional<Request: DecodableMessage, Response: EncodableMessage>(
    _ name: String,
    _ handler:
      @escaping (RequestStream<Request>, ResponseWriter<Response>, ServerCall) async throws -> Void
  ) {
    let arena = arena
    register(name, clientStreams: true, serverStreams: true) { call, requests, responses in
      try await handler(
        RequestStream(queue: requests, call: call, arena: arena),
        ResponseWriter(sink: responses, call: call, arena: arena), call)
    }
  }

  @usableFromInline
  mutating func register(
    _ name: String, clientStreams: Bool = false, serverStreams: Bool = false,
    _ handler: @escaping CallHandler
  ) {
    guard let method = descriptor.methods.first(where: { $0.name == name }) else {
      preconditionFailure("\(descriptor.fullName) has no method \(name)")
    }
    precondition(
      method.isClientStreaming == clientStreams && method.isServerStreaming == serverStreams,
      "\(method.path) is a call of another kind")
    handlers[name] = MethodHandler(serve: handler)
  }
}

/// Keeps a handler as it is: among generic values it would be called by way of another function.
struct MethodHandler {
  let serve: CallHandler
}

extension MessageQueue {
  /// The request of a method that takes one; the transport has made sure that it came.
  @usableFromInline
  func only<Request: DecodableMessage>(of call: ServerCall, arena: Arena) throws(RPCStatus)
    -> Request
  {
    guard let message = try pop() else {
      throw RPCStatus(.unimplemented, "this method takes one message, and none came")
    }
    call.requestWasCompressed = lastWasCompressed
    call.receivedBytes = receivedBytes
    return try Request.request(message, arena: arena)
  }
}
