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
  /// Nil where everybody may read them. One for all loops, each of which asks once at a time: who may is
  /// asked some times a minute.
  private let verifier: Mutex<TokenVerifier>?
  private let use: CallerUse

  /// - Parameters:
  ///   - access: Whether they are open, or need a token.
  ///   - use: What callers may take: where they are known, reading figures counts as a call.
  init(
    _ figures: MetricsRegistry, _ access: Access, trust: TokenTrust, policy: TokenPolicy,
    use: CallerUse
  ) {
    self.figures = figures
    self.use = use
    verifier = access == .open ? nil : Mutex(TokenVerifier(trust, policy: policy))
  }

  func has(_ path: Substring) -> Bool { path == "/metrics" }

  func resource(_ path: Substring, for head: HTTPHead) throws(HTTPFailure) -> HTTPResource? {
    guard has(path) else { return nil }
    do throws(RPCStatus) {
      guard let reader = try admit(head) else { return told(to: head) }
      try use.admit(reader.userID)
      let resource = told(to: head)
      use.end(reader.userID, bytes: resource.body.count)
      return resource
    } catch {
      throw HTTPFailure(error)
    }
  }

  private func told(to head: HTTPHead) -> HTTPResource {
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

  /// Who reads; nil where it may be anybody.
  private func admit(_ head: HTTPHead) throws(RPCStatus) -> Principal? {
    let caller = try verifier?.withLock { (verifier) throws(RPCStatus) in
      try verifier.caller(head.metadata, certificateNames: head.certificateNames)
    }
    guard caller?.canReadMetrics ?? true else {
      throw RPCStatus(
        .permissionDenied, "reading metrics needs the scope metrics:read, or history:any")
    }
    return caller
  }
}
