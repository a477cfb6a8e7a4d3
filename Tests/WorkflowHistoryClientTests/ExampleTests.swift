import ProtobufMessages
import RPC
import RPCClient
import RPCTesting
import Reactor
import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("The documentation's examples", .timeLimit(.minutes(1)))
struct ExampleTests {
  private struct Tokens {
    func fresh() async throws -> String { "alice" }
  }

  @Test("save, change and watch executions")
  func run() async throws {
    let server = try await HistoryServer.start()
    let (address, security, tokens) = (server.address, RPCChannel.Security.plaintext, Tokens())

    let client = try await WorkflowHistoryClient.connect(
      to: address, security, token: .provided { try await tokens.fresh() })
    var execution = ExecutionFields()
    execution.workflowID = "wf-123"
    execution.workflowType = "etl"
    execution.status = .running
    let saved = try await client.save(SaveWorkflowExecutionRequest(execution: execution)).execution

    var change = ExecutionFields()
    change.id = saved.id
    change.status = .completed
    let request = UpdateWorkflowExecutionRequest(
      execution: change, updateMask: ["status"], expectedVersion: saved.version)
    let updated = try await client.update(request).execution

    let executions = [execution]
    for try await outcome in client.save(executions) {
      if let refusal = outcome.refusal { print(outcome.index, refusal.message) }
    }

    for example in [follow, copy] {
      let running = Task { try await example(client) }
      running.cancel()
      _ = await running.result
    }

    #expect(saved.workflowID == "wf-123")
    #expect(updated.id == Samples.id)
    await client.close()
    await server.stop()
  }

  private func follow(_ client: WorkflowHistoryClient) async throws {
    var lastToken = ""
    for try await change in client.watch(WatchWorkflowExecutionsRequest(resumeToken: lastToken)) {
      print(change.executionID, change.kind, change.status)
      lastToken = change.resumeToken
    }
  }

  private func copy(_ client: WorkflowHistoryClient) async throws {
    let other = client
    let exported = client.export(ExportWorkflowExecutionsRequest(workflowType: "etl"))
    for try await outcome in other.importExecutions(exported) {
      if let refusal = outcome.refusal { print(outcome.index, refusal.message) }
    }
  }
}
