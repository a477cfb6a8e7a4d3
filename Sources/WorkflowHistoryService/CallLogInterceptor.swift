internal import Identity
internal import Logging
internal import ProtobufMessages
internal import RPC
internal import Telemetry

/// Tells the ``CallLog`` how each call has ended. It stands outside of authentication, so that it sees
/// those that are refused there.
final class CallLogInterceptor: ServerInterceptor {
  private let log: CallLog

  init(_ log: CallLog) { self.log = log }

  func interception(of method: MethodDescriptor) -> Interception? {
    let log = log
    // Asked once: for each call it would cost more than all the rest.
    let tellsAll = log.logger.logLevel <= .debug
    return Interception(conclude: { call, failure in
      if failure != nil || tellsAll { log.tell(EndedCall(call, failure)) }
      return failure
    })
  }
}

extension EndedCall {
  /// What is told of a call that ended with this.
  init(_ call: ServerCall, _ failure: (any Error)?) {
    let code = call.endedEarlyAs ?? failure.map(call.code) ?? .ok
    let status = failure as? RPCStatus
    self.init(
      method: call.path, code: code, message: status?.code == code ? status?.message : nil,
      caller: call[Principal.self]?.userID, peer: call.peer,
      traceID: call[TraceContext.self]?.traceID)
  }
}
