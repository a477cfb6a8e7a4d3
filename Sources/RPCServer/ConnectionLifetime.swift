/// Decides when a connection is to be probed, to be drained or to be closed.
///
/// It has no timer: it is told what happens and when, and is asked at the instant that it named
/// last. Instants are `Duration`s on the loop's monotonic clock.
struct ConnectionLifetime {
  /// What is to be done now.
  enum Action: Equatable {
    case ping
    case drain
    case close(String)
  }

  private enum Phase: Equatable {
    case handshake(since: Duration)
    case open
    case draining(until: Duration)
  }

  private let limits: ConnectionLimits
  private var maxIdle: Duration?
  private var phase: Phase
  private var retirement: Duration?
  private var lastHeard: Duration
  private var pinged: Duration?
  private var idleSince: Duration?
  private var stalledSince: Duration?
  private var lastPing: Duration?
  private var strikes = 0
  private var isFinishing = false

  /// - Parameter jitter: -1 to 1, different for each connection: how much of a tenth of its age it
  ///   lives longer, so that clients that came together do not come back together.
  init(_ limits: ConnectionLimits, at now: Duration, jitter: Double) {
    self.limits = limits
    maxIdle = limits.maxIdle
    phase = .handshake(since: now)
    retirement = limits.maxAge.map { now + $0 + $0 * (jitter / 10) }
    lastHeard = now
    idleSince = now
  }

  // MARK: What happens

  /// The handshake and the client's first SETTINGS are done.
  mutating func established(at now: Duration) {
    guard case .handshake = phase else { return }
    phase = .open
    idleSince = now
  }

  /// The client speaks HTTP/1.1.
  mutating func speaksHTTP1() { maxIdle = min(maxIdle ?? limits.maxHTTP1Idle, limits.maxHTTP1Idle) }

  /// Bytes have come.
  mutating func heard(at now: Duration) {
    lastHeard = now
    pinged = nil
  }

  /// How many calls the connection has, and whether something waits that the client does not take.
  mutating func update(calls: Int, isBlocked: Bool, at now: Duration) {
    if calls > 0 { idleSince = nil } else if idleSince == nil { idleSince = now }
    if !isBlocked { stalledSince = nil } else if stalledSince == nil { stalledSince = now }
  }

  /// The client has taken some of what waits for it.
  mutating func progressed(at now: Duration) {
    if stalledSince != nil { stalledSince = now }
    lastPing = nil
    strikes = 0
  }

  /// The client has sent a PING. Returns whether it may.
  mutating func receivedPing(calls: Int, at now: Duration) -> Bool {
    let interval = calls > 0 ? limits.minPingInterval : max(.seconds(7_200), limits.minPingInterval)
    defer { lastPing = now }
    if let lastPing, now - lastPing < interval { strikes += 1 }
    return strikes <= limits.maxPingStrikes
  }

  /// The connection takes no more calls, and closes at the latest after the grace.
  mutating func draining(grace: Duration, at now: Duration) {
    if case .draining(let until) = phase, until <= now + grace { return }
    phase = .draining(until: now + grace)
  }

  /// All was said, and is left for the client to take: within the grace where it has one already,
  /// and without a sign of life, which would stand behind it.
  mutating func finishing(at now: Duration) {
    if case .open = phase { draining(grace: limits.ageGrace, at: now) }
    isFinishing = true
    pinged = nil
  }

  // MARK: What follows

  /// What is due, and when to ask again.
  mutating func next(at now: Duration) -> (action: Action?, again: Duration) {
    switch phase {
    case .handshake(let since):
      let end = since + limits.handshakeTimeout
      return now >= end
        ? (.close("the handshake took too long"), end) : (nil, end)
    case .draining(let until) where now >= until:
      return (.close("the grace is over"), until)
    default: break
    }
    if let stalledSince, now >= stalledSince + limits.stallTimeout {
      return (.close("the client takes nothing"), now)
    }
    if let pinged, now >= pinged + limits.keepaliveTimeout {
      return (.close("the client gives no sign of life"), now)
    }
    if case .open = phase {
      let isIdle = isDue(idleSince, maxIdle, at: now)
      if isIdle || retirement.map({ now >= $0 }) == true {
        draining(grace: limits.ageGrace, at: now)
        return (.drain, wakeUp(at: now))
      }
    }
    if pinged == nil, !isFinishing, now >= lastHeard + limits.keepaliveTime {
      pinged = now
      return (.ping, wakeUp(at: now))
    }
    return (nil, wakeUp(at: now))
  }

  private func isDue(_ since: Duration?, _ limit: Duration?, at now: Duration) -> Bool {
    guard let since, let limit else { return false }
    return now >= since + limit
  }

  /// The earliest instant at which anything could be due, were nothing to happen until then. What
  /// begins later is due later: a stall, too, is seen at the latest a timeout after this.
  private func wakeUp(at now: Duration) -> Duration {
    var instants = [now + limits.stallTimeout]
    if let stalledSince { instants.append(stalledSince + limits.stallTimeout) }
    if !isFinishing {
      instants.append(
        pinged.map { $0 + limits.keepaliveTimeout } ?? lastHeard + limits.keepaliveTime)
    }
    switch phase {
    case .draining(let until): instants.append(until)
    default:
      if let retirement { instants.append(retirement) }
      if let maxIdle { instants.append((idleSince ?? now) + maxIdle) }
    }
    return max(instants.min()!, now + .milliseconds(1))
  }
}
