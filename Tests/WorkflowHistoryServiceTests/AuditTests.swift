import Identity
import ProtobufMessages
import RPC
import RPCTesting
import Synchronization
import Testing
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

@Suite("Audit records")
struct AuditTests {
  private let store = MemoryStore()

  /// Calls a method as alice, and returns the records that are kept.
  private func records(
    _ method: String, _ request: any EncodableMessage, scopes: Set<Scope> = [.historyWrite]
  ) async throws -> [AuditRecord] {
    let kept = Kept()
    let handlers = WorkflowHistoryHandlers(store: store, clock: { Samples.now })
    let dispatcher = Dispatcher(
      [handlers.service(arena: Arena())],
      interceptors: [
        AuditInterceptor { kept.keep($0) },
        Known(Principal(userID: "alice", scopes: scopes)), HistoryErrorInterceptor(),
      ])
    let route = try dispatcher.route(
      Array("/\(WorkflowHistoryAPI.service.fullName)/\(method)".utf8))
    let call = ServerCall(
      method: route.method, metadata: Metadata(), peer: CallPeer(address: "192.0.2.1:5"),
      timeout: nil)
    _ = try? await route.serve(call, request.encode(arena: Arena(), prefix: 0))
    return kept.records
  }

  @Test("are kept of writes, with whose data they were about")
  func writes() async throws {
    var fields = Samples.fields
    fields.id = nil
    let saved = try await records(
      "SaveWorkflowExecution", SaveWorkflowExecutionRequest(execution: fields))
    #expect(saved.count == 1)
    #expect(saved.first?.caller == "alice")
    #expect(saved.first?.userID == "alice")
    #expect(saved.first?.executionID != nil)
    #expect(saved.first?.code == .ok)
    let deleted = try await records(
      "DeleteWorkflowExecution", DeleteWorkflowExecutionRequest(id: Samples.id))
    #expect(deleted.map(\.executionID) == [Samples.id])
  }

  @Test("are kept of each execution of a stream, and of the stream")
  func streams() async throws {
    var fields = Samples.fields
    fields.id = nil
    var bad = fields
    bad.userID = ""
    bad.workflowID = ""
    let saved = try await records(
      "SaveWorkflowExecutions", SaveWorkflowExecutionsRequest(executions: [fields, bad, fields]))
    #expect(saved.map(\.code) == [.ok, .ok, .ok])
    #expect(saved.map { $0.executionID != nil } == [true, true, false])
    #expect(saved.map(\.caller) == Array(repeating: "alice", count: 3))
    store.failure = HistoryError(.alreadyExists, "another save has this id")
    let refused = try await records(
      "SaveWorkflowExecutions", SaveWorkflowExecutionsRequest(executions: [fields]))
    #expect(refused.map(\.code) == [.alreadyExists, .ok])
  }

  @Test("say what a caller without the scope wanted to write")
  func withoutScope() async throws {
    for (method, request) in [
      ("UpdateWorkflowExecution", Self.update as any EncodableMessage),
      ("HeartbeatWorkflowExecution", HeartbeatWorkflowExecutionRequest(id: Samples.id)),
      ("DeleteWorkflowExecution", DeleteWorkflowExecutionRequest(id: Samples.id)),
    ] {
      let refused = try await records(method, request, scopes: [])
      #expect(refused.map(\.code) == [.permissionDenied])
      #expect(refused.map(\.executionID) == [Samples.id])
    }
    #expect(store.requests.isEmpty)
  }

  private static var update: UpdateWorkflowExecutionRequest {
    var fields = Samples.fields
    fields.id = Samples.id
    return UpdateWorkflowExecutionRequest(execution: fields, updateMask: ["status"])
  }

  @Test("are kept of heartbeats that are refused alone")
  func heartbeats() async throws {
    let request = HeartbeatWorkflowExecutionRequest(id: Samples.id)
    #expect(try await records("HeartbeatWorkflowExecution", request) == [])
    store.failure = HistoryError(.failedPrecondition, "it has ended")
    let refused = try await records("HeartbeatWorkflowExecution", request)
    #expect(refused.map(\.code) == [.failedPrecondition])
    #expect(refused.map(\.executionID) == [Samples.id])
  }

  @Test("are kept of what is refused, and of no read that is answered")
  func reads() async throws {
    let request = GetWorkflowExecutionRequest(id: Samples.id)
    #expect(try await records("GetWorkflowExecution", request) == [])
    store.failure = HistoryError(.permissionDenied, "no")
    let refused = try await records("GetWorkflowExecution", request)
    #expect(refused.map(\.code) == [.permissionDenied])
    #expect(refused.map(\.executionID) == [Samples.id])
    let other = try await records(
      "GetUserWorkflowHistory", GetUserWorkflowHistoryRequest(userID: "bob"))
    #expect(other.map(\.userID) == ["bob"])
    #expect(other.map(\.caller) == ["alice"])
  }
}

private final class Kept: Sendable {
  private let kept = Mutex<[AuditRecord]>([])
  var records: [AuditRecord] { kept.withLock { $0 } }

  func keep(_ record: AuditRecord) { kept.withLock { $0.append(record) } }
}

private final class Known: ServerInterceptor {
  private let principal: Principal

  init(_ principal: Principal) { self.principal = principal }

  func interception(of method: MethodDescriptor) -> Interception? {
    let principal = principal
    return Interception(admit: { call in
      call[Principal.self] = principal
      return nil
    })
  }
}
