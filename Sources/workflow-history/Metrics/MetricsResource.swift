import Compression
import HTTPGateway
import Identity
import PrometheusMetrics
import RPC
import Synchronization
import WorkflowHistoryService

/// The figures of the process at `/metrics`, for who may read them.
final class MetricsResource: HTTPResources {
  private let figures: MetricsRegistry
  /// Who may read them is asked some times a minute; nil where everybody may.
  private let verifier: Mutex<TokenVerifier>?

  /// - Parameter access: Whether they are open, or need a token.
  init(_ figures: MetricsRegistry, _ access: Access, trust: TokenTrust, policy: TokenPolicy) {
    self.figures = figures
    verifier = access == .open ? nil : Mutex(TokenVerifier(trust, policy: policy))
  }

  func resource(_ path: Substring, for head: HTTPHead) throws(HTTPFailure) -> HTTPResource? {
    guard path == "/metrics" else { return nil }
    do throws(RPCStatus) { try admit(head) } catch { throw HTTPFailure(error) }
    let format = ExpositionFormat(accept: head.metadata.list("accept"))
    var resource = HTTPResource(
      contentType: format.contentType,
      fields: [RPCField("vary", "accept, accept-encoding, authorization")],
      body: TextExposition.text(of: figures.families(), as: format))
    if GzipUse(head.metadata) != .never {
      resource.fields.append(RPCField("content-encoding", "gzip"))
      resource.body = GzipCompressor().compress(resource.body)
    }
    return resource
  }

  private func admit(_ head: HTTPHead) throws(RPCStatus) {
    let caller = try verifier?.withLock { (verifier) throws(RPCStatus) in
      try verifier.caller(head.metadata, certificateNames: head.certificateNames)
    }
    guard caller?.canReadMetrics ?? true else {
      throw RPCStatus(
        .permissionDenied, "reading metrics needs the scope metrics:read, or history:any")
    }
  }
}
