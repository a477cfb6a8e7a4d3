import HTTP2
import HTTPGateway
import ProtobufMessages
import RPC
import RPCTesting
import Testing

@testable import RPCServer
@testable import Reactor

@Suite("The memory of a connection's calls", .timeLimit(.minutes(1)))
struct CallMemoryTests {
  /// What the server's only connection has charged for its calls.
  private func charged(_ server: TestServer) async -> Int {
    await server.server.loops[0].run { $0.connections.values.map(\.requestBytes).reduce(0, +) }
  }

  private func waitUntilNothingIsCharged(_ server: TestServer) async {
    await server.server.loops[0].run { server in
      while server.connections.values.contains(where: { $0.requestBytes > 0 })
        || server.heldBytes > 0
      { await server.eventLoop.sleep(for: .milliseconds(1)) }
    }
  }

  @Test("is that of their metadata too, from their beginning until they are over")
  func metadata() async throws {
    let server = try await TestServer.start {
      $0.maxConnectionMemory = 100 << 10
    } handlers: { _ in
      ["Echo": { blob, _ in blob }]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let large = HTTP2Field("x-large", String(repeating: "v", count: 20 << 10))
      let waiting = try (0..<4).map { _ in try client.begin("/test.Echo/Echo", [large]) }
      let refused = try client.begin("/test.Echo/Echo", [large])
      await refused.ended()
      #expect(refused["grpc-status"] == "8")
      #expect(refused["grpc-message"]?.contains("too many calls and messages wait") == true)
      #expect(waiting.allSatisfy { $0.code == nil })
      #expect(await charged(server) > 4 * 20 << 10)
      waiting[0].cancel()
      for call in waiting.dropFirst() {
        call.send([0, 0, 0, 0, 0])
        await call.ended()
        #expect(call["grpc-status"] == "0")
      }
      await waitUntilNothingIsCharged(server)
      client.stream.close()
    }
    await server.stop()
  }

  /// Lets no call in before an event.
  private final class Gate: ServerInterceptor {
    private let events: Events

    init(_ events: Events) { self.events = events }

    func interception(of method: MethodDescriptor) -> Interception? {
      let events = events
      return Interception(admit: { _ in { await events.wait(for: "opened") } })
    }
  }

  @Test("is that of a request until its handler has taken it, by gRPC and by JSON")
  func heldBack() async throws {
    let events = Events()
    let server = try await TestServer.start {
      $0.gateway = HTTPGateway([BareOperations()])
    } interceptors: {
      [Gate(events)]
    } handlers: { _ in
      [
        "Echo": { blob, _ in
          events.record("taken")
          await events.wait(for: "done")
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let size = 20 << 10
      let json = try client.begin(fields: [
        HTTP2Field(":method", "POST"), HTTP2Field(":scheme", "http"), HTTP2Field(":path", "/echo"),
        HTTP2Field(":authority", "a"), HTTP2Field("content-type", "application/json"),
      ])
      json.send(Array(repeating: 0x31, count: size))
      let call = try client.begin("/test.Echo/Echo")
      call.send([0, 0, 0, UInt8(size >> 8), 0] + Array(repeating: 0x31, count: size))
      // What was sent before is read before what answers this.
      let other = try client.begin("/test.Echo/Other")
      await other.ended()
      #expect(await charged(server) > 2 * size)
      events.record("opened")
      await events.wait(for: "taken", count: 2)
      #expect(await charged(server) < size)
      events.record("done")
      await json.ended()
      await call.ended()
      #expect(json.body.count == size && call["grpc-status"] == "0")
      await waitUntilNothingIsCharged(server)
      client.stream.close()
    }
    await server.stop()
  }

  @Test("is kept by a handler that outlives its call, until it has ended")
  func lingering() async throws {
    let events = Events()
    let server = try await TestServer.start { _ in
      [
        "Linger": { blob, _ in
          events.record("begun")
          await events.wait(for: "release")
          return blob
        },
        "Echo": { blob, _ in blob },
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let large = HTTP2Field("x-large", String(repeating: "v", count: 20 << 10))
      let lingering = try client.begin("/test.Echo/Linger", [large])
      lingering.send([0, 0, 0, 0, 0])
      await events.wait(for: "begun")
      lingering.cancel()
      let next = try client.begin("/test.Echo/Echo")
      next.send([0, 0, 0, 0, 0])
      await next.ended()
      #expect(await charged(server) > 20 << 10)
      events.record("release")
      await waitUntilNothingIsCharged(server)
      client.stream.close()
    }
    await server.stop()
  }

  @Test("is let go of where the connection breaks while answers wait")
  func broken() async throws {
    let server = try await TestServer.start { _ in ["Big": { _, _ in Blob(count: 8 << 20) }] }
    try await onLoop { eventLoop in
      let client = try await WireClient.connectWithoutReading(
        to: server.address, on: eventLoop)
      for call in try (0..<4).map({ _ in try client.begin("/test.Echo/Big") }) {
        call.send([0, 0, 0, 0, 0])
      }
      await server.server.loops[0].run { server in
        while server.heldBytes < server.configuration.maxPendingBytes {
          await server.eventLoop.sleep(for: .milliseconds(1))
        }
      }
      // With bytes that nobody has read, its kernel resets the connection.
      client.stream.close()
      let held = await server.server.loops[0].run { server in
        while !server.connections.isEmpty {
          await server.eventLoop.sleep(for: .milliseconds(1))
        }
        return server.heldBytes
      }
      #expect(held == 0)
    }
    await server.stop()
  }

  @Test("is what small messages take, and not only what is in them", arguments: [0, 1])
  func smallMessages(size: UInt8) async throws {
    let events = Events()
    let server = try await TestServer.streaming {
      $0.maxConnectionMemory = 1 << 20
    } _: { handlers in
      handlers.up = { requests, _ in
        await events.wait(for: "read on")
        for try await _ in requests {}
        return Blob([])
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let message = [0, 0, 0, 0, size] + [UInt8](repeating: 8, count: Int(size))
      let many = Array(repeatElement(message, count: 40_000).joined())
      #expect(many.count < HTTP2Settings().streamWindow)
      let refused = try client.begin("/test.Stream/Up")
      refused.send(many, ends: false)
      await refused.ended()
      #expect(refused["grpc-status"] == "8")
      // A client that is held back before that is served.
      let call = try client.begin("/test.Stream/Up")
      call.send(Array(many[..<(message.count * 10_000)]))
      events.record("read on")
      await call.ended()
      #expect(call["grpc-status"] == "0")
      await waitUntilNothingIsCharged(server)
      client.stream.close()
    }
    await server.stop()
  }
}
