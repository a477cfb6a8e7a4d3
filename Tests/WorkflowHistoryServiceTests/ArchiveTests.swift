import Identity
import ProtobufMessages
import RPC
import Testing
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

@Suite("Exports and imports")
struct ArchiveTests {
  private static let archived = ArchivedExecution(
    Samples.execution, saveDigest: Array(0..<32))

  private func imported(
    by scopes: Set<Scope>, _ executions: [ArchivedExecution]
  ) async throws -> (outcomes: [SaveOutcome], saves: [ExecutionSave]) {
    let service = Service(caller: Principal(userID: "alice", scopes: scopes))
    let answers = try await service.stream(
      "ImportWorkflowExecutions", [ImportWorkflowExecutionsRequest(executions: executions)],
      as: ImportWorkflowExecutionsResponse.self)
    let saves = service.store.requests.compactMap { request -> ExecutionSave? in
      if case .save(let save) = request { save } else { nil }
    }
    return (answers.flatMap(\.outcomes), saves)
  }

  @Test("an export hands on what the store hands over, with the total where it was asked for")
  func export() async throws {
    for includesTotal in [true, false] {
      let service = Service(caller: Principal(userID: "alice"))
      let request = ExportWorkflowExecutionsRequest(
        workflowType: "etl", includesTotal: includesTotal)
      let answers = try await service.stream(
        "ExportWorkflowExecutions", [request], as: ExportWorkflowExecutionsResponse.self)
      #expect(
        answers.map(\.part) == [
          ExportPart(executions: [Self.archived], total: includesTotal ? 1 : nil)
        ])
      #expect(
        service.store.requests == [
          .export(
            ExportQuery(
              ExecutionFilter(userID: "alice", workflowType: "etl"), includesTotal: includesTotal))
        ])
    }
  }

  @Test("who may act for any user, and nobody else, may export all users' executions")
  func exportOfAllUsers() async throws {
    let request = ExportWorkflowExecutionsRequest(isOfAllUsers: true)
    for (scopes, isAllowed) in [
      (Set([Scope.historyAny]), true), ([.historyWrite, .historyImport], false), ([], false),
    ] {
      let service = Service(caller: Principal(userID: "alice", scopes: scopes))
      let status = try await service.status("ExportWorkflowExecutions", request)
      #expect(status?.code == (isAllowed ? nil : .permissionDenied))
      #expect(
        service.store.requests
          == (isAllowed ? [.export(ExportQuery(ExecutionFilter(userID: nil)))] : []))
    }
    let both = ExportWorkflowExecutionsRequest(userID: "alice", isOfAllUsers: true)
    let service = Service(caller: Principal(userID: "alice", scopes: [.historyAny]))
    #expect(
      try await service.status("ExportWorkflowExecutions", both)?.code == .invalidArgument)
  }

  @Test("an import saves any user's execution as it was, by the scope to import alone")
  func importing() async throws {
    let (outcomes, saves) = try await imported(by: [.historyImport], [Self.archived])
    #expect(outcomes == [SaveOutcome(index: 0, id: Samples.id)])
    let save = try #require(saves.first)
    var expected = Samples.execution
    (expected.taskResults, expected.executionMetadata) = (
      save.execution.taskResults, save.execution.executionMetadata
    )
    #expect(save.execution == expected)
    #expect(save.digest == Array(0..<32))
    #expect(save.reach == .anyone)
  }

  @Test("no other scope may import", arguments: [Set<Scope>(), [.historyWrite, .historyAny]])
  func scopes(_ scopes: Set<Scope>) async throws {
    await #expect {
      _ = try await imported(by: scopes, [Self.archived])
    } throws: { error in
      (error as? RPCStatus)?.code == .permissionDenied
        && (error as? RPCStatus)?.message.contains("history:import") == true
    }
  }

  @Test("an import tells of each that is refused which fields are to blame, and saves the others")
  func refusals() async throws {
    var bad = Self.archived
    bad.fields.userID = nil
    bad.saveDigest = [1]
    let (outcomes, saves) = try await imported(by: [.historyImport], [bad, Self.archived])
    #expect(
      outcomes[0].refusal?.violations.map(\.field) == ["execution.user_id", "save_digest"])
    #expect(outcomes[1].refusal == nil && outcomes[1].index == 1)
    #expect(saves.count == 1)
  }
}
