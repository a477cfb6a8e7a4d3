internal import HTTP1
internal import HTTP2
internal import Logging
internal import Reactor

extension ServerConnection {
  /// The PING by whose answer a client shows that it has heard the first GOAWAY.
  static let drainPing: UInt64 = 0x6472_6169_6e00_0000
  private static let keepalivePing: UInt64 = 0x6b65_6570_0000_0000
  /// How long after that the second GOAWAY comes: gRPC's C core, for one, writes its answer ahead
  /// of the calls that it had begun before.
  static let drainPause = Duration.milliseconds(50)
  /// How long a client may take to answer that PING before the second GOAWAY comes anyway.
  private static let drainPingTimeout = Duration.seconds(5)

  /// TLS is established, and the client's first SETTINGS have come.
  func established(at now: Duration) {
    guard !isEstablished else { return }
    isEstablished = true
    lifetime.established(at: now)
    scheduleCheck()
  }

  /// Asks ``ConnectionLifetime`` what is due, does it, and asks again when it says.
  func scheduleCheck() {
    guard !stream.isClosing else { return }
    let now = server.eventLoop.now
    let (action, again) = lifetime.next(at: now)
    switch action {
    case .close(let reason):
      server.logger.debug("a connection is closed", metadata: ["reason": "\(reason)"])
      return close(.timeout)
    case .ping where http1 != nil: passIdleTime(at: now)
    case .ping:
      http2.ping(Self.keepalivePing)
      scheduleFlush()
    case .drain: beginDrain()
    case nil: break
    }
    let late = closeLateHead(at: now)
    guard !stream.isClosing else { return }
    let next = min(again, endLateRequests(at: now), late ?? again)
    check?.cancel()
    check = server.eventLoop.timer(after: next - now) { self.scheduleCheck() }
  }

  /// Ends what has requests that should be complete by now, and returns when to look again: as no
  /// call that begins later is due earlier, none needs a timer of its own.
  private func endLateRequests(at now: Duration) -> Duration {
    let timeout = server.configuration.requestTimeout
    var next = now + timeout
    var requests = http2.streamDelegates.compactMap { $0 as? any AwaitedRequest }
    if let http1Request { requests.append(http1Request) }
    for awaited in requests where awaited.awaitsRequest {
      if awaited.begun + timeout <= now {
        awaited.endLate()
        scheduleFlush()
      } else {
        next = min(next, awaited.begun + timeout)
      }
    }
    return next
  }

  /// Asks the client to open no more calls here, serves those that it opened before it heard, and
  /// closes when the last has ended, or when the grace is over: at once where there is none.
  func drain(grace: Duration) {
    guard grace > .zero else { return leave() }
    lifetime.draining(grace: grace, at: server.eventLoop.now)
    scheduleCheck()
    beginDrain()
  }

  /// Says what there is to say, and that the client should go elsewhere, and closes.
  private func leave() {
    guard !stream.isClosing else { return }
    isDraining = true
    if let http1 { http1.goAway() } else { http2.goAway() }
    flush()
    if !stream.isClosing { close(.drained) }
  }

  /// HTTP/1.1 has no sign of life to ask for: a connection without a call is closed, and one with a call
  /// is known by what it takes.
  private func passIdleTime(at now: Duration) {
    if http1?.openExchanges == 0 { beginDrain() } else { lifetime.heard(at: now) }
  }

  private func beginDrain() {
    guard !isDraining else { return }
    isDraining = true
    if let http1 {
      http1.goAway()
      return scheduleFlush()
    }
    http2.announceGoAway()
    http2.ping(Self.drainPing)
    scheduleFlush()
    endDrain(after: Self.drainPingTimeout)
  }

  func endDrain(after pause: Duration) {
    server.eventLoop.timer(after: pause) { [self] in
      guard !stream.isClosing else { return }
      guard !isUndecided else { return close(.drained) }
      guard http1 == nil else { return }
      http2.goAway()
      scheduleFlush()
    }
  }
}
