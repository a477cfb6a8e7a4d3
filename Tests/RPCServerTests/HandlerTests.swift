import HTTP2
import ProtobufMessages
import RPC
import RPCClient
import RPCTesting
import Testing

@testable import RPCServer
@testable import Reactor

@Suite("A handler", .timeLimit(.minutes(1)))
struct HandlerTests {
  @Test("runs on its connection's loop, after every kind of await")
  func isolation() async throws {
    let server = try await TestServer.start(loops: 2) { eventLoop in
      [
        "Where": { _, _ in
          var places = [eventLoop.isCurrent]
          await Task.yield()
          places.append(eventLoop.isCurrent)
          await Task.detached { await Task.yield() }.value
          places.append(eventLoop.isCurrent)
          await withTaskGroup { group in
            for _ in 0..<4 { group.addTask { await Task.yield() } }
          }
          places.append(eventLoop.isCurrent)
          let events = Events()
          Task.detached { events.record("elsewhere") }
          await events.wait(for: "elsewhere")
          places.append(eventLoop.isCurrent)
          await eventLoop.sleep(for: .milliseconds(1))
          places.append(eventLoop.isCurrent)
          return Blob(places.map { $0 ? 1 : 0 })
        }
      ]
    }
    try await onLoop { eventLoop in
      // One connection on each of the server's loops.
      for _ in 0..<2 {
        let channel = try await server.connect(on: eventLoop)
        #expect(try await channel.call("Where") == Blob([1, 1, 1, 1, 1, 1]))
        channel.close()
      }
    }
    await server.stop()
  }

  @Test("is cancelled when its call's deadline passes, which is DEADLINE_EXCEEDED")
  func deadline() async throws {
    let events = Events()
    let server = try await TestServer.start { _ in
      [
        "Hang": { blob, call in
          events.record("timeout \(call.timeout!)")
          await untilCancelled()
          events.record("cancelled")
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      // Far more than a call takes to arrive on a busy machine.
      let limit = Duration.seconds(1)
      // A client that leaves the deadline to the server.
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Echo/Hang", [.init("grpc-timeout", "1S")])
      call.send([0, 0, 0, 0, 0])
      await call.ended()
      #expect(call["grpc-status"] == "4")
      await events.wait(for: "cancelled")
      #expect(events.count("timeout \(limit)") == 1)
      client.stream.close()
      // And one that watches it itself.
      let channel = try await server.connect(on: eventLoop)
      let late = await status { try await channel.call("Hang", timeout: limit) }
      #expect(late?.code == .deadlineExceeded)
      await events.wait(for: "cancelled", count: 2)
      channel.close()
    }
    await server.stop()
  }

  @Test("is not asked for a call that is reset at once, and the interceptors are told")
  func resetAtOnce() async throws {
    let events = Events()
    let server = try await TestServer.start(interceptors: { [PassedOver(events)] }) { _ in
      [
        // The loop reads nothing meanwhile, and then all at once.
        "Hold": { blob, _ in
          events.record("held")
          while events.count("go") == 0 {}
          return blob
        },
        "Echo": { blob, _ in
          events.record("asked")
          return blob
        },
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let hold = try client.begin("/test.Echo/Hold")
      hold.send([0, 0, 0, 0, 0])
      await events.wait(for: "held")
      let call = try client.begin("/test.Echo/Echo")
      call.send([0, 0, 0, 0, 0])
      call.cancel()
      events.record("go")
      await hold.ended()
      await events.wait(for: "/test.Echo/Echo: CANCELLED")
      #expect(events.count("asked") == 0)
      client.stream.close()
    }
    await server.stop()
  }

  @Test("is not asked where the deadline has passed before, or passes while the caller sends")
  func deadlineBeforeRequest() async throws {
    let events = Events()
    let server = try await TestServer.start { _ in
      [
        "Echo": { blob, _ in
          events.record("asked")
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      for timeout in ["0n", "0H", "5m"] {
        let call = try client.begin("/test.Echo/Echo", [.init("grpc-timeout", timeout)])
        await call.ended()
        #expect(call["grpc-status"] == "4")
        // The answer is whole, and the rest of the request unwanted (RFC 9113, section 8.1). By another
        // code some clients would put CANCELLED in the place of the status.
        #expect(call.code == .noError)
      }
      client.stream.close()
    }
    #expect(events.count("asked") == 0)
    await server.stop()
  }

  @Test("is cancelled when the caller resets the stream")
  func reset() async throws {
    let events = Events()
    let server = try await TestServer.start(handlers: hanging(events))
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Echo/Hang")
      call.send([0, 0, 0, 0, 0])
      await events.wait(for: "begun")
      #expect(events.count("cancelled") == 0)
      call.cancel()
      await events.wait(for: "cancelled")
      client.stream.close()
    }
    await server.stop()
  }

  @Test("is cancelled when the connection breaks")
  func broken() async throws {
    let events = Events()
    let server = try await TestServer.start(.tls, handlers: hanging(events))
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      eventLoop.start { _ = try? await channel.call("Hang") }
      await events.wait(for: "begun")
      channel.close()
      await events.wait(for: "cancelled")
    }
    await server.stop()
  }

  @Test("that outlives its connection does no harm")
  func outlives() async throws {
    let events = Events()
    let server = try await TestServer.start { _ in
      [
        "Linger": { blob, call in
          events.record("begun")
          await events.wait(for: "release")
          call.trailingMetadata.add("x", "y")
          events.record("finished")
          if blob.bytes == [1] { throw RPCStatus(.aborted, "no") }
          return blob
        },
        "Echo": { blob, _ in blob },
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      for byte in [UInt8(0), 1] {
        try client.begin("/test.Echo/Linger").send([0, 0, 0, 0, 1, byte])
      }
      await events.wait(for: "begun", count: 2)
      client.stream.close()
      await server.server.loops[0].run { server in
        while !server.connections.isEmpty { await server.eventLoop.sleep(for: .milliseconds(1)) }
      }
      events.record("release")
      await events.wait(for: "finished", count: 2)
      let channel = try await server.connect(on: eventLoop)
      #expect(try await channel.call("Echo", Blob([3])) == Blob([3]))
      channel.close()
    }
    await server.stop()
  }

  @Test("that does not end with its call counts on: when too many do, further calls are refused")
  func runningAfterReset() async throws {
    let events = Events()
    let server = try await TestServer.start {
      $0.maxRunningCalls = 2
    } handlers: { _ in
      [
        "Linger": { blob, _ in
          events.record("begun")
          await events.wait(for: "release")
          events.record("finished")
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let lingering = try (0..<2).map { _ in try client.begin("/test.Echo/Linger") }
      for call in lingering { call.send([0, 0, 0, 0, 0]) }
      await events.wait(for: "begun", count: 2)
      for call in lingering { call.cancel() }
      let refused = try client.begin("/test.Echo/Linger")
      refused.send([0, 0, 0, 0, 0])
      await refused.ended()
      #expect(refused.code == .refusedStream)
      events.record("release")
      await events.wait(for: "finished", count: 2)
      let served = try client.begin("/test.Echo/Linger")
      served.send([0, 0, 0, 0, 0])
      await served.ended()
      #expect(served["grpc-status"] == "0")
      client.stream.close()
    }
    await server.stop()
  }
}

/// A handler that hangs until it is cancelled.
func hanging(_ events: Events) -> @Sendable (EventLoop) -> [String: TestServer.Handler] {
  { _ in
    [
      "Hang": { blob, _ in
        events.record("begun")
        await untilCancelled()
        events.record("cancelled")
        return blob
      }
    ]
  }
}

/// Says which calls had ended before they were served.
private final class PassedOver: ServerInterceptor {
  private let events: Events

  init(_ events: Events) { self.events = events }

  func interception(of method: MethodDescriptor) -> Interception? {
    let events = events
    return Interception(passOver: { call in
      events.record("\(call.path): \(call.endedEarlyAs?.description ?? "no code")")
    })
  }
}
