import RPC
import RPCTesting
import Testing

@testable import RPCServer
@testable import Reactor

@Suite("A slow client of a server that stops", .timeLimit(.minutes(1)))
struct SlowDrainTests {
  /// More than sockets that nobody reads take, and less than the server keeps beside them.
  private static let answer = Blob(count: 300 << 10)

  /// Stops a server that has said all it had to a client that has read nothing of it.
  private func drain(
    _ address: SocketAddress, grace: Duration,
    _ body: @Sendable (WireClient, WireCall, LoopBound<LoopServer>) async throws -> Void
  ) async throws {
    let events = Events()
    let server = try await TestServer.start(at: address) {
      $0.drainGrace = grace
      $0.limits.closeTimeout = .milliseconds(1)
    } handlers: { _ in
      [
        "Large": { _, _ in
          events.record("asked")
          return Self.answer
        }
      ]
    }
    let loop = server.server.loops[0]
    try await onLoop { eventLoop in
      let client = try await WireClient.connectWithoutReading(
        to: server.address, on: eventLoop)
      let call = try client.begin("/test.Echo/Large")
      call.send([0, 0, 0, 0, 0])
      await events.wait(for: "asked")
      let stopping = Task { await server.server.stop() }
      await loop.run { server in
        while !server.connections.values.allSatisfy(\.isDraining) {
          await server.eventLoop.sleep(for: .milliseconds(1))
        }
      }
      // It has not read the PING, but knows what to answer.
      let payload = (0..<8).map {
        UInt8(truncatingIfNeeded: ServerConnection.drainPing >> (56 - 8 * $0))
      }
      client.send([0, 0, 8, 6, 1, 0, 0, 0, 0] + payload)
      try await body(client, call, loop)
      await stopping.value
      client.stream.close()
    }
    await server.stop()
  }

  @Test(
    "gets the end of its answer, however much later than the rest it takes it",
    arguments: [
      SocketAddress.tcp(host: "127.0.0.1", port: 0),
      .unix(path: "/tmp/workflow-history-\(UInt64.random(in: 0 ... .max)).sock"),
    ])
  func takesAll(address: SocketAddress) async throws {
    try await drain(address, grace: .seconds(30)) { client, call, loop in
      await loop.run { server in
        let connection = server.connections.values.first!
        while !connection.isFinishing { await server.eventLoop.sleep(for: .milliseconds(1)) }
        // The time to close its side does not run yet.
        await server.eventLoop.sleep(for: server.configuration.limits.closeTimeout * 20)
        #expect(!server.connections.isEmpty)
      }
      client.stream.startReading()
      await call.ended()
      #expect(call.body.count == 5 + Self.answer.bytes.count)
      #expect(call["grpc-status"] == "0")
      await client.wait { client.isEnded }
    }
  }

  @Test("has no longer for it than the grace")
  func graceEnds() async throws {
    // It returns when the server has stopped, though nothing was read.
    try await drain(.tcp(host: "127.0.0.1", port: 0), grace: .milliseconds(200)) { _, call, _ in
      #expect(call.code == nil)
    }
  }
}
