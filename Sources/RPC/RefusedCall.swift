/// A call that was refused before it came to the interceptors: nobody serves its method, or its request is
/// too large, too late or no message.
public struct RefusedCall: Sendable {
  /// The method that was called, `/Service/Method`, as the caller has it; nil where a request of HTTP leads
  /// to none. It is up to the caller what it holds.
  public var method: String?
  /// What the caller was told.
  public var status: RPCStatus
  /// Who called.
  public var peer: CallPeer
  /// The caller's `traceparent`.
  public var traceparent: String?
  /// The request of HTTP that it is; nil where it is gRPC's.
  public var http: HTTPExchange?
  /// What carried it.
  public var carrier: CallCarrier { http?.carrier ?? .grpc }

  /// A refused call.
  public init(
    method: String?, status: RPCStatus, peer: CallPeer, traceparent: String? = nil,
    http: HTTPExchange? = nil
  ) {
    self.method = method
    self.status = status
    self.peer = peer
    self.traceparent = traceparent
    self.http = http
  }
}
