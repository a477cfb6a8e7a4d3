import HTTP2
import RPC
import RPCServer
import RPCTesting
import Reactor
import Testing

@Suite("A call that streams", .timeLimit(.minutes(1)))
struct StreamingTests {
  private static func framed(_ message: [UInt8]) -> [UInt8] {
    var framed = [UInt8](repeating: 0, count: 5) + message
    MessageDeframer.writePrefix(into: &framed)
    return framed
  }

  @Test("gets each response as soon as it is written, and the status behind the last")
  func down() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.down = { request, responses, call in
        call.initialMetadata.add("x-first", "1")
        for byte in request.bytes {
          try await responses.write(Blob([byte]))
          await events.wait(for: "read")
        }
        call.trailingMetadata.add("x-last", "2")
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Stream/Down")
      call.send(Self.framed([7, 8]))
      await client.wait { call.body.count == 6 }
      #expect(call["x-first"] == "1")
      #expect(call["grpc-status"] == nil)
      events.record("read")
      await call.ended()
      #expect(call.body == Self.framed([7]) + Self.framed([8]))
      #expect(call["grpc-status"] == "0")
      #expect(call["x-last"] == "2")
      client.stream.close()
    }
    await server.stop()
  }

  @Test("may answer before it has read all, and its client is told to send no more")
  func earlyAnswer() async throws {
    let server = try await TestServer.streaming { handlers in
      handlers.up = { requests, _ in
        for try await request in requests { return request }
        return Blob([])
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Stream/Up")
      call.send(Self.framed([5]), ends: false)
      await call.ended()
      #expect(call.body == Self.framed([5]))
      #expect(call["grpc-status"] == "0")
      #expect(call.code == .noError)
      client.stream.close()
    }
    await server.stop()
  }

  @Test("goes back and forth as both sides like")
  func both() async throws {
    let server = try await TestServer.streaming { handlers in
      handlers.both = { requests, responses, _ in
        for try await request in requests { try await responses.write(request) }
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Stream/Both")
      var expected: [UInt8] = []
      for number in 0..<10 {
        let message = Self.framed([UInt8](repeating: UInt8(number), count: number * 1_000))
        expected += message
        call.send(message, ends: false)
        await client.wait { call.body.count == expected.count }
      }
      #expect(call.body == expected)
      call.send([], ends: true)
      await call.ended()
      #expect(call["grpc-status"] == "0")
      client.stream.close()
    }
    await server.stop()
  }

  @Test("suspends a handler that writes faster than its client reads")
  func slowReader() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.down = { _, responses, _ in
        for _ in 0..<1_000 {
          try await responses.write(Blob(count: 10_000))
          events.record("written")
        }
      }
    }
    try await onLoop { eventLoop in
      var settings = HTTP2Settings()
      settings.streamWindow = 100_000
      let client = try await WireClient.connect(
        to: server.address, on: eventLoop, settings: settings)
      let call = try client.begin("/test.Stream/Down")
      call.stream.releasesAtOnce = false
      call.send(Self.framed([]))
      await client.wait { call.body.count == 100_000 }
      for _ in 0..<100 { await eventLoop.sleep(for: .zero) }
      // The window, 64 KiB ahead of it, and the one in hand.
      #expect(events.count("written") <= 18)
      call.stream.releasesAtOnce = true
      call.stream.release(100_000)
      client.flush()
      await call.ended()
      #expect(call.body.count == 1_000 * 10_005)
      #expect(call["grpc-status"] == "0")
      client.stream.close()
    }
    await server.stop()
  }

  @Test("holds back a client that writes faster than the handler reads")
  func slowHandler() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.up = { requests, _ in
        await events.wait(for: "read on")
        var count = 0
        for try await request in requests { count += request.bytes.count }
        return Blob([UInt8(count >> 20)])
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Stream/Up")
      let message = Self.framed([UInt8](repeating: 1, count: 1 << 16))
      for number in 1...64 { call.send(message, ends: number == 64) }
      let window = Int(HTTP2Settings().streamWindow)
      let all = 64 * message.count
      await client.wait { call.stream.pendingBytes <= all - window }
      for _ in 0..<100 { await eventLoop.sleep(for: .zero) }
      // What made the first message complete was read.
      #expect(call.stream.pendingBytes >= all - window - message.count)
      events.record("read on")
      await call.ended()
      #expect(call.body == Self.framed([4]))
      client.stream.close()
    }
    await server.stop()
  }

  @Test("is cancelled at its deadline, also where its client takes nothing", arguments: [0, 1_000])
  func deadline(window: Int32) async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.down = { _, responses, _ in
        defer { events.record("ended") }
        while true {
          try await responses.write(Blob(count: 10_000))
          if window == 0 { await untilCancelled() }
        }
      }
    }
    try await onLoop { eventLoop in
      var settings = HTTP2Settings()
      settings.streamWindow = window == 0 ? 1 << 20 : window
      let client = try await WireClient.connect(
        to: server.address, on: eventLoop, settings: settings)
      let call = try client.begin("/test.Stream/Down", [HTTP2Field("grpc-timeout", "30m")])
      call.stream.releasesAtOnce = false
      call.send(Self.framed([]))
      await call.ended()
      await events.wait(for: "ended")
      if window == 0 { #expect(call["grpc-status"] == "4") } else { #expect(call.code == .cancel) }
      client.stream.close()
    }
    await server.stop()
  }

  @Test("ends its handler, whether that reads or writes, when the client resets it")
  func reset() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.up = { requests, _ in
        defer { events.record("reader ended") }
        for try await _ in requests { events.record("reader has read") }
        return Blob([])
      }
      handlers.down = { _, responses, _ in
        defer { events.record("writer ended") }
        while true { try await responses.write(Blob(count: 100_000)) }
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let up = try client.begin("/test.Stream/Up")
      up.send(Self.framed([1]), ends: false)
      await events.wait(for: "reader has read")
      up.cancel()
      await events.wait(for: "reader ended")
      let down = try client.begin("/test.Stream/Down")
      down.stream.releasesAtOnce = false
      down.send(Self.framed([]))
      await client.wait { down.body.count > 100_000 }
      down.cancel()
      await events.wait(for: "writer ended")
      client.stream.close()
    }
    await server.stop()
  }

  @Test("with a status of its own after some responses sends it in the trailers")
  func lateStatus() async throws {
    let server = try await TestServer.streaming { handlers in
      handlers.down = { _, responses, _ in
        try await responses.write(Blob([1]))
        throw RPCStatus(.dataLoss, "no more")
      }
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Stream/Down")
      call.send(Self.framed([]))
      await call.ended()
      #expect(call.body == Self.framed([1]))
      #expect(call["grpc-status"] == "15")
      #expect(call.blocks == 2)
      client.stream.close()
    }
    await server.stop()
  }
}
