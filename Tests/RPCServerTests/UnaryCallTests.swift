import HTTP2
import ProtobufMessages
import RPC
import RPCClient
import RPCServer
import RPCTesting
import Reactor
import Testing

/// How a client and the server meet.
enum Meeting: CaseIterable, Sendable {
  case tcp, tcpTLS, unix, unixTLS, either

  var security: RPCEndpoint.Security {
    switch self {
    case .tcp, .unix: .plaintext
    case .tcpTLS, .unixTLS: .tls
    case .either: .either
    }
  }

  var address: SocketAddress {
    switch self {
    case .tcp, .tcpTLS, .either: .tcp(host: "127.0.0.1", port: 0)
    case .unix, .unixTLS:
      .unix(path: "/tmp/workflow-history-\(UInt64.random(in: 0 ... .max)).sock")
    }
  }
}

@Suite("A unary call", .timeLimit(.minutes(2)))
struct UnaryCallTests {
  @Test(
    "carries messages of any size up to the limit, however they meet", arguments: Meeting.allCases)
  func sizes(meeting: Meeting) async throws {
    let server = try await TestServer.start(at: meeting.address, meeting.security) { _ in
      ["Echo": { blob, _ in blob }]
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      for count in [0, 1, 5, 16_379, 16_384, 65_535, 65_536, 1 << 18, 1 << 20, 4 << 20] {
        let blob = Blob(count: count)
        #expect(try await channel.call("Echo", blob) == blob, "\(count) bytes")
      }
      channel.close()
    }
    await server.stop()
  }

  @Test("with a message over the limit is RESOURCE_EXHAUSTED, and the connection goes on")
  func overLimit() async throws {
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
      let channel = try await server.connect(on: eventLoop)
      let refusal = await status { try await channel.call("Echo", Blob(count: 4 << 20 + 1)) }
      #expect(refusal?.code == .resourceExhausted)
      #expect(events.count("asked") == 0)
      #expect(try await channel.call("Echo", Blob([7])) == Blob([7]))
      channel.close()
    }
    await server.stop()
  }

  @Test("is one of 256 at once on each of several connections, and gets its own answer")
  func concurrent() async throws {
    let events = Events()
    let server = try await TestServer.start(.tls, loops: 2) { _ in
      [
        "Echo": { blob, _ in
          events.record("here")
          await events.wait(for: "here", count: 256 * 3)
          return blob
        }
      ]
    }
    try await withThrowingTaskGroup { group in
      for connection in 0..<3 {
        group.addTask {
          try await onLoop { eventLoop in
            let channel = try await server.connect(on: eventLoop)
            let done = Events()
            for call in 0..<256 {
              eventLoop.start {
                let blob = Blob([UInt8(connection), UInt8(call & 0x7f), UInt8(call >> 7)])
                let answer = try? await channel.call("Echo", blob)
                #expect(answer == blob)
                done.record("done")
              }
            }
            await done.wait(for: "done", count: 256)
            channel.close()
          }
        }
      }
      try await group.waitForAll()
    }
    await server.stop()
  }

  @Test("that its handler refuses ends with that status and its details")
  func refusal() async throws {
    let refusal = RPCStatus(
      .failedPrecondition, "erst später", details: [.retryInfo(.seconds(3))])
    let server = try await TestServer.start { _ in ["Refuse": { _, _ in throw refusal }] }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      #expect(await status { try await channel.call("Refuse") } == refusal)
      channel.close()
    }
    await server.stop()
  }

  @Test("whose handler fails in any other way is INTERNAL, and says nothing of the inside")
  func foreignError() async throws {
    struct Secret: Error { var password = "open sesame" }
    let server = try await TestServer.start { _ in
      ["Fail": { _, _ in throw Secret() }, "Cancel": { _, _ in throw CancellationError() }]
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      #expect(
        await status { try await channel.call("Fail") } == RPCStatus(.internal, "internal error"))
      #expect(await status { try await channel.call("Cancel") }?.code == .cancelled)
      channel.close()
    }
    await server.stop()
  }

  @Test("whose message can't be decoded is INVALID_ARGUMENT with the field")
  func undecodable() async throws {
    let server = try await TestServer.start { _ in ["Echo": { blob, _ in blob }] }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let refusal = await status { try await channel.call("Echo", Blob([0xff])) }
      #expect(
        refusal?.details == [.badRequest([FieldViolation(field: "blob", description: "is 0xFF")])])
      channel.close()
    }
    await server.stop()
  }

  @Test("carries metadata to the handler, and back before and after the answer")
  func metadata() async throws {
    let server = try await TestServer.start { _ in
      [
        "Echo": { blob, call in
          call.initialMetadata.add("x-first", call.metadata["x-sent"] ?? "")
          call.trailingMetadata.add(binary: "x-last-bin", call.metadata.binary("x-sent-bin")[0])
          if blob.bytes == [1] { throw RPCStatus(.aborted, "no") }
          return blob
        }
      ]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let sent = [HTTP2Field("x-sent", "a"), HTTP2Field("x-sent-bin", "AAE=")]
      let answered = try client.begin("/test.Echo/Echo", sent)
      answered.send([0, 0, 0, 0, 0])
      await answered.ended()
      #expect(answered.blocks == 2)
      #expect(answered["x-first"] == "a")
      #expect(answered["x-last-bin"] == "AAE")
      #expect(answered["grpc-status"] == "0")
      #expect(answered.fields.first == HTTP2Field(":status", "200"))
      let refused = try client.begin("/test.Echo/Echo", sent)
      refused.send([0, 0, 0, 0, 1, 1])
      await refused.ended()
      #expect(refused.blocks == 1)
      #expect(refused["x-last-bin"] == "AAE")
      #expect(refused["grpc-status"] == "10")
      client.stream.close()
    }
    await server.stop()
  }
}
