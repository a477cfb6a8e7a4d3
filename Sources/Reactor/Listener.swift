internal import CLibuv

#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A listening socket, and what accepts from it on one loop.
public final class Listener {
  /// Where it listens: with the port that the kernel chose, if it was asked to.
  public let address: SocketAddress
  private let socket: ListeningSocket
  private var watch: DescriptorWatch?
  private let eventLoop: EventLoop
  private let mayAccept: () -> Bool
  private let unused: () -> Void
  private let accepted: (consuming OwnedSocket) -> Void
  private var pause: LoopTimer?

  /// How long accepting pauses when the process has no descriptor left, or takes no more.
  private static let pauseTime = Duration.milliseconds(100)
  /// How many connections one turn accepts at most, so that those that stand get their turn.
  private static let acceptsPerTurn = 64

  /// Listens, and hands each connection to `accepted`.
  ///
  /// - Parameters:
  ///   - mayAccept: asked before each connection; where it says no, those that come wait with the
  ///     kernel, and it is asked again soon.
  ///   - mode: the permission bits of a Unix socket's path; by default its owner and group may
  ///     connect.
  ///   - unused: told where it has said yes, and no connection was there.
  public convenience init(
    on address: SocketAddress, mode: UInt16 = 0o660, eventLoop: EventLoop,
    mayAccept: @escaping () -> Bool = { true }, unused: @escaping () -> Void = {},
    _ accepted: @escaping (consuming OwnedSocket) -> Void
  ) throws(SystemError) {
    try self.init(
      try ListeningSocket(address, mode: mode), eventLoop: eventLoop, mayAccept: mayAccept,
      unused: unused, accepted)
  }

  /// Accepts from a socket that this process inherited; the parameters are as those of
  /// ``init(on:mode:eventLoop:mayAccept:unused:_:)``.
  public convenience init(
    adopting socket: InheritedSocket, eventLoop: EventLoop,
    mayAccept: @escaping () -> Bool = { true }, unused: @escaping () -> Void = {},
    _ accepted: @escaping (consuming OwnedSocket) -> Void
  ) throws(SystemError) {
    try self.init(
      ListeningSocket(socket), eventLoop: eventLoop, mayAccept: mayAccept, unused: unused,
      accepted)
  }

  private init(
    _ socket: ListeningSocket, eventLoop: EventLoop, mayAccept: @escaping () -> Bool,
    unused: @escaping () -> Void, _ accepted: @escaping (consuming OwnedSocket) -> Void
  ) throws(SystemError) {
    self.eventLoop = eventLoop
    self.mayAccept = mayAccept
    self.unused = unused
    self.accepted = accepted
    self.socket = socket
    address = socket.address
    watch = try eventLoop.watch(descriptor: socket.descriptor) { [unowned self] _ in accept() }
    watch?.interest = .readable
  }

  private func accept() {
    for _ in 0..<Self.acceptsPerTurn {
      guard mayAccept() else { return pauseAccepting() }
      let descriptor = accept_nonblocking(socket.descriptor)
      if descriptor >= 0 {
        accepted(OwnedSocket(descriptor: descriptor, isUnix: socket.isUnix))
        continue
      }
      let error = errno
      unused()
      switch error {
      case EINTR, ECONNABORTED: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: pauseAccepting()
      default: break
      }
      return
    }
  }

  private func pauseAccepting() {
    watch?.interest = []
    pause = eventLoop.timer(after: Self.pauseTime) { [unowned self] in
      pause = nil
      watch?.interest = .readable
    }
  }

  /// Listens no more; connections that stand go on.
  public func close() {
    pause?.cancel()
    pause = nil
    watch?.close()
    watch = nil
    socket.close()
  }
}
