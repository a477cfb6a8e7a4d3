import HTTP2
import RPC
import RPCClient
import RPCServer
import RPCTesting
import Reactor
import TLS
import Testing

@Suite("A channel", .timeLimit(.minutes(1)))
struct ChannelTests {
  private func echo(tls: Bool = false) async throws -> TestServer {
    try await TestServer.start(tls ? .tls : .plaintext) { _ in ["Echo": { blob, _ in blob }] }
  }

  @Test(
    "to where nobody listens is UNAVAILABLE",
    arguments: ["127.0.0.1:1", "unix:/nonexistent/socket", "no-such-host.invalid:1"])
  func nobodyListens(address: String) async throws {
    try await onLoop { eventLoop in
      let address = try #require(SocketAddress(address))
      let refused = await status {
        try await RPCChannel.connect(to: address, .plaintext, on: eventLoop)
      }
      #expect(refused?.code == .unavailable)
    }
  }

  @Test("trusts a certificate for the name or the numeric address that was asked for")
  func trusted() async throws {
    let server = try await echo(tls: true)
    try await onLoop { eventLoop in
      let trust = try TestCertificate.shared.get().client
      for host in ["localhost", "127.0.0.1"] {
        let channel = try await RPCChannel.connect(
          to: server.address, .tls(trust, host: host), on: eventLoop)
        #expect(try await channel.call("Echo", Blob([1])) == Blob([1]))
        channel.close()
      }
    }
    await server.stop()
  }

  @Test("does not trust a certificate for another name, nor one that nobody vouches for")
  func notTrusted() async throws {
    let server = try await echo(tls: true)
    let trust = try TestCertificate.shared.get().client
    let stranger = try TestCertificate()
    try await onLoop { eventLoop in
      for (context, host) in [
        (trust, "example.com"), (trust, "127.0.0.2"), (stranger.client, "localhost"),
      ] {
        let refused = await status {
          try await RPCChannel.connect(
            to: server.address, .tls(context, host: host), on: eventLoop)
        }
        #expect(refused?.code == .unavailable)
        #expect(refused?.message.contains("certificate") == true, "\(String(describing: refused))")
      }
    }
    await server.stop()
  }

  @Test(
    "that was closed refuses calls at once, and fails those that run", arguments: [false, true])
  func closed(tls: Bool) async throws {
    let events = Events()
    let server = try await TestServer.start(tls ? .tls : .plaintext) { _ in
      [
        "Hang": { blob, _ in
          events.record("begun")
          await untilCancelled()
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
      channel.close()
      await events.wait(for: "ended")
      #expect(await status { try await channel.call("Hang") }?.code == .unavailable)
      channel.close()
    }
    await server.stop()
  }

  @Test("whose server has gone refuses calls at once")
  func serverGone() async throws {
    let server = try await echo()
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      #expect(try await channel.call("Echo", Blob([1])) == Blob([1]))
      await server.stop()
      // The server's farewell may come before the first of these, or after it.
      for _ in 0..<3 {
        #expect(await status { try await channel.call("Echo") }?.code == .unavailable)
      }
      channel.close()
    }
  }

  @Test("keeps a call's deadline itself, where the server does not answer at all")
  func deadline() async throws {
    try await onLoop { eventLoop in
      // It accepts, and says nothing.
      let listener = try Listener(
        on: .tcp(host: "127.0.0.1", port: 0), eventLoop: eventLoop
      ) { $0.close() }
      let silent = Silent()
      let holding = try Listener(
        on: .tcp(host: "127.0.0.1", port: 0), eventLoop: eventLoop
      ) { silent.hold($0, on: eventLoop) }
      let channel = try await RPCChannel.connect(to: holding.address, .plaintext, on: eventLoop)
      let late = await status { try await channel.call("Echo", timeout: .milliseconds(20)) }
      #expect(late == RPCStatus(.deadlineExceeded, "the call's deadline has passed"))
      channel.close()
      // And where the server hangs up, without a deadline.
      let other = try await RPCChannel.connect(to: listener.address, .plaintext, on: eventLoop)
      #expect(await status { try await other.call("Echo") }?.code == .unavailable)
      other.close()
      listener.close()
      holding.close()
      silent.stream?.close()
    }
  }

  @Test("passes on the deadline and the metadata of a call")
  func deadlineIsSent() async throws {
    let server = try await TestServer.start { _ in
      [
        "Told": { _, call in
          let timeout = call.timeout.map { $0 == .seconds(7) } ?? false
          return Blob([timeout ? 1 : 0] + Array((call.metadata["authorization"] ?? "").utf8))
        }
      ]
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      let metadata = Metadata([RPCField("authorization", "x")])
      let told = try await channel.call("Told", metadata: metadata, timeout: .seconds(7))
      #expect(told == Blob([1, 0x78]))
      #expect(try await channel.call("Told") == Blob([0]))
      channel.close()
    }
    await server.stop()
  }

  @Test("says INTERNAL of an answer that can't be decoded, and goes on")
  func undecodableAnswer() async throws {
    let server = try await TestServer.start { _ in
      ["Answer": { blob, _ in blob.bytes.isEmpty ? Blob([0xff]) : blob }]
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      #expect(await status { try await channel.call("Answer") }?.code == .internal)
      #expect(try await channel.call("Answer", Blob([1])) == Blob([1]))
      channel.close()
    }
    await server.stop()
  }

  @Test("takes answers of up to 16 MiB, and says RESOURCE_EXHAUSTED of a longer one")
  func largeAnswers() async throws {
    let limit = 16 << 20
    let server = try await TestServer.start { _ in
      ["Big": { blob, _ in Blob([UInt8](repeating: 1, count: limit + blob.bytes.count)) }]
    }
    try await onLoop { eventLoop in
      let channel = try await server.connect(on: eventLoop)
      #expect(try await channel.call("Big").bytes.count == limit)
      #expect(await status { try await channel.call("Big", Blob([1])) }?.code == .resourceExhausted)
      channel.close()
    }
    await server.stop()
  }
}

/// Holds a connection, and says nothing.
private final class Silent {
  private(set) var stream: ByteStream?

  func hold(_ socket: consuming OwnedSocket, on eventLoop: EventLoop) {
    stream = try? ByteStream(adopting: socket, on: eventLoop)
  }
}
