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

  @Test("throws the server's status with its details")
  func refusals() async throws {
    let server = try await HistoryServer.start(
      failure: HistoryError(.unavailable, "later", retryAfter: .seconds(2)))
    let client = try await server.connect(tls: false)
    #expect(
      await status { try await client.get(GetWorkflowExecutionRequest(id: Samples.id)) }
        == RPCStatus(.unavailable, "later", details: [.retryInfo(.seconds(2))]))
    let missing = await status {
      try await client.save(SaveWorkflowExecutionRequest(execution: nil))
    }
    #expect(
      missing?.details
        == [.badRequest([FieldViolation(field: "execution", description: "is required")])])
    await client.close()
    await server.stop()
  }

  @Test("says UNAVAILABLE where it can't connect, or must not trust")
  func cannotConnect() async throws {
    let nobody = await status {
      try await WorkflowHistoryClient.connect(
        to: .unix(path: "/nonexistent/socket"), .plaintext, token: "alice")
    }
    #expect(nobody?.code == .unavailable)
    let server = try await HistoryServer.start()
    let stranger = try TestCertificate()
    let untrusted = await status {
      try await WorkflowHistoryClient.connect(
        to: server.server.addresses[0], .tls(stranger.client, host: "localhost"), token: "alice")
    }
    #expect(untrusted?.code == .unavailable)
    await server.stop()
  }

  @Test("keeps its timeout where the server does not answer")
  func timeout() async throws {
    let events = Events()
    let server = try await HistoryServer.start(events: events, hangs: true)
    let client = try await server.connect(tls: false, timeout: .milliseconds(20))
    let late = await status {
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
    let client = try await server.connect(tls: true, timeout: nil)
    let call = Task {
      await status { try await client.get(GetWorkflowExecutionRequest(id: Samples.id)) }
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
      let client = try await server.connect(tls: false, timeout: nil)
      await withTaskGroup { group in
        for _ in 0..<16 {
          group.addTask {
            var ended: RPCStatus?
            repeat {
              ended = await status {
                try await client.get(GetWorkflowExecutionRequest(id: Samples.id))
              }
            } while ended?.code != .unavailable
          }
        }
        await client.close()
      }
      await client.close()
      let late = await status {
        try await client.get(GetWorkflowExecutionRequest(id: Samples.id))
      }
      #expect(late?.code == .unavailable)
    }
    await server.stop()
  }
}

/// A server of the service over a store in memory. A token is the name of its user.
private struct HistoryServer {
  let server: RPCServer
  let loop: Loop

  /// - Parameters:
  ///   - failure: what the store throws.
  ///   - events: the `authorization` of each call, and "cancelled".
  ///   - hangs: whether calls are never answered.
  static func start(
    failure: HistoryError? = nil, events: Events = Events(), hangs: Bool = false
  ) async throws -> HistoryServer {
    let loop = try Loop(name: "server")
    let server = try await RPCServer.start(
      RPCServerConfiguration(tls: try TestCertificate.shared.get().server),
      endpoints: [RPCEndpoint(.tcp(host: "127.0.0.1", port: 0), .either)], loops: [loop],
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    ) { _ in
      let store = MemoryStore()
      store.failure = failure
      let handlers = WorkflowHistoryHandlers(store: store, clock: { Samples.now })
      return Dispatcher(
        [handlers.service(arena: Arena())],
        interceptors: [Gate(events, hangs: hangs), HistoryErrorInterceptor()])
    }
    return HistoryServer(server: server, loop: loop)
  }

  func connect(tls: Bool, timeout: Duration? = .seconds(60)) async throws
    -> WorkflowHistoryClient
  {
    let security: RPCChannel.Security =
      tls ? .tls(try TestCertificate.shared.get().client, host: "localhost") : .plaintext
    return try await WorkflowHistoryClient.connect(
      to: server.addresses[0], security, token: "alice", timeout: timeout)
  }

  func stop() async {
    await server.stop()
    await loop.stop()
  }
}

/// Takes a token at its word, or the call for ever.
private final class Gate: ServerInterceptor {
  private let events: Events
  private let hangs: Bool

  init(_ events: Events, hangs: Bool) {
    self.events = events
    self.hangs = hangs
  }

  func interception(of method: MethodDescriptor) -> Interception? {
    Interception(admit: { call in
      let authorization = call.metadata["authorization"] ?? ""
      self.events.record(authorization)
      call[Principal.self] = Principal(
        userID: String(authorization.dropFirst("Bearer ".count)), scopes: [.historyWrite])
      guard self.hangs else { return nil }
      return {
        await untilCancelled()
        self.events.record("cancelled")
      }
    })
  }
}
