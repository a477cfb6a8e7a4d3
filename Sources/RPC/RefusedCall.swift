/// A call that was refused before it came to the interceptors: nobody serves its method, or its request is
/// too large, too late or no message.
public struct RefusedCall: Sendable {
  /// What was called, `/Service/Method` or a path of HTTP, as the caller has it; `HTTP/1.1` where a request
  /// of that could not be read. It is up to the caller what it holds.
  public var path: String
  /// What the caller was told.
  public var status: RPCStatus
  /// Who called.
  public var peer: CallPeer
  /// The caller's `traceparent`.
  public var traceparent: String?

  /// A refused call.
  public init(path: String, status: RPCStatus, peer: CallPeer, traceparent: String? = nil) {
    self.path = path
    self.status = status
    self.peer = peer
    self.traceparent = traceparent
  }
}
