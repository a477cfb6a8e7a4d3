import HTTP2
import RPC
import RPCClient
import RPCServer
import RPCTesting
import Reactor
import Testing

@Suite("A server that stops", .timeLimit(.minutes(1)))
struct DrainTests {
  @Test("lets running calls end, takes no new ones, and is done when the last has ended")
  func drains() async throws {
    let events = Events()
    let server = try await TestServer.start(loops: 2) { _ in
      [
        "Wait": { blob, _ in
          events.record("begun")
          await events.wait(for: "release")
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let running = try client.begin("/test.Echo/Wait")
      running.send([0, 0, 0, 0, 1, 9])
      await events.wait(for: "begun")
      let idle = try await WireClient.connect(to: server.address, on: eventLoop)
      let stopping = Task {
        await server.server.stop()
        events.record("stopped")
      }
      // What comes before the second is still served.
      await client.wait { client.goAways == 2 }
      #expect(client.goAway == .noError)
      // On the connection that stands, and on a new one.
      let late = try client.begin("/test.Echo/Wait")
      late.send([0, 0, 0, 0, 0])
      await late.ended()
      #expect(late.fields.isEmpty)
      let unreachable = await failure {
        try await WireClient.connect(to: server.address, on: eventLoop)
      }
      #expect(unreachable is SystemError)
      await idle.wait { idle.isEnded }
      #expect(events.count("stopped") == 0)

      events.record("release")
      await running.ended()
      #expect(running.body == [0, 0, 0, 0, 1, 9])
      #expect(running["grpc-status"] == "0")
      await client.wait { client.isEnded }
      await stopping.value
      #expect(events.count("begun") == 1)
    }
    await server.stop()
  }

  @Test("cancels what still runs when the grace is over")
  func graceEnds() async throws {
    let events = Events()
    let server = try await TestServer.start(.tls) {
      $0.drainGrace = .milliseconds(20)
    } handlers: { _ in
      [
        "Hang": { blob, _ in
          events.record("begun")
          await untilCancelled()
          events.record("cancelled")
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      eventLoop.start {
        let end = await status { try await channel.call("Hang") }
        #expect(end?.code == .unavailable)
        events.record("ended")
      }
      await events.wait(for: "begun")
      await server.server.stop()
      await events.wait(for: "cancelled")
      await events.wait(for: "ended")
      channel.close()
    }
    await server.stop()
  }

  @Test("waits for no call where there is no grace, and says that it goes")
  func noGrace() async throws {
    let events = Events()
    let server = try await TestServer.start {
      $0.drainGrace = .zero
    } handlers: { _ in
      [
        "Hang": { blob, _ in
          events.record("begun")
          await untilCancelled()
          events.record("cancelled")
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let running = try client.begin("/test.Echo/Hang")
      running.send([0, 0, 0, 0, 0])
      await events.wait(for: "begun")
      await server.server.stop()
      await events.wait(for: "cancelled")
      await client.wait { client.isEnded }
      #expect(client.goAways == 1)
      #expect(client.goAway == .noError)
      #expect(running.fields.isEmpty)
    }
    await server.stop()
  }

  @Test("is done at once where nobody is connected, and may be stopped again")
  func nobody() async throws {
    let path = "/tmp/workflow-history-\(UInt64.random(in: 0 ... .max)).sock"
    let server = try await TestServer.start(at: .unix(path: path), loops: 2) { _ in [:] }
    await server.server.stop()
    await server.server.stop()
    try await onLoop { eventLoop in
      #expect(await failure { try await eventLoop.connect(to: .unix(path: path)) } is SystemError)
    }
    await server.stop()
  }
}
