import Identity
import ProtobufMessages
import RPC
import RPCTesting
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

/// The service over a store of the test, called without a transport.
struct Service {
  let store = MemoryStore()
  private let dispatcher: Dispatcher

  /// - Parameters:
  ///   - caller: who calls; nil where nobody was authenticated.
  ///   - interceptors: what calls pass once that is known.
  init(caller: Principal?, _ interceptors: any ServerInterceptor...) {
    let handlers = WorkflowHistoryHandlers(store: store, clock: { Samples.now })
    dispatcher = Dispatcher(
      [handlers.service(arena: Arena())],
      interceptors: [Caller(caller)] + interceptors + [HistoryErrorInterceptor()])
  }

  /// Calls a method with a message.
  func call<Response: DecodableMessage>(
    _ method: String, _ request: any EncodableMessage, as response: Response.Type
  ) async throws -> Response {
    let answer = try await call(method, request)
    return try Response.decode(Array(answer.dropFirst(5)), arena: Arena())
  }

  /// Calls a method with a message, for its bytes.
  @discardableResult
  func call(
    _ method: String, _ request: any EncodableMessage, metadata: Metadata = Metadata(),
    timeout: Duration? = nil
  ) async throws -> [UInt8] { try await answers(method, [request], metadata, timeout)[0] }

  /// Calls a method with messages, for all that it answers.
  func stream<Response: DecodableMessage>(
    _ method: String, _ requests: [any EncodableMessage], as response: Response.Type
  ) async throws -> [Response] {
    try await answers(method, requests, Metadata()).map {
      try Response.decode(Array($0.dropFirst(5)), arena: Arena())
    }
  }

  private func answers(
    _ method: String, _ requests: [any EncodableMessage], _ metadata: Metadata,
    _ timeout: Duration? = nil
  ) async throws -> [[UInt8]] {
    let route = try dispatcher.route(
      Array("/\(WorkflowHistoryAPI.service.fullName)/\(method)".utf8))
    let call = ServerCall(
      method: route.method, metadata: metadata, peer: CallPeer(address: "tcp"),
      timeout: timeout)
    return try await route.serve(call, requests.map { $0.encode(arena: Arena(), prefix: 0) })
  }

  /// The status that a call ends with; nil where it is answered.
  func status(
    _ method: String, _ request: any EncodableMessage, metadata: Metadata = Metadata(),
    timeout: Duration? = nil
  ) async throws -> RPCStatus? {
    do {
      try await call(method, request, metadata: metadata, timeout: timeout)
      return nil
    } catch let status as RPCStatus {
      return status
    }
  }
}

/// Says who calls.
private final class Caller: ServerInterceptor {
  private let principal: Principal?

  init(_ principal: Principal?) { self.principal = principal }

  func interception(of method: MethodDescriptor) -> Interception? {
    Interception(admit: { call in
      call[Principal.self] = self.principal
      return nil
    })
  }
}
