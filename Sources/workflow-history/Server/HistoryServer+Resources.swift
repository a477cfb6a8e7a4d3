import Console
import HTTPGateway
import Identity

extension HistoryServer {
  /// What is read by its path, and is no call.
  func resources(_ trust: TokenTrust) -> [any HTTPResources] {
    var resources: [any HTTPResources] = []
    if options.console == .on { resources.append(Console()) }
    if let figures {
      resources.append(
        MetricsResource(
          figures, options.metrics, trust: trust, policy: options.authentication.policy))
    }
    return resources
  }
}
