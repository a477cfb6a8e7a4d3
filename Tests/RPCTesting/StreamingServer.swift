internal import Logging
internal import ProtobufMessages
public import RPC
public import RPCServer
internal import Reactor

/// The methods of a service that streams: `Down` (one request, many responses), `Up` (many, one)
/// and `Both` (many, many).
public struct StreamingHandlers {
  /// The handler of `Down`.
  public var down: (Blob, ResponseWriter<Blob>, ServerCall) async throws -> Void = { _, _, _ in }
  /// The handler of `Up`.
  public var up: (RequestStream<Blob>, ServerCall) async throws -> Blob = { _, _ in Blob([]) }
  /// The handler of `Both`.
  public var both: (RequestStream<Blob>, ResponseWriter<Blob>, ServerCall) async throws -> Void = {
    _, _, _ in
  }

  /// Handlers that read nothing and send nothing.
  public init() {}

  var service: RPCService {
    let kinds = [("Down", false, true), ("Up", true, false), ("Both", true, true)]
    var service = RPCService(
      ServiceDescriptor(
        fullName: "test.Stream",
        methods: kinds.map {
          MethodDescriptor(
            service: "test.Stream", name: $0, requestType: "test.Blob", responseType: "test.Blob",
            isClientStreaming: $1, isServerStreaming: $2)
        }), arena: Arena())
    service.serverStreaming("Down", down)
    service.clientStreaming("Up", up)
    service.bidirectional("Both", both)
    return service
  }
}

extension TestServer {
  /// Starts a server of `test.Stream`, on one loop and without TLS.
  public static func streaming(
    configure: (inout RPCServerConfiguration) -> Void = { _ in },
    _ handlers: @escaping @Sendable (inout StreamingHandlers) -> Void
  ) async throws -> TestServer {
    try await start(at: .tcp(host: "127.0.0.1", port: 0), .plaintext, configure: configure) { _ in
      var streaming = StreamingHandlers()
      handlers(&streaming)
      return streaming.service
    }
  }
}
