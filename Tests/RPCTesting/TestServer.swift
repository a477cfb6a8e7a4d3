internal import Logging
internal import ProtobufMessages
public import RPC
public import RPCClient
public import RPCServer
public import Reactor
internal import TLS

/// A server of the service `test.Echo` on loops of its own, at a free place.
public struct TestServer: Sendable {
  /// The handler of one method.
  public typealias Handler = (Blob, ServerCall) async throws -> Blob

  /// The server.
  public let server: RPCServer
  /// The loops that it runs on.
  public let loops: [Loop]
  private let security: RPCEndpoint.Security

  /// The first of the places where it listens.
  public var address: SocketAddress { server.addresses[0] }

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - interceptors: what calls pass, made on each loop.
  ///   - handlers: the methods by name, made on each loop.
  public static func start(
    at address: SocketAddress = .tcp(host: "127.0.0.1", port: 0),
    _ security: RPCEndpoint.Security = .plaintext, loops count: Int = 1,
    configure: (inout RPCServerConfiguration) -> Void = { _ in },
    interceptors: @escaping @Sendable () -> [any ServerInterceptor] = { [] },
    handlers: @escaping @Sendable (EventLoop) -> [String: Handler]
  ) async throws -> TestServer {
    try await start(
      at: address, security, loops: count, configure: configure, interceptors: interceptors
    ) { eventLoop in
      let handlers = handlers(eventLoop)
      let names = handlers.keys.sorted()
      var service = RPCService(
        ServiceDescriptor(
          fullName: "test.Echo",
          methods: names.map {
            MethodDescriptor(
              service: "test.Echo", name: $0, requestType: "test.Blob", responseType: "test.Blob")
          }), arena: Arena())
      for name in names { service.unary(name, handlers[name]!) }
      return service
    }
  }

  static func start(
    at address: SocketAddress, _ security: RPCEndpoint.Security, loops count: Int = 1,
    configure: (inout RPCServerConfiguration) -> Void,
    interceptors: @escaping @Sendable () -> [any ServerInterceptor] = { [] },
    service: @escaping @Sendable (EventLoop) -> RPCService
  ) async throws -> TestServer {
    var configuration = RPCServerConfiguration(tls: try TestCertificate.shared.get().server)
    configure(&configuration)
    let loops = try (0..<count).map { try Loop(name: "server \($0)") }
    let server = try await RPCServer.start(
      configuration, endpoints: [RPCEndpoint(address, security)], loops: loops,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { eventLoop in Dispatcher([service(eventLoop)], interceptors: interceptors()) }
    return TestServer(server: server, loops: loops, security: security)
  }

  /// Connects a client, which lives on `eventLoop`, as the server wants it.
  public func connect(on eventLoop: EventLoop) async throws -> RPCChannel {
    switch security {
    case .plaintext: try await RPCChannel.connect(to: address, .plaintext, on: eventLoop)
    case .tls, .either:
      try await RPCChannel.connect(
        to: address, .tls(try TestCertificate.shared.get().client, host: "localhost"),
        on: eventLoop)
    }
  }

  /// Stops it, and ends its loops.
  public func stop() async {
    await server.stop()
    for loop in loops { await loop.stop() }
  }
}

extension RPCChannel {
  /// Calls a method of the test's service.
  public func call(
    _ method: String, _ blob: Blob = Blob([]), metadata: Metadata = .init(),
    timeout: Duration? = nil
  ) async throws(RPCStatus) -> Blob {
    try await unary(
      "/test.Echo/\(method)", blob, as: Blob.self, metadata: metadata, timeout: timeout)
  }
}

/// Runs a client's part of a test on a loop of its own.
@discardableResult
public func onLoop<T: Sendable>(_ body: @Sendable (EventLoop) async throws -> T) async throws -> T {
  let loop = try Loop(name: "client")
  do {
    let result = try await loop.run(body)
    await loop.stop()
    return result
  } catch {
    await loop.stop()
    throw error
  }
}

/// What a call throws; nil where it returns.
///
/// The macro `#expect(throws:)` would take an asynchronous call off its loop.
public func failure<T>(_ call: () async throws -> T) async -> (any Error)? {
  do {
    _ = try await call()
    return nil
  } catch {
    return error
  }
}

/// The status that a call ends with; nil where it is answered.
public func status<T>(_ call: () async throws -> T) async -> RPCStatus? {
  await failure(call) as? RPCStatus
}
