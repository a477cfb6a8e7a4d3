import Console
import HTTPGateway
import Identity
import WorkflowHistoryService

extension HistoryServer {
  /// What is read by its path, and is no call.
  func resources(_ trust: TokenTrust, _ use: CallerUse) -> [any HTTPResources] {
    var resources: [any HTTPResources] = []
    if options.console == .on { resources.append(Console()) }
    if let figures {
      resources.append(
        MetricsResource(
          figures, options.metrics, trust: trust, policy: options.authentication.policy, use: use))
    }
    return resources
  }
}
