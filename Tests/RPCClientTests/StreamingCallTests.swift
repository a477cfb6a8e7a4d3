import ProtobufMessages
import RPC
import RPCClient
import RPCTesting
import Reactor
import Testing

@Suite("A call that streams, at its client", .timeLimit(.minutes(1)))
struct StreamingCallTests {
  @Test("hands over each response as it comes, and then the end")
  func down() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.down = { request, responses, _ in
        for byte in request.bytes {
          try await responses.write(Blob([byte]))
          await events.wait(for: "taken")
        }
      }
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Down")
      try await call.write(Blob([7, 8]))
      call.finish()
      #expect(try await call.next() == Blob([7]))
      events.record("taken")
      #expect(try await call.next() == Blob([8]))
      #expect(try await call.next() == nil)
      channel.close()
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
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Both")
      for number in 0..<10 {
        let blob = Blob(count: number * 1_000)
        try await call.write(blob)
        #expect(try await call.next() == blob)
      }
      call.finish()
      #expect(try await call.next() == nil)
      channel.close()
    }
    await server.stop()
  }

  @Test("ends with the server's status, once the responses before it are taken")
  func failure() async throws {
    let status = RPCStatus(.unavailable, "later", details: [.retryInfo(.seconds(2))])
    let server = try await TestServer.streaming { handlers in
      handlers.down = { request, responses, _ in
        for byte in request.bytes { try await responses.write(Blob([byte])) }
        throw status
      }
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      for count in [0, 2] {
        let call = try channel.stream("Down")
        try await call.write(Blob([UInt8](repeating: 1, count: count)))
        call.finish()
        for _ in 0..<count { #expect(try await call.next() == Blob([1])) }
        #expect(await RPCTesting.status { try await call.next() } == status)
        #expect(await RPCTesting.status { try await call.next() } == status)
        #expect(await RPCTesting.status { try await call.write(Blob([])) } == status)
      }
      channel.close()
    }
    await server.stop()
  }

  @Test("holds the server back while its responses are not taken, and other calls not at all")
  func slowReader() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.down = { request, responses, _ in
        guard request.bytes.isEmpty else { return try await responses.write(request) }
        for _ in 0..<1_000 {
          try await responses.write(Blob(count: 10_000))
          events.record("written")
        }
      }
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Down")
      try await call.write(Blob([]))
      call.finish()
      #expect(try await call.next() == Blob(count: 10_000))
      for number in 0..<100 {
        let other = try channel.stream("Down")
        try await other.write(Blob([UInt8(number)]))
        other.finish()
        #expect(try await other.next() == Blob([UInt8(number)]))
        #expect(try await other.next() == nil)
      }
      // The window, what was taken of it, 64 KiB ahead of it, and the ones in hand.
      #expect(events.count("written") <= 36)
      for _ in 1..<1_000 { #expect(try await call.next() == Blob(count: 10_000)) }
      #expect(try await call.next() == nil)
      channel.close()
    }
    await server.stop()
  }

  @Test("suspends a caller that writes faster than the server reads")
  func slowServer() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.up = { requests, call in
        await events.wait(for: "read")
        var count = 0
        for try await request in requests { count += request.bytes.count }
        return Blob(Array("\(count)".utf8))
      }
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Up")
      let writer = eventLoop.start {
        for _ in 0..<1_000 {
          do { try await call.write(Blob(count: 10_000)) } catch { Issue.record(error) }
          events.record("written")
        }
        call.finish()
      }
      await events.wait(for: "written", count: 20)
      for _ in 0..<100 { await eventLoop.sleep(for: .zero) }
      #expect(events.count("written") <= 36)
      events.record("read")
      await writer.wait()
      #expect(try await call.next() == Blob(Array("10000000".utf8)))
      #expect(try await call.next() == nil)
      channel.close()
    }
    await server.stop()
  }

  @Test("that the server ends tells a caller who waits to write", arguments: [true, false])
  func endsWhileWriting(well: Bool) async throws {
    let refusal = RPCStatus(.permissionDenied, "not you")
    let server = try await TestServer.streaming { handlers in
      handlers.up = { _, _ in
        guard well else { throw refusal }
        return Blob([1])
      }
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Up")
      let ended = await status { while true { try await call.write(Blob(count: 10_000)) } }
      #expect(ended?.code == (well ? .cancelled : .permissionDenied))
      if well {
        #expect(try await call.next() == Blob([1]))
        #expect(try await call.next() == nil)
      } else {
        #expect(await status { try await call.next() } == refusal)
      }
      channel.close()
    }
    await server.stop()
  }

  @Test("keeps its deadline itself, and tells the server")
  func deadline() async throws {
    let events = Events()
    let server = try await hanging(events)
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      // Far more than the first answer takes on a busy machine.
      let call = try channel.stream("Both", timeout: .seconds(2))
      #expect(try await call.next() == Blob([1]))
      #expect(await status { try await call.next() }?.code == .deadlineExceeded)
      #expect(await status { try await call.write(Blob([])) }?.code == .deadlineExceeded)
      await events.wait(for: "cancelled")
      channel.close()
    }
    await server.stop()
  }

  @Test("is cancelled with the task that reads it, or that writes it", arguments: [true, false])
  func taskIsCancelled(reads: Bool) async throws {
    let events = Events()
    let server = try await hanging(events)
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Both")
      let task = eventLoop.start {
        let ended = await status {
          if reads { while true { _ = try await call.next() } }
          while true {
            try await call.write(Blob(count: 10_000))
            events.record("written")
          }
        }
        #expect(ended?.code == .cancelled)
      }
      await events.wait(for: "begun")
      if !reads { await events.wait(for: "written", count: 20) }
      task.cancel()
      await task.wait()
      await events.wait(for: "cancelled")
      #expect(await status { try await call.next() }?.code == .cancelled)
      channel.close()
    }
    await server.stop()
  }

  @Test("that was cancelled is over at once, and the server hears of it")
  func cancelled() async throws {
    let events = Events()
    let server = try await hanging(events)
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Both")
      await events.wait(for: "begun")
      call.cancel()
      #expect(await status { try await call.next() }?.code == .cancelled)
      await events.wait(for: "cancelled")
      channel.close()
    }
    await server.stop()
  }

  @Test("says INTERNAL of a response that can't be decoded, and ends")
  func undecodable() async throws {
    let events = Events()
    let server = try await TestServer.streaming { handlers in
      handlers.down = { _, responses, _ in
        try await responses.write(Blob([0xff]))
        await untilCancelled()
        events.record("cancelled")
      }
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Down")
      try await call.write(Blob([]))
      call.finish()
      #expect(await status { try await call.next() }?.code == .internal)
      await events.wait(for: "cancelled")
      channel.close()
    }
    await server.stop()
  }

  @Test("is UNAVAILABLE when its connection ends, after what had come")
  func connectionEnds() async throws {
    let events = Events()
    let server = try await hanging(events)
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let call = try channel.stream("Both")
      #expect(try await call.next() == Blob([1]))
      channel.close()
      #expect(await status { try await call.next() }?.code == .unavailable)
      #expect(await status { _ = try channel.stream("Both") }?.code == .unavailable)
    }
    await server.stop()
  }

  @Test("that is unary is cancelled with its task too")
  func unaryIsCancelled() async throws {
    let events = Events()
    let server = try await TestServer.start { _ in
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
      let task = eventLoop.start {
        #expect(await status { try await channel.call("Hang") }?.code == .cancelled)
      }
      await events.wait(for: "begun")
      task.cancel()
      await task.wait()
      await events.wait(for: "cancelled")
      channel.close()
    }
    await server.stop()
  }

  /// A server whose `Both` answers once, reads nothing, and ends when it is cancelled.
  private func hanging(_ events: Events) async throws -> TestServer {
    try await TestServer.streaming { handlers in
      handlers.both = { _, responses, _ in
        try await responses.write(Blob([1]))
        events.record("begun")
        await untilCancelled()
        events.record("cancelled")
      }
    }
  }
}

extension RPCChannel {
  /// Begins a call of the test's service that streams.
  fileprivate func stream(
    _ method: String, timeout: Duration? = nil
  ) throws(RPCStatus) -> StreamingCall<Blob, Blob> {
    try stream("/test.Stream/\(method)", of: Blob.self, to: Blob.self, timeout: timeout)
  }
}
