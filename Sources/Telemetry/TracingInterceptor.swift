public import Logging
public import ProtobufMessages
public import RPC

/// Attaches the caller's ``TraceContext`` to each call that brings one, and tells in the log how
/// calls ended, with their traces: failures of the server as errors, all others at debug.
public final class TracingInterceptor: ServerInterceptor {
  private let logger: Logger

  /// Tells `logger`.
  public init(logger: Logger) { self.logger = logger }

  /// Serves each call with its trace.
  public func interception(of method: MethodDescriptor) -> Interception? {
    // Asked once: for each call it would cost more than all the rest.
    let tellsAll = logger.logLevel <= .debug
    return Interception(
      admit: { call in
        if let traceparent = call.metadata["traceparent"] {
          call[TraceContext.self] = TraceContext(traceparent)
        }
        return nil
      },
      conclude: { call, failure in
        if failure != nil || tellsAll { self.tell(call, failure.map(call.code) ?? .ok) }
        return failure
      })
  }

  private func tell(_ call: ServerCall, _ code: RPCStatusCode) {
    let code = call.endedEarlyAs ?? code
    let isFailure = code == .internal || code == .unknown || code == .dataLoss
    logger.log(
      level: isFailure ? .error : .debug, "a call has ended",
      metadata: [
        "method": "\(call.path)", "status": "\(code)", "peer": "\(call.peer.address)",
        "trace": "\(call[TraceContext.self]?.traceID ?? "-")",
      ])
  }
}
