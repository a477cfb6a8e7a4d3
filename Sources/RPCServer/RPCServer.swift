public import Logging
public import RPC
public import Reactor
internal import Synchronization

/// A gRPC server: it listens, and spreads its connections over the loops in turn. A connection and
/// its calls live and die on one loop.
public struct RPCServer: Sendable {
  /// Where it listens, with the ports that were chosen.
  public let addresses: [SocketAddress]
  let loops: [LoopBound<LoopServer>]
  private let acceptor: LoopBound<Acceptor>

  /// Listens at `endpoints`, and serves.
  ///
  /// - Parameters:
  ///   - loops: where connections live; the first also accepts.
  ///   - dispatchers: what serves the calls of each loop's connections, made on that loop.
  public static func start(
    _ configuration: RPCServerConfiguration, endpoints: [RPCEndpoint], loops: [Loop],
    logger: Logger, dispatcher: @escaping @Sendable (EventLoop) async throws -> Dispatcher
  ) async throws -> RPCServer {
    var servers: [LoopBound<LoopServer>] = []
    for loop in loops {
      servers.append(
        try await loop.bind { eventLoop in
          LoopServer(
            configuration, dispatcher: try await dispatcher(eventLoop), eventLoop: eventLoop,
            logger: logger)
        })
    }
    let bound = servers
    let acceptor = try await loops[0].bind { eventLoop in
      try Acceptor(endpoints, eventLoop: eventLoop, servers: bound)
    }
    return RPCServer(
      addresses: await acceptor.run { $0.addresses }, loops: servers, acceptor: acceptor)
  }

  private init(
    addresses: [SocketAddress], loops: [LoopBound<LoopServer>], acceptor: LoopBound<Acceptor>
  ) {
    self.addresses = addresses
    self.loops = loops
    self.acceptor = acceptor
  }

  /// Listens no more, lets the calls that run end within the grace, and closes all connections.
  public func stop() async {
    await acceptor.run { $0.close() }
    await withTaskGroup { group in
      for loop in loops {
        group.addTask { await loop.run { await $0.drain() } }
      }
    }
  }
}

/// Accepts connections and hands them to the loops in turn.
final class Acceptor {
  private var listeners: [Listener] = []
  private let servers: [LoopBound<LoopServer>]
  private var next = 0

  var addresses: [SocketAddress] { listeners.map(\.address) }

  init(_ endpoints: [RPCEndpoint], eventLoop: EventLoop, servers: [LoopBound<LoopServer>])
    throws(SystemError)
  {
    self.servers = servers
    for endpoint in endpoints {
      let security = endpoint.security
      do {
        listeners.append(
          try Listener(on: endpoint.address, eventLoop: eventLoop) { [unowned self] socket in
            accepted(socket, security)
          })
      } catch {
        close()
        throw error
      }
    }
  }

  private func accepted(_ socket: consuming OwnedSocket, _ security: RPCEndpoint.Security) {
    let server = servers[next]
    next = (next + 1) % servers.count
    let handed = HandedOver(socket)
    Task { await server.run { $0.serve(handed.take(), security) } }
  }

  func close() {
    for listener in listeners { listener.close() }
    listeners = []
  }
}

/// A socket on its way to another loop, which takes it once.
private final class HandedOver: Sendable {
  private let socket: Mutex<OwnedSocket?>

  init(_ socket: consuming sending OwnedSocket) { self.socket = Mutex(socket) }

  func take() -> OwnedSocket { socket.withLock { $0.take()! } }
}
