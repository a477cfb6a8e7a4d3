internal import Logging
internal import RPC
internal import Reactor

/// The part of a server that lives on one loop: its connections, and what serves their calls.
final class LoopServer {
  let configuration: RPCServerConfiguration
  let dispatcher: Dispatcher
  let eventLoop: EventLoop
  let logger: Logger
  private(set) var connections: [ObjectIdentifier: ServerConnection] = [:]
  private var isDraining = false
  private var drained: CheckedContinuation<Void, Never>?

  init(
    _ configuration: RPCServerConfiguration, dispatcher: Dispatcher, eventLoop: EventLoop,
    logger: Logger
  ) {
    self.configuration = configuration
    self.dispatcher = dispatcher
    self.eventLoop = eventLoop
    self.logger = logger
  }

  func serve(_ socket: consuming OwnedSocket, _ security: RPCEndpoint.Security) {
    guard !isDraining else { return }
    do {
      let connection = try ServerConnection(socket, security, server: self)
      connections[ObjectIdentifier(connection)] = connection
      connection.start()
    } catch {
      logger.warning("a connection could not be served", metadata: ["error": "\(error)"])
    }
  }

  func ended(_ connection: ServerConnection) {
    connections[ObjectIdentifier(connection)] = nil
    if connections.isEmpty { drained?.resume() }
    if connections.isEmpty { drained = nil }
  }

  /// Lets the calls that run end within the grace, then closes what is left.
  func drain() async {
    isDraining = true
    for connection in connections.values { connection.drain() }
    guard !connections.isEmpty else { return }
    let deadline = eventLoop.timer(after: configuration.drainGrace) { [self] in
      for connection in connections.values { connection.close() }
    }
    await withCheckedContinuation { drained = $0 }
    deadline.cancel()
  }
}
