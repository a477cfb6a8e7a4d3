internal import Metrics
internal import RPC
internal import TLS

/// What a loop counts of its connections through swift-metrics, `workflow_history.connections`, `.tls`,
/// `.memory`, `.limits` and `.http`. What is told of all loops adds up.
final class ServerFigures {
  private let accepted: Counter
  private let open: Meter
  private let held: Meter
  private let ended: [ConnectionEnd: Counter]
  private let limits: [ServerLimit: Counter]
  private let handshakes: [Handshake: Counter]
  private let handshakeFailures: Counter
  private let factory: any MetricsFactory
  /// By the status of HTTP, those of each carrier after those of the one before. What has a status is made
  /// when that is first sent: there are as many as the server has answers.
  private var answers: [Counter?]

  private struct Handshake: Hashable {
    let version: String
    let isResumed: Bool
  }

  init(factory: any MetricsFactory = MetricsSystem.factory) {
    func counter(_ label: String, _ dimensions: [(String, String)] = []) -> Counter {
      Counter(label: "workflow_history." + label, dimensions: dimensions, factory: factory)
    }
    func meter(_ label: String) -> Meter {
      Meter(label: "workflow_history." + label, factory: factory)
    }
    accepted = counter("connections.accepted")
    open = meter("connections.open")
    held = meter("memory.held")
    ended = Dictionary(
      uniqueKeysWithValues: ConnectionEnd.allCases.map {
        ($0, counter("connections.closed", [("reason", $0.rawValue)]))
      })
    limits = Dictionary(
      uniqueKeysWithValues: ServerLimit.allCases.map {
        ($0, counter("limits.reached", [("limit", $0.rawValue)]))
      })
    var handshakes: [Handshake: Counter] = [:]
    for version in TLSSession.versions {
      for isResumed in [false, true] {
        handshakes[Handshake(version: version, isResumed: isResumed)] = counter(
          "tls.handshakes", [("version", version), ("resumed", "\(isResumed)")])
      }
    }
    self.handshakes = handshakes
    handshakeFailures = counter("tls.handshake_failures")
    self.factory = factory
    answers = Array(repeating: nil, count: CallCarrier.allCases.count * Self.statuses.count)
    // So that the metric is there before anything was asked.
    for carrier in [CallCarrier.http1, .http2] { _ = answers(of: 200, by: carrier) }
  }

  /// What a status of HTTP may be (RFC 9110, section 15).
  private static let statuses = 100..<600

  /// A connection is served.
  func began() {
    accepted.increment()
    open.increment()
  }

  /// A connection is no more.
  func ended(_ end: ConnectionEnd) {
    open.decrement()
    ended[end]?.increment()
  }

  /// A client was held to a limit.
  func reached(_ limit: ServerLimit) { limits[limit]?.increment() }

  /// A handshake is done.
  func established(_ session: TLSSession) {
    handshakes[Handshake(version: session.version, isResumed: session.isResumed)]?.increment()
  }

  /// A handshake has failed.
  func failedHandshake() { handshakeFailures.increment() }

  /// A request of HTTP that is not gRPC's is answered.
  func answered(_ status: Int, by carrier: CallCarrier) {
    answers(of: status, by: carrier)?.increment()
  }

  private func answers(of status: Int, by carrier: CallCarrier) -> Counter? {
    guard Self.statuses.contains(status) else { return nil }
    let index = carrier.rawValue * Self.statuses.count + status - Self.statuses.lowerBound
    if let known = answers[index] { return known }
    let made = Counter(
      label: "workflow_history.http.responses",
      dimensions: [("carrier", "\(carrier)"), ("http.status", "\(status)")], factory: factory)
    answers[index] = made
    return made
  }

  /// What calls take now.
  func tell(heldBytes: Int) { held.set(heldBytes) }
}
