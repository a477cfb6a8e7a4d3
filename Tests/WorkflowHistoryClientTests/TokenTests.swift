import RPC
import RPCClient
import RPCTesting
import Synchronization
import Testing
import WorkflowHistoryClient
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("A token that is asked for", .timeLimit(.minutes(1)))
struct TokenTests {
  private static let refused = RPCStatus(.unauthenticated, "expired")
  private let get = GetWorkflowExecutionRequest(id: Samples.id)

  /// Hands out these tokens, and then the last again and again.
  private final class Issuer: Sendable {
    private let tokens: Mutex<[String]>
    let asked = Mutex(0)

    init(_ tokens: String...) { self.tokens = Mutex(tokens) }

    var token: AccessToken {
      .provided {
        self.asked.withLock { $0 += 1 }
        return self.tokens.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
      }
    }
  }

  @Test("is asked for once, however many calls need it")
  func once() async throws {
    let events = Events()
    let server = try await HistoryServer.start(events: events)
    let issuer = Issuer("alice", "bob")
    let client = try await server.connect(token: issuer.token)
    try await withThrowingTaskGroup { group in
      for _ in 0..<20 { group.addTask { _ = try await client.get(get) } }
      try await group.waitForAll()
    }
    #expect(issuer.asked.withLock(\.self) == 1)
    #expect(events.count("Bearer alice") == 20)
    await client.close()
    await server.stop()
  }

  @Test("is asked for again when it is refused, for a client that tries nothing else again")
  func renewed() async throws {
    let events = Events()
    let server = try await HistoryServer.start(
      events: events, script: Script(.serve, .refuse(Self.refused)))
    let issuer = Issuer("alice", "alice-2")
    let client = try await server.connect(token: issuer.token, ClientOptions(retries: nil))
    _ = try await client.get(get)
    _ = try await client.get(get)
    _ = try await client.get(get)
    #expect(issuer.asked.withLock(\.self) == 2)
    #expect(events.count("Bearer alice") == 2)
    #expect(events.count("Bearer alice-2") == 2)
    await client.close()
    await server.stop()
  }

  @Test("is asked for again once: where that one is refused too, or is the same, so is the call")
  func refusedTwice() async throws {
    for tokens in [["alice", "bob", "carol"], ["alice", "alice"]] {
      let events = Events()
      let server = try await HistoryServer.start(
        events: events, script: Script(.refuse(Self.refused), .refuse(Self.refused)))
      let issuer = tokens.count == 3 ? Issuer("alice", "bob", "carol") : Issuer("alice", "alice")
      let client = try await server.connect(token: issuer.token)
      let failure = await error { try await client.get(get) }
      #expect(failure == WorkflowHistoryError(Self.refused))
      #expect(issuer.asked.withLock(\.self) == 2)
      #expect(events.count("Bearer bob") == (tokens.count == 3 ? 1 : 0))
      await client.close()
      await server.stop()
    }
  }

  @Test("that can't be had ends the call, and the next asks again")
  func fails() async throws {
    struct NoIssuer: Error {}
    let server = try await HistoryServer.start()
    let asked = Mutex(0)
    let client = try await server.connect(
      token: .provided {
        let count = asked.withLock { asked in
          asked += 1
          return asked
        }
        if count == 1 { throw NoIssuer() }
        return "alice"
      })
    let failure = await error { try await client.get(get) }
    #expect(failure?.code == .unauthenticated)
    #expect(failure?.message == "no token could be had: NoIssuer()")
    #expect(try await client.get(get).execution == Samples.execution)
    await client.close()
    await server.stop()
  }

  @Test("is waited for no longer than a call can, nor by a client that is closed")
  func late() async throws {
    let server = try await HistoryServer.start()
    for timeout in [Duration.milliseconds(20), nil] {
      let events = Events()
      let client = try await server.connect(
        token: .provided {
          events.record("asked")
          await untilCancelled()
          return "alice"
        }, ClientOptions(timeout: timeout))
      let call = Task { await error { try await client.get(get) } }
      await events.wait(for: "asked")
      if timeout == nil { await client.close() }
      let failure = await call.value
      #expect(failure?.code == (timeout == nil ? .unavailable : .deadlineExceeded))
      await client.close()
    }
    await server.stop()
  }

  @Test("may be none")
  func none() async throws {
    let events = Events()
    let server = try await HistoryServer.start(events: events)
    let client = try await server.connect(token: .none)
    _ = await error { try await client.get(get) }
    #expect(events.count("") == 1)
    await client.close()
    await server.stop()
  }
}
