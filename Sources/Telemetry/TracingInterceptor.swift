public import ProtobufMessages
public import RPC

/// Attaches the caller's ``TraceContext`` to each call that brings one.
public final class TracingInterceptor: ServerInterceptor {
  /// Attaches it.
  public init() {}

  /// Serves each call with its trace.
  public func interception(of method: MethodDescriptor) -> Interception? {
    Interception(admit: { call in
      if let traceparent = call.metadata["traceparent"] {
        call[TraceContext.self] = TraceContext(traceparent)
      }
      return nil
    })
  }
}
