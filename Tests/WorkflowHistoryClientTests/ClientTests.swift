import Identity
import Logging
import PatternLearning
import ProtobufMessages
import RPC
import RPCClient
import RPCServer
import RPCTesting
import Reactor
import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@testable import WorkflowHistoryService

@Suite("The client", .timeLimit(.minutes(1)))
struct ClientTests {
  @Test("makes every call, over TLS and over plaintext", arguments: [true, false])
  func everyCall(tls: Bool) async throws {
    let events = Events()
    let server = try await HistoryServer.start(events: events)
    let client = try await server.connect(tls: tls)

    let saved = try await client.save(SaveWorkflowExecutionRequest(execution: Samples.fields))
    #expect(saved.execution.workflowID == "wf-1")
    #expect(saved.execution.userID == "alice")
    #expect(saved.execution.version == 1)

    let got = try await client.get(GetWorkflowExecutionRequest(id: Samples.id))
    #expect(got.execution == Samples.execution)

    let page = try await client.history(GetUserWorkflowHistoryRequest(includesTotal: true)).page
    #expect(
      page == HistoryPage(executions: [Samples.execution], nextPageToken: "next", total: 1))

    let statistics = try await client.statistics(GetWorkflowStatisticsRequest(days: 7)).statistics
    #expect(statistics.query.userID == "alice")
    #expect(statistics.all.counts[.failed] == 2)

    let metrics = try await client.metrics(GetPerformanceMetricsRequest()).metrics
    #expect(metrics.speedClasses.map(\.speedClass) == SpeedClass.allCases)

    let patterns = try await client.patterns(ListLearnedPatternsRequest()).page.patterns
    #expect(patterns.map(\.id) == [Samples.pattern.id])

    let estimate = try await client.estimate(EstimateWorkflowExecutionRequest(workflowType: "etl"))
    #expect(estimate.estimate == Samples.estimate)

    var change = ExecutionFields()
    change.id = Samples.id
    change.status = .paused
    let updated = try await client.update(
      UpdateWorkflowExecutionRequest(execution: change, updateMask: ["status"]))
    #expect(updated.execution == Samples.execution)

    let deleted = try await client.delete(DeleteWorkflowExecutionRequest(id: Samples.id))
    #expect(deleted == DeleteWorkflowExecutionResponse())

    #expect(events.count("Bearer alice") == 9)
    await client.close()
    await server.stop()
  }

  @Test("makes calls from many tasks at once")
  func concurrent() async throws {
    let server = try await HistoryServer.start()
    let client = try await server.connect(tls: true)
    try await withThrowingTaskGroup { group in
      for number in 0..<100 {
        group.addTask {
          var fields = Samples.fields
          fields.workflowID = "wf-\(number)"
          let saved = try await client.save(SaveWorkflowExecutionRequest(execution: fields))
          #expect(saved.execution.workflowID == "wf-\(number)")
        }
      }
      try await group.waitForAll()
    }
    await client.close()
    await server.stop()
  }

  @Test("throws what the server refuses, with its details")
  func refusals() async throws {
    let server = try await HistoryServer.start(
      failure: HistoryError(.unavailable, "later", retryAfter: .seconds(2)))
    let client = try await server.connect(tls: false)
    let later = await error {
      try await client.get(GetWorkflowExecutionRequest(id: Samples.id))
    }
    #expect(later?.code == .unavailable)
    #expect(later?.message == "later")
    #expect(later?.retryDelay == .seconds(2))
    #expect(later?.fieldViolations == [])
    #expect(later?.description == "UNAVAILABLE: later")
    let missing = await error {
      try await client.save(SaveWorkflowExecutionRequest(execution: nil))
    }
    #expect(missing?.code == .invalidArgument)
    #expect(
      missing?.fieldViolations
        == [FieldViolation(field: "execution", description: "is required")])
    #expect(missing?.retryDelay == nil)
    #expect(missing?.isInDoubt == false)
    await client.close()
    await server.stop()
  }

  @Test("says UNAVAILABLE where it can't connect, or must not trust")
  func cannotConnect() async throws {
    let nobody = await error {
      try await WorkflowHistoryClient.connect(
        to: .unix(path: "/nonexistent/socket"), .plaintext, token: .constant("alice"))
    }
    #expect(nobody?.code == .unavailable)
    let server = try await HistoryServer.start()
    let stranger = try TestCertificate()
    let untrusted = await error {
      try await WorkflowHistoryClient.connect(
        to: server.server.addresses[0], .tls(stranger.client, host: "localhost"),
        token: .constant("alice"))
    }
    #expect(untrusted?.code == .unavailable)
    await server.stop()
  }

  @Test("keeps its timeout where the server does not answer")
  func timeout() async throws {
    let events = Events()
    let server = try await HistoryServer.start(events: events, hangs: true)
    // Far more than a call takes to arrive on a busy machine.
    let client = try await server.connect(tls: false, ClientOptions(timeout: .seconds(2)))
    let late = await error {
      try await client.get(GetWorkflowExecutionRequest(id: Samples.id))
    }
    #expect(late?.code == .deadlineExceeded)
    await events.wait(for: "cancelled")
    await client.close()
    await server.stop()
  }

  @Test("fails the calls that run when it is closed")
  func closeWhileCalling() async throws {
    let events = Events()
    let server = try await HistoryServer.start(events: events, hangs: true)
    let client = try await server.connect(tls: true, ClientOptions(timeout: nil, retries: nil))
    let call = Task {
      await error { try await client.get(GetWorkflowExecutionRequest(id: Samples.id)) }
    }
    await events.wait(for: "Bearer alice")
    await client.close()
    #expect(await call.value?.code == .unavailable)
    await events.wait(for: "cancelled")
    await server.stop()
  }

  @Test("leaves no call behind that begins or ends while it is closed, or comes later")
  func closeAmidCalls() async throws {
    let server = try await HistoryServer.start()
    for _ in 0..<20 {
      let client = try await server.connect(tls: false, ClientOptions(timeout: nil, retries: nil))
      await withTaskGroup { group in
        for _ in 0..<16 {
          group.addTask {
            var ended: WorkflowHistoryError?
            repeat {
              ended = await error {
                try await client.get(GetWorkflowExecutionRequest(id: Samples.id))
              }
            } while ended?.code != .unavailable
          }
        }
        await client.close()
      }
      await client.close()
      let late = await error {
        try await client.get(GetWorkflowExecutionRequest(id: Samples.id))
      }
      #expect(late?.code == .unavailable)
    }
    await server.stop()
  }
}
