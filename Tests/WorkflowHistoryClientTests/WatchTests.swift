import ProtobufMessages
import RPC
import RPCClient
import RPCTesting
import Synchronization
import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("A watch", .timeLimit(.minutes(1)))
struct WatchTests {
  /// What a server answers to one call after the other, and how it ends it; nil: it does not.
  private typealias Call = (answers: [WatchWorkflowExecutionsResponse], end: RPCStatus?)

  private static let away = RPCStatus(.unavailable, "stopping")

  private static func event(_ version: Int32) -> ExecutionEvent {
    ExecutionEvent(
      kind: .updated, executionID: Samples.id, userID: "alice", version: version,
      workflowType: "etl", status: .running, changedAt: Samples.now, execution: nil,
      resumeToken: "after \(version)")
  }

  private static func answer(_ versions: Int32..., token: String) -> WatchWorkflowExecutionsResponse
  {
    WatchWorkflowExecutionsResponse(
      changes: WatchedChanges(events: versions.map(event), resumeToken: token))
  }

  /// What reached a server.
  private final class Record: Sendable {
    let requests = Mutex<[WatchWorkflowExecutionsRequest]>([])
    let tokens = Mutex<[String]>([])
    let events = Events()
  }

  private func server(_ record: Record, _ calls: Call...) async throws -> HistoryServer {
    try await HistoryServer.start { service in
      service.serverStreaming("WatchWorkflowExecutions") {
        (
          request: WatchWorkflowExecutionsRequest,
          responses: ResponseWriter<WatchWorkflowExecutionsResponse>, call
        ) in
        let number = record.requests.withLock { requests in
          requests.append(request)
          return requests.count - 1
        }
        record.tokens.withLock { $0.append(call.metadata["authorization"] ?? "") }
        for answer in calls[number].answers { try await responses.write(answer) }
        if let end = calls[number].end { throw end }
        record.events.record("waits")
        await untilCancelled()
        record.events.record("cancelled")
      }
    }
  }

  @Test("goes on by itself with its last token, and tells of each change once")
  func resumes() async throws {
    let record = Record()
    let server = try await server(
      record,
      ([], Self.away),
      ([Self.answer(token: "begun"), Self.answer(1, 2, token: "past 2")], Self.away),
      ([Self.answer(token: "past 2")], Self.away),
      ([Self.answer(token: "past 2"), Self.answer(3, token: "past 3")], RPCStatus.ok),
      ([Self.answer(token: "later"), Self.answer(4, token: "past 4")], nil))
    let waits = Waits()
    let client = try await server.connect(ClientOptions(retries: waits.backoff))
    var changes = client.watch(
      WatchWorkflowExecutionsRequest(workflowType: "etl")
    ).makeAsyncIterator()
    for version in 1...4 as ClosedRange<Int32> {
      let change = try await changes.next()
      #expect(change == Self.event(version))
    }
    let requests = record.requests.withLock(\.self)
    #expect(requests.map(\.resumeToken) == ["", "", "past 2", "past 2", "past 3"])
    #expect(requests.allSatisfy { $0.workflowType == "etl" })
    // One that got on begins to wait anew.
    #expect(waits.all == [100, 100, 100, 100].map { .milliseconds($0) })
    await client.close()
    await server.stop()
  }

  @Test("ends with what trying again does not help, behind the changes before it")
  func ends() async throws {
    let record = Record()
    let lost = RPCStatus(.outOfRange, "that is not kept any more")
    let server = try await server(record, ([Self.answer(1, token: "a")], lost))
    let client = try await server.connect(ClientOptions(retries: Waits().backoff))
    var changes = client.watch(
      WatchWorkflowExecutionsRequest(resumeToken: "mine")
    ).makeAsyncIterator()
    let first = try await changes.next()
    #expect(first?.version == 1)
    let end = await error { try await changes.next() }
    #expect(end == WorkflowHistoryError(lost))
    let after = try await changes.next()
    #expect(after == nil)
    #expect(record.requests.withLock(\.self).map(\.resumeToken) == ["mine"])
    await client.close()
    await server.stop()
  }

  @Test("asks for another token whenever the one it goes by has expired")
  func renewsToken() async throws {
    let record = Record()
    let expired = RPCStatus(.unauthenticated, "expired")
    let server = try await server(
      record, ([Self.answer(1, token: "a")], expired), ([Self.answer(2, token: "b")], expired),
      ([Self.answer(3, token: "c")], nil))
    let count = Mutex(0)
    let client = try await server.connect(
      token: .provided {
        count.withLock { count in
          count += 1
          return "token \(count)"
        }
      })
    var changes = client.watch().makeAsyncIterator()
    for version in 1...3 as ClosedRange<Int32> {
      let change = try await changes.next()
      #expect(change?.version == version)
    }
    #expect(
      record.tokens.withLock(\.self) == (1...3).map { "Bearer token \($0)" })
    await client.close()
    await server.stop()
  }

  @Test(
    "ends when its task is cancelled, its iterator dropped, or its client closed", arguments: 0..<3)
  func stops(way: Int) async throws {
    let record = Record()
    let server = try await server(record, ([Self.answer(1, token: "a")], nil))
    let client = try await server.connect(ClientOptions(retries: Waits().backoff))
    let events = Events()
    let task = Task {
      await error {
        for try await _ in client.watch() {
          events.record("told")
          if way == 1 { return }
        }
      }
    }
    await events.wait(for: "told")
    if way == 0 { task.cancel() }
    if way == 2 { await client.close() }
    let end = await task.value
    let expected: [RPCStatusCode?] = [.cancelled, nil, .unavailable]
    #expect(end?.code == expected[way])
    await record.events.wait(for: "cancelled")
    await client.close()
    await server.stop()
  }

  @Test("holds its server back while nobody takes its changes")
  func pressesBack() async throws {
    let written = Events()
    let server = try await HistoryServer.start { service in
      service.serverStreaming("WatchWorkflowExecutions") {
        (
          _: WatchWorkflowExecutionsRequest,
          responses: ResponseWriter<WatchWorkflowExecutionsResponse>, _
        ) in
        for version in 1...1_000 as ClosedRange<Int32> {
          let token = String(repeating: "t", count: 10_000)
          try await responses.write(Self.answer(version, token: token))
          written.record("written")
        }
        throw RPCStatus(.outOfRange, "the end")
      }
    }
    let client = try await server.connect()
    var changes = client.watch().makeAsyncIterator()
    let first = try await changes.next()
    #expect(first?.version == 1)
    for _ in 0..<20 {
      // Each is a call there and back.
      _ = await error { try await client.get(GetWorkflowExecutionRequest(id: Samples.id)) }
    }
    #expect(written.count("written") < 50)
    for version in 2...1_000 as ClosedRange<Int32> {
      let change = try await changes.next()
      #expect(change?.version == version)
    }
    await client.close()
    await server.stop()
  }
}
