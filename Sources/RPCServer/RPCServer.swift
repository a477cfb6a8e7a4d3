public import Logging
public import RPC
public import Reactor

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
    let slots = ConnectionSlots(limit: configuration.maxConnections)
    var servers: [LoopBound<LoopServer>] = []
    for loop in loops {
      servers.append(
        try await loop.bind { eventLoop in
          LoopServer(
            configuration, dispatcher: try await dispatcher(eventLoop), eventLoop: eventLoop,
            loopCount: loops.count, slots: slots, logger: logger)
        })
    }
    let bound = servers
    let acceptor = try await loops[0].bind { eventLoop in
      try Acceptor(
        endpoints, unixMode: configuration.unixMode, eventLoop: eventLoop, servers: bound,
        slots: slots)
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
    await acceptor.run { await $0.stop() }
    await withTaskGroup { group in
      for loop in loops {
        group.addTask { await loop.run { await $0.drain() } }
      }
    }
  }
}
