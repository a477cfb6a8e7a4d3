internal import Logging
internal import ProtobufMessages
internal import RPC

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
      if failure != nil || tellsAll {
        let code = call.endedEarlyAs ?? failure.map(call.code) ?? .ok
        log.tell(code, of: call.peer) { EndedCall(call, code, failure) }
      }
      return failure
    })
  }
}
