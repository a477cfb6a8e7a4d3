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

@Suite("A stream of saves", .timeLimit(.minutes(1)))
struct SaveStreamTests {
  private typealias Outcome = SaveOutcome

  private static func executions(_ count: Int) -> [ExecutionFields] {
    (0..<count).map { number in
      var fields = Samples.fields
      fields.workflowID = "wf-\(number)"
      return fields
    }
  }

  /// A server that keeps what it is sent, and breaks off.
  private final class Ledger: Sendable {
    /// The workflows of all executions that came, with their ids, in each call.
    let calls = Mutex<[[(workflow: String, id: ExecutionID?)]]>([])
    let events = Events()
    /// In each call, after how many executions are answered it ends, and how; then it serves.
    private let breaks: [(after: Int, with: RPCStatus)]
    private let holds: Bool

    init(_ breaks: (after: Int, with: RPCStatus)..., holds: Bool = false) {
      self.breaks = breaks
      self.holds = holds
    }

    func serve(
      _ requests: RequestStream<SaveWorkflowExecutionsRequest>,
      _ responses: ResponseWriter<SaveWorkflowExecutionsResponse>
    ) async throws {
      let number = calls.withLock { calls in
        calls.append([])
        return calls.count - 1
      }
      if holds { await events.wait(for: "served") }
      var index: Int64 = 0
      for try await request in requests {
        events.record("request")
        let executions = try request.items.map { try $0.get() }
        calls.withLock { calls in
          calls[number] += executions.map { ($0.workflowID ?? "", $0.id) }
        }
        if number < breaks.count, index + Int64(executions.count) > breaks[number].after {
          throw breaks[number].with
        }
        let outcomes = executions.map { execution in
          defer { index += 1 }
          let isBad = execution.workflowID == "wf-7"
          return Outcome(
            index: index, id: execution.id,
            refusal: isBad ? .init(code: 3, message: "no") : nil)
        }
        try await responses.write(SaveWorkflowExecutionsResponse(outcomes: outcomes))
      }
    }

    func start() async throws -> HistoryServer {
      try await HistoryServer.start { service in
        service.bidirectional("SaveWorkflowExecutions") { requests, responses, _ in
          try await self.serve(requests, responses)
        }
      }
    }
  }

  @Test("tells of each execution what became of it, in their order")
  func outcomes() async throws {
    let ledger = Ledger()
    let server = try await ledger.start()
    let client = try await server.connect()
    var index: Int64 = 0
    for try await outcome in client.save(Self.executions(2_500)) {
      #expect(outcome.index == index)
      #expect(outcome.id != nil)
      #expect(outcome.refusal == (index == 7 ? .init(code: 3, message: "no") : nil))
      index += 1
    }
    #expect(index == 2_500)
    let calls = ledger.calls.withLock(\.self)
    #expect(calls.map(\.count) == [2_500])
    #expect(calls[0].map(\.workflow) == (0..<2_500).map { "wf-\($0)" })
    await client.close()
    await server.stop()
  }

  @Test("goes on with the first that was not answered, by the ids that they had")
  func resumes() async throws {
    let away = RPCStatus(.unavailable, "stopping")
    let ledger = Ledger((150, away), (0, away), (1_000, away), (99, .ok))
    let server = try await ledger.start()
    let waits = Waits()
    let client = try await server.connect(ClientOptions(retries: waits.backoff))
    var ids: [ExecutionID?] = []
    for try await outcome in client.save(Self.executions(2_500)) {
      #expect(outcome.index == Int64(ids.count))
      ids.append(outcome.id)
    }
    #expect(ids.count == 2_500)
    #expect(Set(ids).count == 2_500)
    var answered = 0
    for call in ledger.calls.withLock(\.self) {
      guard let first = call.first else { continue }
      let number = try #require(Int(first.workflow.dropFirst(3)))
      // None was left out, and none that was answered sent again.
      #expect(number >= answered)
      answered = number
      for (offset, execution) in call.enumerated() {
        #expect(execution.workflow == "wf-\(number + offset)")
        #expect(execution.id == ids[number + offset])
      }
    }
    #expect(waits.all.count == 4)
    await client.close()
    await server.stop()
  }

  @Test("tells of what was answered before more executions come")
  func slowSource() async throws {
    let server = try await Ledger().start()
    let client = try await server.connect()
    let (source, more) = AsyncStream.makeStream(of: ExecutionFields.self)
    var outcomes = client.save(source).makeAsyncIterator()
    for (index, execution) in Self.executions(3).enumerated() {
      more.yield(execution)
      let outcome = try await outcomes.next()
      #expect(outcome?.index == Int64(index))
    }
    more.finish()
    let end = try await outcomes.next()
    #expect(end == nil)
    await client.close()
    await server.stop()
  }

  @Test(
    "reads no more than 1,130 executions ahead of their outcomes, nor 5 MiB",
    arguments: [0, 1 << 16])
  func boundedMemory(size: Int) async throws {
    let ledger = Ledger(holds: true)
    let server = try await ledger.start()
    let client = try await server.connect()
    let events = Events()
    let count = 1_500
    let document = JSONDocument(
      uncheckedUTF8: Array("\"\(String(repeating: "x", count: size))\"".utf8))
    let source = AsyncStream(unfolding: { () -> ExecutionFields? in
      events.record("read")
      guard events.count("read") <= count else { return nil }
      var fields = Samples.fields
      fields.inputData = document
      return fields
    })
    var outcomes = client.save(source).makeAsyncIterator()
    let first = Task {
      // It is one call after the other, and none that ends.
      await events.wait(for: "read", count: size == 0 ? 1_001 : 64)
      for _ in 0..<20 {
        _ = await error { try await client.get(GetWorkflowExecutionRequest(id: Samples.id)) }
      }
      let read = events.count("read")
      ledger.events.record("served")
      return read
    }
    var answered = 0
    while try await outcomes.next() != nil { answered += 1 }
    #expect(answered == count)
    #expect(await first.value <= (size == 0 ? 1_130 : 76))
    await client.close()
    await server.stop()
  }

  @Test("throws what its executions throw, behind the outcomes of those before")
  func sourceFails() async throws {
    struct Broken: Error {}
    let server = try await Ledger().start()
    let client = try await server.connect()
    let source = AsyncThrowingStream<ExecutionFields, any Error> { more in
      for execution in Self.executions(3) { more.yield(execution) }
      more.finish(throwing: Broken())
    }
    var count = 0
    await #expect(throws: Broken.self) {
      for try await _ in client.save(source) { count += 1 }
    }
    #expect(count == 3)
    await client.close()
    await server.stop()
  }

  @Test("gives up where trying again does not help, or is not to be: some may have been saved")
  func givesUp() async throws {
    for (status, retries) in [
      (RPCStatus(.permissionDenied, "no scope"), Waits().backoff),
      (RPCStatus(.unavailable, "away"), nil),
      (RPCStatus(.unavailable, "away", details: [.retryInfo(.seconds(31))]), Waits().backoff),
    ] as [(RPCStatus, Backoff?)] {
      let server = try await Ledger((100, status)).start()
      let client = try await server.connect(ClientOptions(retries: retries))
      var count = 0
      let end = await error {
        for try await _ in client.save(Self.executions(500)) { count += 1 }
      }
      #expect(end?.status == status)
      #expect(end?.isInDoubt == (status.code == .unavailable))
      // Those of the request that is not answered, and of later ones, have no outcome.
      #expect(count <= 100)
      await client.close()
      await server.stop()
    }
  }

  @Test("of nothing calls nobody")
  func empty() async throws {
    let ledger = Ledger()
    let server = try await ledger.start()
    let client = try await server.connect()
    for try await _ in client.save([]) { Issue.record("there is none") }
    #expect(ledger.calls.withLock(\.count) == 0)
    await client.close()
    await server.stop()
  }

  @Test(
    "ends when its task is cancelled, or its client closed, while more may come",
    arguments: [true, false])
  func stops(isCancelled: Bool) async throws {
    let server = try await Ledger().start()
    let client = try await server.connect()
    let (source, more) = AsyncStream.makeStream(of: ExecutionFields.self)
    more.yield(Samples.fields)
    let events = Events()
    let task = Task {
      await error { for try await _ in client.save(source) { events.record("saved") } }
    }
    await events.wait(for: "saved")
    if isCancelled { task.cancel() } else { await client.close() }
    #expect(await task.value?.code == (isCancelled ? .cancelled : .unavailable))
    await client.close()
    await server.stop()
  }
}
