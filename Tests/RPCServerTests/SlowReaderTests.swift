import RPC
import RPCTesting
import Testing

@testable import RPCServer
@testable import Reactor

@Suite("A client that does not read", .timeLimit(.minutes(1)))
struct SlowReaderTests {
  @Test("has a bounded number of bytes wait for it, and gets all of them once it reads")
  func bounded() async throws {
    let big = Blob(count: 1 << 20)
    let server = try await TestServer.start { _ in ["Big": { _, _ in big }] }
    try await onLoop { eventLoop in
      let client = try await WireClient.connectWithoutReading(
        to: server.address, on: eventLoop)
      var calls: [WireCall] = []
      for _ in 0..<32 {
        let call = try client.begin("/test.Echo/Big")
        call.send([0, 0, 0, 0, 0])
        calls.append(call)
      }
      let (limit, most) = await server.server.loops[0].run { server in
        let limit = server.configuration.maxPendingBytes
        var most = 0
        while most < limit {
          await server.eventLoop.sleep(for: .milliseconds(1))
          most = server.connections.values.map(\.pendingBytes).max() ?? 0
        }
        // What comes on top while it waits would show in the turns that follow.
        for _ in 0..<100 {
          await server.eventLoop.sleep(for: .zero)
          most = max(most, server.connections.values.map(\.pendingBytes).max() ?? 0)
        }
        return (limit, most)
      }
      // One more portion is asked for below the limit, and no portion after it.
      #expect(most < limit + 2 * (64 << 10))
      #expect(calls.allSatisfy { $0.code == nil })
      client.stream.startReading()
      for call in calls {
        await call.ended()
        #expect(call["grpc-status"] == "0")
        #expect(call.body.count == 5 + big.bytes.count)
      }
      client.stream.close()
    }
    await server.stop()
  }

  @Test("is not read from either, until it reads")
  func notRead() async throws {
    let events = Events()
    let server = try await TestServer.start { _ in
      [
        "Big": { _, _ in Blob(count: 8 << 20) },
        "Echo": { blob, _ in
          events.record("asked")
          return blob
        },
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connectWithoutReading(
        to: server.address, on: eventLoop)
      let big = try (0..<2).map { _ in try client.begin("/test.Echo/Big") }
      for call in big { call.send([0, 0, 0, 0, 0]) }
      await server.server.loops[0].run { server in
        while server.connections.values.allSatisfy({
          $0.pendingBytes < server.configuration.maxPendingBytes
        }) { await server.eventLoop.sleep(for: .milliseconds(1)) }
      }
      let question = try client.begin("/test.Echo/Echo")
      question.send([0, 0, 0, 0, 0])
      // Another client's call is read, and answered, after it was sent.
      let other = try await WireClient.connect(to: server.address, on: eventLoop)
      for _ in 0..<3 {
        let call = try other.begin("/test.Echo/Echo")
        call.send([0, 0, 0, 0, 0])
        await call.ended()
      }
      #expect(events.count("asked") == 3)
      client.stream.startReading()
      await question.ended()
      #expect(events.count("asked") == 4)
      for client in [client, other] { client.stream.close() }
    }
    await server.stop()
  }
}
