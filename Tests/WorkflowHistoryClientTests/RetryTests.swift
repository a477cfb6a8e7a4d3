import ProtobufMessages
import RPC
import RPCClient
import RPCTesting
import Reactor
import Synchronization
import Testing
import WorkflowHistory
import WorkflowHistoryClient
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("A call that fails", .timeLimit(.minutes(1)))
struct RetryTests {
  private static let away = RPCStatus(.unavailable, "away")
  private let get = GetWorkflowExecutionRequest(id: Samples.id)

  private func update(expectedVersion: Int32) -> UpdateWorkflowExecutionRequest {
    var change = ExecutionFields()
    change.id = Samples.id
    change.status = .running
    return UpdateWorkflowExecutionRequest(
      execution: change, updateMask: ["status"], expectedVersion: expectedVersion)
  }

  /// Runs `body` with a client of a server that goes by this script.
  private func withClient(
    _ steps: Script, timeout: Duration? = .seconds(60),
    _ body: (WorkflowHistoryClient, Waits) async throws -> Void
  ) async throws {
    let server = try await HistoryServer.start(script: steps)
    let waits = Waits()
    let client = try await server.connect(
      ClientOptions(timeout: timeout, retries: waits.backoff))
    try await body(client, waits)
    await client.close()
    await server.stop()
  }

  @Test("because the server was away is tried again, each time later")
  func backsOff() async throws {
    let script = Script(.refuse(Self.away), .refuse(Self.away), .refuse(Self.away))
    try await withClient(script) { client, waits in
      let found = try await client.get(get)
      #expect(found.execution == Samples.execution)
      #expect(waits.all == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
    }
  }

  @Test("waits at least as long as the server says")
  func honoursRetryInfo() async throws {
    let delay = [StatusDetail.retryInfo(.seconds(2))]
    let script = Script(
      .refuse(RPCStatus(.unavailable, "away", details: delay)),
      .refuse(RPCStatus(.resourceExhausted, "too fast", details: delay)),
      .refuse(RPCStatus(.aborted, "conflict", details: delay)))
    try await withClient(script) { client, waits in
      let found = try await client.get(get)
      #expect(found.execution == Samples.execution)
      #expect(waits.all == [.milliseconds(2_100), .milliseconds(2_200), .milliseconds(2_400)])
    }
  }

  @Test(
    "is not tried again where that does not help",
    arguments: [
      RPCStatusCode.invalidArgument, .notFound, .permissionDenied, .resourceExhausted, .aborted,
      .internal, .deadlineExceeded, .cancelled, .unauthenticated,
    ])
  func doesNotHelp(code: RPCStatusCode) async throws {
    try await withClient(Script(.refuse(RPCStatus(code, "no")))) { client, waits in
      let failure = await error { try await client.get(get) }
      #expect(failure == WorkflowHistoryError(RPCStatus(code, "no")))
      #expect(waits.all == [])
    }
  }

  @Test("is not tried again past its deadline")
  func pastDeadline() async throws {
    let status = RPCStatus(.unavailable, "away", details: [.retryInfo(.seconds(60))])
    try await withClient(Script(.refuse(status))) { client, waits in
      let failure = await error { try await client.get(get) }
      #expect(failure?.retryDelay == .seconds(60))
      #expect(waits.all == [])
    }
  }

  @Test("is not tried again by a client that is not to")
  func never() async throws {
    let server = try await HistoryServer.start(script: Script(.refuse(Self.away)))
    let client = try await server.connect(ClientOptions(retries: nil))
    #expect(await error { try await client.get(get) }?.code == .unavailable)
    await client.close()
    await server.stop()
  }

  @Test("as a save is tried again with the id that it was given")
  func saves() async throws {
    let script = Script(.lose(Self.away), .refuse(Self.away))
    try await withClient(script) { client, _ in
      let saved = try await client.save(SaveWorkflowExecutionRequest(execution: Samples.fields))
      let ids = script.saved.withLock(\.self)
      #expect(ids == [saved.execution.id, saved.execution.id])
      #expect(saved.execution.id.isVersion7)
    }
  }

  @Test("as an update is tried again where it says which version it changes")
  func versionedUpdate() async throws {
    try await withClient(Script(.refuse(Self.away))) { client, waits in
      let updated = try await client.update(update(expectedVersion: 2))
      #expect(updated.execution == Samples.execution)
      #expect(waits.all.count == 1)
    }
  }

  @Test("as an update is in doubt, and not tried again, where it does not say which")
  func unversionedUpdate() async throws {
    try await withClient(Script(.lose(Self.away))) { client, waits in
      let failure = await error { try await client.update(update(expectedVersion: 0)) }
      #expect(failure == WorkflowHistoryError(Self.away, isInDoubt: true))
      #expect(failure?.description == "UNAVAILABLE: away (it may have been carried out)")
      #expect(waits.all == [])
    }
  }

  @Test("as an update is tried again, whichever version, where the server has only put it off")
  func putOff() async throws {
    let status = RPCStatus(.resourceExhausted, "slower", details: [.retryInfo(.seconds(1))])
    try await withClient(Script(.refuse(status))) { client, waits in
      _ = try await client.update(update(expectedVersion: 0))
      #expect(waits.all == [.milliseconds(1_100)])
    }
  }

  @Test("as an update whose answer was lost has succeeded where the execution is what it makes")
  func updateIsFound() async throws {
    let conflict = RPCStatus(.aborted, "another version")
    // The sample is RUNNING, at version 3.
    try await withClient(Script(.lose(Self.away), .refuse(conflict))) { client, _ in
      let updated = try await client.update(update(expectedVersion: 2))
      #expect(updated.execution == Samples.execution)
    }
    try await withClient(Script(.lose(Self.away), .refuse(conflict))) { client, _ in
      let failure = await error { try await client.update(update(expectedVersion: 1)) }
      #expect(failure == WorkflowHistoryError(conflict, isInDoubt: true))
    }
    try await withClient(Script(.lose(Self.away), .refuse(conflict))) { client, _ in
      var other = update(expectedVersion: 2)
      other.execution.status = .paused
      #expect(await error { try await client.update(other) }?.code == .aborted)
    }
    try await withClient(Script(.refuse(conflict))) { client, _ in
      let failure = await error { try await client.update(update(expectedVersion: 2)) }
      #expect(failure == WorkflowHistoryError(conflict))
    }
  }

  @Test("as a deletion whose answer was lost has succeeded where nothing is there any more")
  func deletion() async throws {
    let gone = RPCStatus(.notFound, "no such execution")
    let request = DeleteWorkflowExecutionRequest(id: Samples.id)
    try await withClient(Script(.lose(Self.away), .refuse(gone))) { client, _ in
      let deleted = try await client.delete(request)
      #expect(deleted == DeleteWorkflowExecutionResponse())
    }
    try await withClient(Script(.refuse(gone))) { client, _ in
      #expect(await error { try await client.delete(request) }?.code == .notFound)
    }
  }

  @Test("and was not sent at all is tried again, whatever it is, and never in doubt")
  func notSent() async throws {
    let gone = try await HistoryServer.start()
    let address = gone.address
    await gone.stop()
    let back = Mutex<HistoryServer?>(nil)
    let backoff = Backoff(
      random: { 1 },
      sleep: { _ in
        let server = try await HistoryServer.start(at: address)
        back.withLock { $0 = server }
      })
    for retries in [nil, backoff] {
      let client = try await WorkflowHistoryClient(
        of: address, .plaintext, token: .constant("alice"),
        options: ClientOptions(retries: retries, reconnection: Waits().backoff))
      if retries == nil {
        let failure = await error { try await client.update(update(expectedVersion: 0)) }
        #expect(failure?.code == .unavailable)
        #expect(failure?.isInDoubt == false)
      } else {
        _ = try await client.update(update(expectedVersion: 0))
      }
      await client.close()
    }
    await back.withLock(\.self)?.stop()
  }

  @Test("ends its wait when its task is cancelled, or the client closed", arguments: [true, false])
  func waitEnds(isCancelled: Bool) async throws {
    let server = try await HistoryServer.start(script: Script(.refuse(Self.away)))
    let events = Events()
    let client = try await server.connect(
      ClientOptions(
        retries: Backoff(sleep: { _ in
          events.record("waits")
          await untilCancelled()
        })))
    let call = Task { await error { try await client.get(get) } }
    await events.wait(for: "waits")
    if isCancelled { call.cancel() } else { await client.close() }
    #expect(await call.value?.code == (isCancelled ? .cancelled : .unavailable))
    await client.close()
    await server.stop()
  }

  @Test("because its server went away is made on one new connection, which all calls share")
  func reconnects() async throws {
    let first = try await HistoryServer.start()
    let address = first.address
    let client = try await first.connect(ClientOptions(retries: Waits().backoff))
    _ = try await client.get(get)
    await first.stop()
    let script = Script()
    let second = try await HistoryServer.start(at: address, script: script)
    try await withThrowingTaskGroup { group in
      for _ in 0..<20 { group.addTask { _ = try await client.get(get) } }
      try await group.waitForAll()
    }
    #expect(Set(script.peers.withLock(\.self)).count == 1)
    #expect(script.peers.withLock(\.count) == 20)
    await client.close()
    await second.stop()
  }
}
