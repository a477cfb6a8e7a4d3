internal import CLibpq
internal import Dispatch
internal import Reactor

/// What becomes of statements whose tasks are cancelled. All of it happens on the loop, but for the
/// one call that would block it.
extension PostgresConnection {
  /// How long the server may go on with a statement before it is told again: what comes while it is
  /// still reading the statement's messages, it ignores.
  private static let cancelInterval = Duration.seconds(1)

  /// Answers the request at once. What was not sent is withdrawn; what is under way runs on, its
  /// answer to be dropped, or is cancelled at the server where nothing else can be hit.
  func cancel(_ request: Request) {
    guard !request.isResolved else { return }
    request.cancel()
    if !request.wasSent {
      hasWithdrawn = true
      sendSoon()
    } else if request.isAbandoned {
      abandoned += 1
      if pipelining.isCancellable { cancelAtServer(request) }
    }
  }

  /// Gives up the wait for the connection.
  func withdraw(_ turn: Turn) {
    guard !turn.isResolved else { return }
    turn.resolve(.cancelled)
    hasWithdrawn = true
    sendSoon()
  }

  /// Tells the server to cancel the request, which is all that is under way.
  ///
  /// The server is told of the session, not of the statement; so nothing else is sent until the
  /// call has returned. By then the server has passed the signal on to the session's process, which
  /// takes it before it reads what is sent next, and ignores it where nothing runs.
  private func cancelAtServer(_ request: Request) {
    guard isOpen, !isCancelling, request.isUnderWay, let call = CancelCall(handle) else { return }
    isCancelling = true
    cancelTimer?.cancel()
    // A host that is gone may hold the call for minutes.
    cancelTimer = eventLoop.timer(after: cancelLimit) { [weak self] in
      self?.lose(PostgresError(.timeout, "a statement could not be cancelled in time"))
    }
    call.start(then: eventLoop.callback { [weak self] in self?.endCancelling(request) })
  }

  private func endCancelling(_ request: Request) {
    isCancelling = false
    guard isOpen else { return }
    cancelTimer?.cancel()
    cancelTimer = nil
    if request.isUnderWay {
      cancelTimer = eventLoop.timer(after: Self.cancelInterval) { [weak self] in
        self?.cancelAtServer(request)
      }
    }
    sendSoon()
  }
}

/// The call that tells a server to cancel what a connection is doing.
///
/// `@unchecked Sendable`: libpq lets any thread use a `PGcancel`, which is a copy of what it needs
/// of the connection and is not changed by its use; it is freed once, in `deinit`.
private final class CancelCall: @unchecked Sendable {
  private let cancel: OpaquePointer

  /// Nil where there is no memory for it.
  init?(_ handle: ConnectionHandle) {
    guard let cancel = PQgetCancel(handle.pq) else { return nil }
    self.cancel = cancel
  }

  deinit { PQfreeCancel(cancel) }

  /// Makes the call on a thread of its own, for it blocks until the server has closed the
  /// connection that it makes. Neither libuv's threads, which look up names, nor Swift's, one to a
  /// core, may wait for a host that is gone. There is no more than one call to a connection.
  func start(then ended: LoopCallback) {
    DispatchQueue(label: "workflow-history.postgres-cancel").async { [self] in
      var message = [CChar](repeating: 0, count: 256)
      // Where it fails it is made again while the statement runs.
      _ = PQcancel(cancel, &message, Int32(message.count))
      ended()
    }
  }
}
