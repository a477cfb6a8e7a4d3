import HTTP2
import HTTPGateway
import ProtobufMessages
import RPC
import RPCTesting
import Reactor
import Synchronization
import Testing

import RPCServer

@Suite("Calls that come to no interceptor", .timeLimit(.minutes(1)))
struct RefusedCallTests {
  private static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

  private final class Told: Sendable {
    private let calls = Mutex<[RefusedCall]>([])
    var all: [RefusedCall] { calls.withLock { $0 } }
    func note(_ call: RefusedCall) { calls.withLock { $0.append(call) } }
  }

  /// What is told of one call whose request consists of these bytes, and ends there or not.
  private func told(
    _ path: String, _ body: [UInt8], ends: Bool = true
  ) async throws -> [RefusedCall] {
    let told = Told()
    let server = try await TestServer.start {
      $0.maxMessageSize = 4
      // Far more than passes on a busy machine between the head and what there is of the body.
      $0.requestTimeout = .milliseconds(250)
      $0.refused = { told.note($0) }
    } handlers: { _ in
      ["Echo": { blob, _ in blob }, "Fail": { _, _ in throw RPCStatus(.aborted, "no") }]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin(path, [HTTP2Field("traceparent", Self.traceparent)])
      call.send(body, ends: ends)
      await call.ended()
      client.stream.close()
    }
    await server.stop()
    return told.all
  }

  @Test(
    "are told of with their code, path, peer and trace",
    arguments: [
      ("/test.Echo/Other", [0, 0, 0, 0, 0], true, .unimplemented),
      ("/test.Echo/Echo", [0, 0, 0, 0, 9], true, .resourceExhausted),
      ("/test.Echo/Echo", [0, 0, 0], false, .deadlineExceeded),
    ] as [(String, [UInt8], Bool, RPCStatusCode)])
  func refused(path: String, body: [UInt8], ends: Bool, code: RPCStatusCode) async throws {
    let told = try await told(path, body, ends: ends)
    #expect(told.map(\.path) == [path])
    #expect(told.map(\.status.code) == [code])
    #expect(told.first?.peer.address.hasPrefix("127.0.0.1:") == true)
    #expect(told.first?.traceparent == Self.traceparent)
  }

  @Test(
    "are told of where they are no requests of HTTP/1.1, or none that are taken",
    arguments: [
      ("GET /echo HTTP/1.1\r\n\r\n", "HTTP/1.1", .invalidArgument),
      ("GET /echo HTTP/3.0\r\n\r\n", "HTTP/1.1", .unimplemented),
      (
        "GET /\(String(repeating: "a", count: 17_000)) HTTP/1.1\r\n", "HTTP/1.1", .resourceExhausted
      ),
      (
        "POST /test.Echo/Echo HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\n"
          + "connection: close\r\n\r\n", "/test.Echo/Echo", .unimplemented
      ),
    ] as [(String, String, RPCStatusCode)])
  func http1(request: String, path: String, code: RPCStatusCode) async throws {
    let told = Told()
    let server = try await TestServer.start {
      $0.gateway = HTTPGateway([BareOperations()])
      $0.refused = { told.note($0) }
    } handlers: { _ in
      [:]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop, speaks: false)
      client.send(Array(request.utf8))
      await client.wait { client.isEnded }
    }
    await server.stop()
    #expect(told.all.map(\.path) == [path] && told.all.map(\.status.code) == [code])
  }

  @Test(
    "are no calls that came to their handlers", arguments: ["/test.Echo/Echo", "/test.Echo/Fail"])
  func served(path: String) async throws {
    #expect(try await told(path, [0, 0, 0, 0, 0]).isEmpty)
  }
}
