public import Logging
public import RPC
internal import Synchronization
internal import Telemetry

/// Tells in the log how calls have ended: a line for each that is refused, at notice, and for each that
/// fails for the server's own fault, at error. Calls that are answered, or that their callers give up, are
/// told at debug.
///
/// Callers can't flood it: of each code it tells ``burst`` calls at once and ``callsPerSecond`` after
/// these, and counts the others. All loops of a server share one.
public final class CallLog: Sendable {
  /// How many calls of a code are told at once.
  public static let burst = 50
  /// How many are told each second from then on.
  public static let callsPerSecond = 5

  let logger: Logger
  private let now: @Sendable () -> ContinuousClock.Instant
  private let allowances = Mutex<[RPCStatusCode: LineAllowance]>([:])

  /// Tells `logger`.
  public init(
    _ logger: Logger, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.logger = logger
    self.now = now
  }

  /// Tells of a call that was refused before it came to the interceptors.
  public func tell(_ call: RefusedCall) {
    tell(
      EndedCall(
        method: call.path, code: call.status.code, message: call.status.message, caller: nil,
        peer: call.peer, traceID: call.traceparent.flatMap { TraceContext($0)?.traceID }))
  }

  func tell(_ call: EndedCall) {
    let level = call.level
    guard level > .debug else {
      return logger.log(level: level, "a call has ended", metadata: call.metadata)
    }
    // What is not logged uses up no allowance.
    guard logger.logLevel <= level else { return }
    let isTold = allowances.withLock {
      $0[call.code, default: LineAllowance(at: now())].take(now())
    }
    guard isTold else { return }
    logger.log(
      level: level, level == .error ? "a call has failed" : "a call was refused",
      metadata: call.metadata)
  }

  /// Says of how many calls nothing was told since this was last called, where there are any: to be called
  /// now and again, and at the end.
  public func tellOmissions() {
    let omissions = allowances.withLock { allowances in
      allowances.keys.sorted { $0.rawValue < $1.rawValue }.compactMap { code in
        (allowances[code]?.takeOmitted()).map { (code, $0) }
      }
    }
    for (code, count) in omissions where count > 0 {
      logger.notice(
        "calls were refused that the log leaves out",
        metadata: ["status": "\(code)", "count": "\(count)"])
    }
  }
}

/// What the log says of a call.
struct EndedCall {
  var method: String
  var code: RPCStatusCode
  /// What its caller was told; it has nothing of payloads and tokens.
  var message: String?
  var caller: String?
  var peer: CallPeer
  var traceID: String?

  /// What callers choose is told up to so many characters.
  private static let maxLength = 300

  var level: Logger.Level {
    switch code {
    case .ok, .cancelled: .debug
    case .internal, .unknown, .dataLoss: .error
    default: .notice
    }
  }

  var metadata: Logger.Metadata {
    var metadata: Logger.Metadata = [
      "method": "\(method.prefix(Self.maxLength))", "status": "\(code)", "peer": "\(peer.address)",
    ]
    if let message { metadata["reason"] = "\(message.prefix(Self.maxLength))" }
    if let caller { metadata["caller"] = "\(caller.prefix(Self.maxLength))" }
    if let traceID { metadata["trace"] = "\(traceID)" }
    return metadata
  }
}

/// How many lines may still be logged: a token bucket.
struct LineAllowance {
  private var lines = Double(CallLog.burst)
  private var counted: ContinuousClock.Instant
  private var omitted = 0

  init(at instant: ContinuousClock.Instant) { counted = instant }

  /// Whether one line more may be logged; if not, it counts as left out.
  mutating func take(_ now: ContinuousClock.Instant) -> Bool {
    let earned = (now - counted) / .seconds(1) * Double(CallLog.callsPerSecond)
    lines = min(lines + max(earned, 0), Double(CallLog.burst))
    counted = max(counted, now)
    guard lines >= 1 else {
      omitted += 1
      return false
    }
    lines -= 1
    return true
  }

  /// How many were left out since this was last asked.
  mutating func takeOmitted() -> Int {
    defer { omitted = 0 }
    return omitted
  }
}
