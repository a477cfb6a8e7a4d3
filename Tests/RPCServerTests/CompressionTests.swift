import Compression
import HTTP2
import RPC
import RPCServer
import RPCTesting
import Reactor
import Testing

@Suite("Compression", .timeLimit(.minutes(1)))
struct CompressionTests {
  private static let gzip = HTTP2Field("grpc-encoding", "gzip")
  private static let accepting = HTTP2Field("grpc-accept-encoding", "identity, deflate , gzip")

  private static func compressed(_ message: [UInt8]) -> [UInt8] {
    var framed = GzipCompressor().compress(message, prefix: 5)
    MessageDeframer.writePrefix(into: &framed, isCompressed: true)
    return framed
  }

  private static func plain(_ message: [UInt8]) -> [UInt8] {
    var framed = [UInt8](repeating: 0, count: 5) + message
    MessageDeframer.writePrefix(into: &framed)
    return framed
  }

  /// A server of `Echo`, which says by its first byte whether its request came compressed.
  private func server(
    _ compression: ServerCall.Compression = .automatic, above threshold: Int? = nil
  ) async throws -> TestServer {
    try await TestServer.start {
      $0.compressAbove = threshold
      $0.maxMessageSize = 100_000
    } handlers: { _ in
      [
        "Echo": { blob, call in
          call.compression = compression
          return Blob([call.requestWasCompressed ? 1 : 0] + blob.bytes)
        }
      ]
    }
  }

  private func call(
    _ server: TestServer, _ body: [UInt8], _ fields: [HTTP2Field],
    _ check: @Sendable (WireCall) throws -> Void
  ) async throws {
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin("/test.Echo/Echo", fields)
      call.send(body)
      await call.ended()
      try check(call)
      client.stream.close()
    }
    await server.stop()
  }

  @Test("of a request is undone, message by message")
  func request() async throws {
    try await call(try await server(), Self.compressed([5, 6, 7]), [Self.gzip]) {
      #expect($0.body == Self.plain([1, 5, 6, 7]))
    }
    try await call(try await server(), Self.plain([5, 6, 7]), [Self.gzip]) {
      #expect($0.body == Self.plain([0, 5, 6, 7]))
    }
  }

  @Test("that was not announced is INTERNAL, and one that we do not have UNIMPLEMENTED")
  func unannounced() async throws {
    let body = Self.compressed([5])
    try await call(try await server(), body, []) { #expect($0["grpc-status"] == "13") }
    try await call(try await server(), body, [HTTP2Field("grpc-encoding", "snappy")]) {
      #expect($0["grpc-status"] == "12")
      #expect($0["grpc-accept-encoding"] == "identity,gzip")
    }
  }

  @Test("that is broken is INTERNAL")
  func broken() async throws {
    var body = Self.compressed([UInt8](repeating: 3, count: 1_000))
    body[body.count - 6] ^= 1
    try await call(try await server(), body, [Self.gzip]) { #expect($0["grpc-status"] == "13") }
  }

  @Test("does not let a small message grow over the limit (a bomb)")
  func bomb() async throws {
    let body = Self.compressed([UInt8](repeating: 0, count: 10 << 20))
    #expect(body.count < 100_000)
    try await call(try await server(), body, [Self.gzip]) {
      #expect($0["grpc-status"] == "8")
      #expect($0.body.isEmpty)
    }
  }

  @Test("of responses begins above a size, for callers that take it")
  func responses() async throws {
    let text = [UInt8](repeating: 4, count: 2_000)
    try await call(try await server(above: 1_000), Self.plain(text), [Self.accepting]) {
      #expect($0["grpc-encoding"] == "gzip")
      #expect($0.body.first == 1)
      let compressed = Array($0.body.dropFirst(5))
      let decompressed = try GzipDecompressor().decompress(compressed, limit: 10_000)
      #expect(decompressed == [0] + text)
    }
    try await call(try await server(above: 1_000), Self.plain([4]), [Self.accepting]) {
      #expect($0.body == Self.plain([0, 4]))
    }
    try await call(try await server(above: 1_000), Self.plain(text), []) {
      #expect($0["grpc-encoding"] == nil)
      #expect($0.body == Self.plain([0] + text))
    }
  }

  @Test("that would make a response longer is left out, unless the handler asks for it")
  func incompressible() async throws {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<2_000).map { _ in UInt8.random(in: 0..<128, using: &generator) }
    try await call(try await server(above: 0), Self.plain([1, 2, 3]), [Self.accepting]) {
      #expect($0.body == Self.plain([0, 1, 2, 3]))
    }
    try await call(try await server(.always), Self.plain(noise), [Self.accepting]) {
      #expect($0.body.first == 1)
    }
    try await call(try await server(.never, above: 0), Self.plain(noise), [Self.accepting]) {
      #expect($0.body == Self.plain([0] + noise))
    }
  }
}
