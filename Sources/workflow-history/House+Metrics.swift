import Foundation
import PrometheusMetrics
import TLS

extension House {
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
