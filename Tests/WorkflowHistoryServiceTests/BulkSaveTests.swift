import Identity
import ProtobufMessages
import RPC
import RPCTesting
import Testing
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

@Suite("A stream of saves")
struct BulkSaveTests {
  private let service = Service(
    caller: Principal(userID: "alice", scopes: [.historyWrite]))

  private func fields(_ workflowID: String, user: String = "alice") -> ExecutionFields {
    var fields = Samples.fields
    fields.id = nil
    fields.workflowID = workflowID
    fields.userID = user
    return fields
  }

  private func outcomes(
    _ portions: [ExecutionFields]...
  ) async throws -> [[SaveOutcome]] {
    try await service.stream(
      "SaveWorkflowExecutions", portions.map { SaveWorkflowExecutionsRequest(executions: $0) },
      as: SaveWorkflowExecutionsResponse.self
    ).map(\.outcomes)
  }

  @Test("answers each request with an outcome for each of its executions")
  func answers() async throws {
    let answers = try await outcomes([fields("a"), fields("b")], [fields("c")])
    #expect(answers.map { $0.map(\.index) } == [[0, 1], [2]])
    let saves = service.store.requests.compactMap { request -> ExecutionSave? in
      if case .save(let save) = request { save } else { nil }
    }
    #expect(saves.map(\.execution.workflowID) == ["a", "b", "c"])
    #expect(answers.joined().map(\.id) == saves.map(\.execution.id))
    #expect(answers.joined().allSatisfy { $0.refusal == nil })
  }

  @Test("tells of each that is refused which fields are to blame, and saves the others")
  func refusals() async throws {
    let answer = try await outcomes([fields(""), fields("a"), fields("b", user: "bob")])[0]
    #expect(
      answer.map(\.refusal?.code) == [
        RPCStatusCode.invalidArgument.rawValue, nil, RPCStatusCode.permissionDenied.rawValue,
      ])
    #expect(answer[0].refusal?.violations.map(\.field) == ["execution.workflow_id"])
    #expect(service.store.requests.count == 1)
  }

  @Test("goes on where one execution is to blame, and ends where none is")
  func failures() async throws {
    service.store.failure = HistoryError(.alreadyExists, "another save has this id")
    let answers = try await outcomes([fields("a")], [fields("b")])
    #expect(
      answers.joined().map(\.refusal?.code)
        == Array(repeating: RPCStatusCode.alreadyExists.rawValue, count: 2))
    for failure in [
      HistoryError(.unavailable, "away"),
      HistoryError(.resourceExhausted, "full", retryAfter: .seconds(1)),
    ] {
      service.store.failure = failure
      await #expect(throws: RPCStatus(failure)) { _ = try await outcomes([fields("a")]) }
    }
  }

  @Test("takes 1 to 1,000 executions in a request")
  func limits() async throws {
    for portion in [[], Array(repeating: fields("a"), count: 1_001)] {
      await #expect {
        _ = try await outcomes(portion)
      } throws: {
        ($0 as? RPCStatus)?.code == .invalidArgument
      }
    }
    #expect(service.store.requests.isEmpty)
    #expect(try await outcomes(Array(repeating: fields("a"), count: 1_000))[0].count == 1_000)
  }

  @Test("needs the scope to write")
  func scope() async throws {
    let reader = Service(caller: Principal(userID: "alice", scopes: []))
    await #expect {
      _ = try await reader.stream(
        "SaveWorkflowExecutions", [SaveWorkflowExecutionsRequest(executions: [fields("a")])],
        as: SaveWorkflowExecutionsResponse.self)
    } throws: {
      ($0 as? RPCStatus)?.code == .permissionDenied
    }
  }
}
