public import Logging
internal import ProtobufMessages
public import RPC

/// Attaches the caller's ``TraceContext`` to each call that brings one, and tells in the log how
/// calls ended, with their traces: failures of the server as errors, all others at debug.
public final class TracingInterceptor: ServerInterceptor {
  private let logger: Logger

  /// Tells `logger`.
  public init(logger: Logger) { self.logger = logger }

  /// Serves the call with its trace.
  public func intercept(_ call: ServerCall, _ next: () async throws -> Void) async throws {
    if let traceparent = call.metadata["traceparent"] {
      call[TraceContext.self] = TraceContext(traceparent)
    }
    do {
      try await next()
      tell(call, .ok)
    } catch {
      tell(call, call.code(of: error))
      throw error
    }
  }

  private func tell(_ call: ServerCall, _ code: RPCStatusCode) {
    let code = call.endedEarlyAs ?? code
    let isFailure = [.internal, .unknown, .dataLoss].contains(code)
    logger.log(
      level: isFailure ? .error : .debug, "a call has ended",
      metadata: [
        "method": "\(call.path)", "status": "\(code)", "peer": "\(call.peer)",
        "trace": "\(call[TraceContext.self]?.traceID ?? "-")",
      ])
  }
}
