internal import Metrics
internal import TLS

/// What a loop counts of its connections through swift-metrics, `workflow_history.connections`, `.tls`,
/// `.memory` and `.limits`. What is told of all loops adds up.
final class ServerFigures {
  private let accepted: Counter
  private let open: Meter
  private let held: Meter
  private let ended: [ConnectionEnd: Counter]
  private let limits: [ServerLimit: Counter]
  private let handshakes: [Handshake: Counter]
  private let handshakeFailures: Counter

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
  }

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

  /// What calls take now.
  func tell(heldBytes: Int) { held.set(heldBytes) }
}
