internal import Reactor
internal import Synchronization

/// Accepts connections and hands them to the loops in turn.
final class Acceptor {
  private var listeners: [Listener] = []
  private let servers: [LoopBound<LoopServer>]
  private let eventLoop: EventLoop
  private let unixMode: UInt16
  private var next = 0
  private let figures = ServerFigures()
  /// Whether there was no room for a connection when that was last looked at.
  private var isFull = false
  /// How many connections are on their way to their loops.
  private var handingOver = 0
  private var handedOver: CheckedContinuation<Void, Never>?

  var addresses: [SocketAddress] { listeners.map(\.address) }

  init(
    _ endpoints: [RPCEndpoint], unixMode: UInt16, eventLoop: EventLoop,
    servers: [LoopBound<LoopServer>], slots: ConnectionSlots
  ) throws(SystemError) {
    self.servers = servers
    self.eventLoop = eventLoop
    self.unixMode = unixMode
    do {
      for endpoint in endpoints { listeners.append(try listener(at: endpoint, slots)) }
    } catch {
      close()
      throw error
    }
  }

  private func listener(
    at endpoint: RPCEndpoint, _ slots: ConnectionSlots
  ) throws(SystemError) -> Listener {
    let accepted = { [unowned self] (socket: consuming OwnedSocket) in
      self.accepted(socket, endpoint.security)
    }
    let mayAccept = { [unowned self] in
      let isFree = slots.take()
      if !isFree, !isFull { figures.reached(.connections) }
      isFull = !isFree
      return isFree
    }
    let unused = { slots.free() }
    return switch endpoint.source {
    case .address(let address):
      try Listener(
        on: address, mode: unixMode, eventLoop: eventLoop, mayAccept: mayAccept, unused: unused,
        accepted)
    case .inherited(let socket):
      try Listener(
        adopting: socket, eventLoop: eventLoop, mayAccept: mayAccept, unused: unused, accepted)
    }
  }

  private func accepted(_ socket: consuming OwnedSocket, _ security: RPCEndpoint.Security) {
    let server = servers[next]
    next = (next + 1) % servers.count
    let handed = HandedOver(socket)
    handingOver += 1
    eventLoop.start {
      await server.run { $0.serve(handed.take(), security) }
      self.handingOver -= 1
      guard self.handingOver == 0 else { return }
      self.handedOver?.resume()
      self.handedOver = nil
    }
  }

  /// Listens no more, and returns when what was accepted is where it is served.
  func stop() async {
    close()
    await withCheckedContinuation { continuation in
      if handingOver == 0 { continuation.resume() } else { handedOver = continuation }
    }
  }

  private func close() {
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

/// How many connections are open on all loops, and may be.
final class ConnectionSlots: Sendable {
  private let limit: Int
  private let taken = Atomic(0)

  init(limit: Int) { self.limit = limit }

  /// Takes a slot; false where all are taken.
  func take() -> Bool {
    if taken.add(1, ordering: .relaxed).newValue <= limit { return true }
    free()
    return false
  }

  func free() { taken.subtract(1, ordering: .relaxed) }
}
