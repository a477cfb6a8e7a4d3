internal import Identity
internal import ProtobufMessages
public import RPC
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

/// What a call is about, as its handler finds out.
struct AuditTarget: Sendable {
  var userID: String?
  var executionID: ExecutionID?
}

extension ServerCall {
  /// Runs what a call is about an execution for: where it fails, the record has its id.
  func about<T>(_ executionID: ExecutionID, _ body: () async throws -> T) async throws -> T {
    do {
      return try await body()
    } catch {
      self[AuditTarget.self] = AuditTarget(executionID: executionID)
      throw error
    }
  }

  /// The user whose data the caller asks for; a record of a refusal says whose.
  func userToRead(_ requested: String) throws -> String {
    do {
      return try caller().userToRead(requested)
    } catch {
      self[AuditTarget.self] = AuditTarget(userID: requested)
      throw error
    }
  }
}

/// Keeps a record of each call that writes, and of each that is refused, before its caller is told.
final class AuditInterceptor: ServerInterceptor {
  private let keep: (AuditRecord) -> Void

  init(_ keep: @escaping (AuditRecord) -> Void) { self.keep = keep }

  private static let writes: Set = [
    "SaveWorkflowExecution", "UpdateWorkflowExecution", "DeleteWorkflowExecution",
  ]

  func interception(of method: MethodDescriptor) -> Interception? {
    let name = method.name
    let isWrite = Self.writes.contains(name)
    let keep = keep
    return Interception(conclude: { call, failure in
      guard isWrite || failure != nil else { return failure }
      let target = call[AuditTarget.self]
      keep(
        AuditRecord(
          method: name, caller: call[Principal.self]?.userID, userID: target?.userID,
          executionID: target?.executionID,
          code: call.endedEarlyAs ?? failure.map(call.code) ?? .ok, peer: call.peer,
          traceID: call[TraceContext.self]?.traceID))
      return failure
    })
  }
}
