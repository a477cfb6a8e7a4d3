public import Logging
public import RPC
internal import Synchronization

/// Tells in the log how calls have ended: a line for each that is refused, at notice, and for each that
/// fails for the server's own fault, at error. Calls that are answered, or that their callers give up, are
/// told at debug.
///
/// Callers can't flood it: of each code it tells so many calls as ``LineBudget`` has lines for, and counts
/// the others. All loops of a server share one.
public final class CallLog: Sendable {
  let logger: Logger
  private let now: @Sendable () -> ContinuousClock.Instant
  private let budget = Mutex(LineBudget())

  /// Tells `logger`.
  public init(
    _ logger: Logger, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.logger = logger
    self.now = now
  }

  /// Tells of a call that was refused before it came to the interceptors.
  public func tell(_ call: RefusedCall) {
    tell(call.status.code, of: call.peer) { EndedCall(call) }
  }

  /// Tells of a call that has ended with this code.
  func tell(_ code: RPCStatusCode, of peer: CallPeer, _ call: () -> EndedCall) {
    let level = code.logLevel
    // What is not logged uses up no lines.
    guard logger.logLevel <= level else { return }
    if level > .debug {
      let (network, now) = (peer.network, now())
      guard budget.withLock({ $0.take(of: code, for: network, at: now) }) else { return }
    }
    let message: Logger.Message =
      switch level {
      case .error: "a call has failed"
      case .notice: "a call was refused"
      default: "a call has ended"
      }
    logger.log(level: level, message, metadata: call().metadata)
  }

  /// Says of how many calls nothing was told since this was last called, where there are any: to be called
  /// now and again, and at the end.
  public func tellOmissions() {
    let omissions = budget.withLock { $0.takeOmitted() }
    for (code, count) in omissions {
      logger.notice(
        "calls were refused that the log leaves out",
        metadata: ["status": "\(code)", "count": "\(count)"])
    }
  }
}

extension RPCStatusCode {
  fileprivate var logLevel: Logger.Level {
    switch self {
    case .ok, .cancelled: .debug
    case .internal, .unknown, .dataLoss: .error
    default: .notice
    }
  }
}
