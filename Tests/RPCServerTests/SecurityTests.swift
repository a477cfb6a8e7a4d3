import RPC
import RPCClient
import RPCServer
import RPCTesting
import Reactor
import Testing

@Suite("How a connection begins", .timeLimit(.minutes(1)))
struct SecurityTests {
  private static let clientHello: [UInt8] = [22, 3, 1, 0, 5]

  private func echo(
    _ security: RPCEndpoint.Security,
    configure: (inout RPCServerConfiguration) -> Void = { _ in }
  ) async throws -> TestServer {
    try await TestServer.start(security, configure: configure) { _ in
      ["Echo": { blob, _ in blob }]
    }
  }

  @Test(
    "a client that says nothing, or not enough, is let go after the handshake's time",
    arguments: [
      (RPCEndpoint.Security.tls, []), (.tls, clientHello), (.plaintext, []), (.either, []),
      (.either, clientHello),
    ] as [(RPCEndpoint.Security, [UInt8])])
  func handshakeTimeout(security: RPCEndpoint.Security, bytes: [UInt8]) async throws {
    let server = try await echo(security) { $0.limits.handshakeTimeout = .milliseconds(20) }
    try await onLoop { eventLoop in
      let silent = try await WireClient.connect(
        to: server.address, on: eventLoop, speaks: false)
      silent.send(bytes)
      await silent.wait { silent.isEnded }
    }
    await server.stop()
  }

  @Test("a connection whose handshake is done stays for longer than that")
  func handshakeDone() async throws {
    // Far more than a handshake takes on a busy machine.
    let server = try await echo(.either) { $0.limits.handshakeTimeout = .seconds(2) }
    try await onLoop { eventLoop in
      let encrypted = try await server.connect(on: eventLoop)
      let plain = try await RPCChannel.connect(to: server.address, .plaintext, on: eventLoop)
      for channel in [encrypted, plain] { _ = try await channel.call("Echo", Blob([1])) }
      // It comes later, and has the same time.
      let silent = try await WireClient.connect(
        to: server.address, on: eventLoop, speaks: false)
      await silent.wait { silent.isEnded }
      for channel in [encrypted, plain] {
        #expect(try await channel.call("Echo", Blob([1])) == Blob([1]))
        channel.close()
      }
    }
    await server.stop()
  }

  @Test("plaintext at a port for TLS is closed, and the next client served")
  func plaintextToTLS() async throws {
    let server = try await echo(.tls)
    try await onLoop { eventLoop in
      let plain = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try plain.begin("/test.Echo/Echo")
      call.send([0, 0, 0, 0, 0])
      await plain.wait { plain.isEnded }
      #expect(call.fields.isEmpty)
      let channel = try await server.connect(on: eventLoop)
      #expect(try await channel.call("Echo", Blob([1])) == Blob([1]))
      channel.close()
    }
    await server.stop()
  }

  @Test("TLS at a port for plaintext is UNAVAILABLE at the client, and the next client served")
  func tlsToPlaintext() async throws {
    let server = try await echo(.plaintext)
    try await onLoop { eventLoop in
      let trust = try TestCertificate.shared.get().client
      let refused = await status {
        try await RPCChannel.connect(
          to: server.address, .tls(trust, host: "localhost"), on: eventLoop)
      }
      #expect(refused?.code == .unavailable)
      let channel = try await server.connect(on: eventLoop)
      #expect(try await channel.call("Echo", Blob([1])) == Blob([1]))
      channel.close()
    }
    await server.stop()
  }

  @Test(
    "what is neither TLS nor HTTP/2 is closed, and the next client served",
    arguments: [RPCEndpoint.Security.tls, .plaintext, .either],
    [Array("GET / HTTP/1.1\r\nhost: x\r\n\r\n".utf8), Array(repeating: 0, count: 4096)])
  func garbage(security: RPCEndpoint.Security, bytes: [UInt8]) async throws {
    let server = try await echo(security)
    try await onLoop { eventLoop in
      let stranger = try await WireClient.connect(
        to: server.address, on: eventLoop, speaks: false)
      stranger.send(bytes)
      await stranger.wait { stranger.isEnded }
      let channel = try await server.connect(on: eventLoop)
      #expect(try await channel.call("Echo", Blob([1])) == Blob([1]))
      channel.close()
    }
    await server.stop()
  }
}
