internal import Identity
internal import ProtobufMessages
public import RPC
internal import Synchronization
internal import Telemetry
public import WorkflowHistory

/// Who did what on whose data, and how it ended. It has nothing of payloads and tokens.
public struct AuditRecord: Equatable, Sendable {
  /// The method, without the service.
  public var method: String
  /// The user who calls; nil where nobody was authenticated.
  public var caller: String?
  /// The user whose data it was about, where the request or the answer says so.
  public var userID: String?
  /// The execution that it was about, if there was one.
  public var executionID: ExecutionID?
  /// The code that the call ended with.
  public var code: RPCStatusCode
  /// Where the call came from.
  public var peer: CallPeer
  /// The trace that the call is a part of.
  public var traceID: String?

  /// By what it says.
  public static func == (a: AuditRecord, b: AuditRecord) -> Bool {
    (a.method, a.caller, a.userID, a.executionID, a.code, a.traceID)
      == (b.method, b.caller, b.userID, b.executionID, b.code, b.traceID)
      && a.peer.address == b.peer.address && a.peer.certificateNames == b.peer.certificateNames
  }
}

/// What a call is about, as its handler finds out. Only calls have one of which a record may be kept:
/// others pay nothing for it.
private final class AuditNote: Sendable {
  typealias Target = (userID: String?, executionID: ExecutionID?)

  let keep: @Sendable (AuditRecord) -> Void
  private let noted = Mutex<Target>((nil, nil))

  var target: Target {
    get { noted.withLock { $0 } }
    set { noted.withLock { $0 = newValue } }
  }

  init(_ keep: @escaping @Sendable (AuditRecord) -> Void) { self.keep = keep }
}

extension AuditRecord {
  /// A record of a call, about a target.
  fileprivate init(_ call: ServerCall, _ target: AuditNote.Target?, code: RPCStatusCode) {
    method = call.method.name
    caller = call[Principal.self]?.userID
    userID = target?.userID
    executionID = target?.executionID
    self.code = code
    peer = call.peer
    traceID = call[TraceContext.self]?.traceID
  }
}

extension ServerCall {
  /// Takes note of whose data, and which execution, the call is about.
  func isAbout(user userID: String? = nil, execution executionID: ExecutionID? = nil) {
    self[AuditNote.self]?.target = (userID, executionID)
  }

  /// Keeps a record of one of the writes that the call consists of, which ended with a code.
  func keepRecord(user userID: String, execution executionID: ExecutionID?, code: RPCStatusCode) {
    guard let note = self[AuditNote.self] else { return }
    note.keep(AuditRecord(self, (userID, executionID), code: code))
  }

  /// The user whose data the caller asks for.
  func userToRead(_ requested: String) throws(RPCStatus) -> String {
    isAbout(user: requested)
    return try caller().userToRead(requested)
  }
}

/// Keeps a record of each call that writes, of each export, and of each call that is refused, before its
/// caller is told. A heartbeat that is taken leaves none: it changes nothing that anybody keeps.
final class AuditInterceptor: ServerInterceptor {
  private let keep: @Sendable (AuditRecord) -> Void

  init(_ keep: @escaping @Sendable (AuditRecord) -> Void) { self.keep = keep }

  private static let recorded: Set = [
    "SaveWorkflowExecution", "SaveWorkflowExecutions", "UpdateWorkflowExecution",
    "DeleteWorkflowExecution", "ExportWorkflowExecutions", "ImportWorkflowExecutions",
  ]

  func interception(of method: MethodDescriptor) -> Interception? {
    let isRecorded = Self.recorded.contains(method.name)
    let keep = keep
    return Interception(
      admit: { call in
        call[AuditNote.self] = AuditNote(keep)
        return nil
      },
      conclude: { call, failure in
        guard isRecorded || failure != nil else { return failure }
        keep(
          AuditRecord(
            call, call[AuditNote.self]?.target,
            code: call.endedEarlyAs ?? failure.map(call.code) ?? .ok))
        return failure
      })
  }
}
