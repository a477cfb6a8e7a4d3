import Compression
import HTTP2
import HTTPGateway
import RPC
import RPCServer
import RPCTesting
import Reactor
import Testing

@Suite("An answer in JSON", .timeLimit(.minutes(1)))
struct GatewayCompressionTests {
  private static let token = HTTP2Field("authorization", "Bearer x")
  private static let gzip = HTTP2Field("accept-encoding", "br, gzip")
  private static let demanded = HTTP2Field("accept-encoding", "gzip, identity;q=0")
  private static let short = Array("[1]".utf8)
  private static let long = Array(("[" + String(repeating: "1, ", count: 500) + "1]").utf8)

  /// What a request is answered that is answered with its body.
  private func answer(
    to body: [UInt8], _ fields: HTTP2Field...,
    configure: (inout RPCServerConfiguration) -> Void = { _ in },
    handler: @escaping @Sendable (Blob, ServerCall) async throws -> Blob = { blob, _ in blob }
  ) async throws -> (encoding: String?, vary: String?, length: String?, body: [UInt8]) {
    let server = try await TestServer.start {
      $0.gateway = HTTPGateway([BareOperations()])
      configure(&$0)
    } handlers: { _ in
      ["Echo": handler]
    }
    let answer = try await ask(server, "/echo", fields, body)
    await server.stop()
    return answer
  }

  private func ask(
    _ server: TestServer, _ target: String, _ fields: [HTTP2Field], _ body: [UInt8]
  ) async throws -> (encoding: String?, vary: String?, length: String?, body: [UInt8]) {
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin(
        fields: [
          HTTP2Field(":method", "POST"), HTTP2Field(":scheme", "http"), HTTP2Field(":path", target),
          HTTP2Field(":authority", "localhost"), HTTP2Field("content-type", "application/json"),
        ] + fields)
      call.send(body)
      await call.ended()
      client.stream.close()
      return (call["content-encoding"], call["vary"], call["content-length"], call.body)
    }
  }

  @Test("is gzipped for a caller who takes that, where it is long enough for that to pay")
  func gzipped() async throws {
    let long = try await answer(to: Self.long, Self.token, Self.gzip)
    #expect(long.encoding == "gzip" && long.vary == "accept-encoding")
    #expect(long.body.count < 100 && long.length == String(long.body.count))
    #expect(try GzipDecompressor().decompress(long.body, limit: 10_000) == Self.long)
    let short = try await answer(to: Self.short, Self.token, Self.gzip)
    #expect(short.encoding == nil && short.vary == "accept-encoding" && short.body == Self.short)
    let unasked = try await answer(to: Self.long, Self.token)
    #expect(unasked.encoding == nil && unasked.vary == "accept-encoding")
    #expect(unasked.body == Self.long)
  }

  @Test("is gzipped from the length on that the server is set to")
  func threshold() async throws {
    for (above, encoding) in [(Self.long.count, nil), (Self.long.count - 1, "gzip")] {
      let answer = try await answer(
        to: Self.long, Self.token, Self.gzip, configure: { $0.compressJSONAbove = above })
      #expect(answer.encoding == encoding)
    }
  }

  @Test("is gzipped, however short, for a caller who takes nothing else")
  func demanded() async throws {
    let answer = try await answer(to: Self.short, Self.token, Self.demanded)
    #expect(answer.encoding == "gzip")
    #expect(try GzipDecompressor().decompress(answer.body, limit: 10) == Self.short)
  }

  @Test("is not gzipped for who brings no token: a browser may have been made to ask")
  func certificateAlone() async throws {
    for field in [Self.gzip, Self.demanded] {
      #expect(try await answer(to: Self.long, field).encoding == nil)
    }
  }

  @Test("that tells of a failure is not gzipped")
  func failure() async throws {
    let answer = try await answer(
      to: Self.long, Self.token, Self.gzip,
      handler: { _, _ in throw RPCStatus(.aborted, String(repeating: "x", count: 2_000)) })
    #expect(answer.encoding == nil && answer.body.count > 2_000)
  }

  @Test("of a stream goes on as it is, so that nothing of it is held back")
  func stream() async throws {
    let server = try await TestServer.streaming {
      $0.gateway = HTTPGateway([BareOperations()])
    } _: { handlers in
      handlers.down = { blob, responses, _ in try await responses.write(blob) }
    }
    let answer = try await ask(server, "/down", [Self.token, Self.gzip], Self.long)
    await server.stop()
    #expect(answer.encoding == nil && answer.vary == nil)
    #expect(answer.body == Self.long + [UInt8(ascii: "\n")])
  }
}
