import HTTP2
import RPC
import RPCTesting
import Reactor
import Testing

import RPCServer

@Suite("A request that is not complete in time", .timeLimit(.minutes(1)))
struct RequestTimeoutTests {
  /// Far more than passes on a busy machine between the parts of a request that are sent at once.
  private static let limit = Duration.seconds(1)

  @Test(
    "ends its call as DEADLINE_EXCEEDED, and its handler is not asked",
    arguments: [[], [0, 0, 0], [0, 0, 0, 0, 2, 1], [0, 0, 0, 0, 1, 1]] as [[UInt8]])
  func late(body: [UInt8]) async throws {
    let events = Events()
    let server = try await TestServer.streaming {
      $0.requestTimeout = Self.limit
    } _: { handlers in
      handlers.down = { _, _, _ in events.record("asked") }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Stream/Down")
      call.send(body, ends: false)
      await call.ended()
      #expect(call["grpc-status"] == "4")
      #expect(call["grpc-message"] == "the request was not complete within \(Self.limit)")
      // The answer is whole, and the rest of the request unwanted (RFC 9113, section 8.1).
      #expect(call.code == .noError)
      client.stream.close()
    }
    #expect(events.count("asked") == 0)
    await server.stop()
  }

  @Test("ends no other call, and a later one in its own time")
  func others() async throws {
    let events = Events()
    let server = try await TestServer.start {
      $0.requestTimeout = Self.limit
    } handlers: { _ in
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
      let complete = try client.begin("/test.Echo/Wait")
      complete.send([0, 0, 0, 0, 0])
      await events.wait(for: "begun")
      for _ in 0..<2 {
        let late = try client.begin("/test.Echo/Wait")
        await late.ended()
        #expect(late["grpc-status"] == "4")
      }
      #expect(complete.code == nil)
      events.record("release")
      await complete.ended()
      #expect(complete["grpc-status"] == "0")
      client.stream.close()
    }
    await server.stop()
  }

  @Test("is no matter where the client streams")
  func streaming() async throws {
    let server = try await TestServer.streaming {
      $0.requestTimeout = Self.limit
    } _: { handlers in
      handlers.up = { requests, _ in
        for try await _ in requests {}
        return Blob([])
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let slow = try client.begin("/test.Stream/Up")
      let late = try client.begin("/test.Stream/Down")
      await late.ended()
      #expect(late["grpc-status"] == "4")
      #expect(slow.code == nil)
      slow.send([0, 0, 0, 0, 0])
      await slow.ended()
      #expect(slow["grpc-status"] == "0")
      client.stream.close()
    }
    await server.stop()
  }
}
