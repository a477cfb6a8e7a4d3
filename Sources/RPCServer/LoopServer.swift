internal import Logging
internal import RPC
internal import Reactor

/// The part of a server that lives on one loop: its connections, and what serves their calls.
final class LoopServer {
  let configuration: RPCServerConfiguration
  let dispatcher: Dispatcher
  let codec = MessageCodec()
  let eventLoop: EventLoop
  let figures = ServerFigures()
  let logger: Logger
  let resources: ResourceQueue
  /// How many bytes the calls of this loop's connections take, and how many they may.
  var heldBytes = 0
  let maxMemory: Int
  private let slots: ConnectionSlots
  private var telling: LoopTimer?
  private(set) var connections: [ObjectIdentifier: ServerConnection] = [:]
  private var isDraining = false
  private var isStopped = false
  private var drained: CheckedContinuation<Void, Never>?

  init(
    _ configuration: RPCServerConfiguration, dispatcher: Dispatcher, eventLoop: EventLoop,
    loopCount: Int, slots: ConnectionSlots, logger: Logger
  ) {
    maxMemory = configuration.maxMemory / loopCount
    self.slots = slots
    self.configuration = configuration
    self.dispatcher = dispatcher
    self.eventLoop = eventLoop
    self.logger = logger
    resources = ResourceQueue(on: eventLoop)
    telling = eventLoop.timer(after: .zero, repeating: Self.tellingInterval) { [weak self] in
      guard let self else { return }
      figures.tell(heldBytes: heldBytes)
    }
  }

  /// How often it is told what calls take.
  private static let tellingInterval = Duration.seconds(1)

  func serve(_ socket: consuming OwnedSocket, _ security: RPCEndpoint.Security) {
    guard !isStopped else { return slots.free() }
    guard socket.isAllowed(configuration.unixUserIDs) else {
      logger.warning("a connection was refused", metadata: ["peer": "\(socket.peerDescription)"])
      return slots.free()
    }
    do {
      let connection = try ServerConnection(socket, security, server: self)
      connections[ObjectIdentifier(connection)] = connection
      figures.began()
      connection.start()
      // It was accepted, and so is served: it will hear that it should go elsewhere.
      if isDraining { connection.drain(grace: configuration.drainGrace) }
    } catch {
      slots.free()
      logger.warning("a connection could not be served", metadata: ["error": "\(error)"])
    }
  }

  func ended(_ connection: ServerConnection, _ end: ConnectionEnd) {
    guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
    slots.free()
    figures.ended(end)
    // However it failed: what came was no TLS, the client has gone, or it took too long.
    if connection.isShakingHands, end != .drained { figures.failedHandshake() }
    guard connections.isEmpty else { return }
    drained?.resume()
    drained = nil
  }

  /// Lets the calls that run end within the grace, then closes what is left.
  func drain() async {
    isDraining = true
    dispatcher.willDrain()
    for connection in connections.values { connection.drain(grace: configuration.drainGrace) }
    await withCheckedContinuation { continuation in
      // The last may have gone on the way here.
      if connections.isEmpty { continuation.resume() } else { drained = continuation }
    }
    isStopped = true
    telling?.cancel()
  }
}
