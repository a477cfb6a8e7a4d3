import Foundation
import Metrics
import PostgresHistoryStore
import PrometheusMetrics
import Reactor
import TLS

extension HistoryServer {
  /// Tells how long the turns of loops take; where nobody reads that, they are not timed.
  func observeTurns(of loops: [Loop]) async {
    guard figures != nil else { return }
    for loop in loops {
      await loop.run { eventLoop in
        let turns = Timer(
          label: "workflow_history.loop.turn", dimensions: [("loop", eventLoop.loop.name)])
        eventLoop.observeTurns { turns.recordNanoseconds($0) }
      }
    }
  }

  /// Tells how many writes wait, and what is allowed of what is counted.
  func observe(_ writes: WriteQueue) {
    figures?.observe("workflow_history.writes.waiting") { Double(writes.count) }
    figures?.observe("workflow_history.writes.queued") { Double(writes.bytes) }
    let limits = options.limits
    figures?.observe("workflow_history.connections.limit") { Double(limits.maxConnections) }
    figures?.observe("workflow_history.memory.limit") { Double(limits.maxMemory.bytes) }
  }

  /// Tells when the certificate ends that connections are given now.
  func observe(_ tls: ReloadableTLSContext) {
    figures?.observe("workflow_history.tls.certificate_expiry_timestamp") {
      tls.current.certificateEnd.map(Double.init) ?? .nan
    }
  }
}

extension MetricsRegistry {
  /// A registry of all that the server counts, where every handle of the process is made from now on.
  static func ofProcess() -> MetricsRegistry {
    let registry = MetricsRegistry(MetricDescription.all) { Date().timeIntervalSince1970 }
    registry.bootstrap()
    registry.observe("workflow_history.build", [("version", buildVersion())]) { 1 }
    ProcessFigures.observe(with: registry)
    return registry
  }

  /// The version of the package that the executable was installed from.
  private static func buildVersion() -> String {
    let file = Bundle.main.executableURL?.resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "share/workflow-history/version")
    let text = file.flatMap { try? String(contentsOf: $0, encoding: .utf8) }
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unpackaged"
  }
}
