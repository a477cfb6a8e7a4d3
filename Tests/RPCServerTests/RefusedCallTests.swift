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
      $0.requestTimeout = .seconds(1)
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
    #expect(told.map(\.method) == [path] && told.map(\.http) == [nil])
    #expect(told.map(\.status.code) == [code])
    #expect(told.first?.peer.address.hasPrefix("127.0.0.1:") == true)
    #expect(told.first?.traceparent == Self.traceparent)
  }

  /// What is told of bytes that a client sends, and the answer to which ends its connection.
  private func told(of request: String) async throws -> [RefusedCall] {
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
    return told.all
  }

  @Test(
    "are told of where they are no requests of HTTP/1.1, of which it is known how they were answered",
    arguments: [
      ("GET /echo HTTP/1.1\r\n\r\n", .invalidArgument, 400),
      ("GET /echo HTTP/3.0\r\n\r\n", .unimplemented, 505),
      ("GET /\(String(repeating: "a", count: 17_000)) HTTP/1.1\r\n", .resourceExhausted, 414),
    ] as [(String, RPCStatusCode, Int)])
  func unreadable(request: String, code: RPCStatusCode, status: Int) async throws {
    let told = try await told(of: request)
    #expect(told.map(\.status.code) == [code] && told.map(\.method) == [nil])
    #expect(told.map(\.http) == [HTTPExchange(carrier: .http1, status: status)])
  }

  @Test(
    "are told of as HTTP has them, without their query",
    arguments: [
      ("POST", "/test.Echo/Echo?user=bob", "application/grpc", .unimplemented, 505),
      ("DELETE", "/other?user=bob", "application/json", .notFound, 404),
    ] as [(String, String, String, RPCStatusCode, Int)])
  func http1(
    method: String, target: String, type: String, code: RPCStatusCode, status: Int
  ) async throws {
    let told = try await told(
      of: "\(method) \(target) HTTP/1.1\r\nhost: a\r\ncontent-type: \(type)\r\n"
        + "connection: close\r\n\r\n")
    #expect(told.map(\.status.code) == [code] && told.map(\.method) == [nil])
    let path = String(target.prefix { $0 != "?" })
    let asked = HTTPExchange(carrier: .http1, method: method, target: path, status: status)
    #expect(told.map(\.http) == [asked])
  }

  @Test(
    "are told of by what HTTP/2 answered, which the code alone does not tell",
    arguments: [
      ("POST", "/other?user=bob", "application/json", nil, 404),
      ("POST", "/test.Echo/Echo", "application/json", nil, 415),
      ("GET", "/test.Echo/Echo?user=bob", "application/grpc", nil, 405),
      ("POST", "/echo", "application/json", "/test.Echo/Echo", 413),
    ] as [(String, String, String, String?, Int)])
  func http2(
    method: String, target: String, type: String, called: String?, status: Int
  ) async throws {
    let told = Told()
    let server = try await TestServer.start {
      $0.gateway = HTTPGateway([BareOperations()])
      $0.maxMessageSize = 4
      $0.refused = { told.note($0) }
    } handlers: { _ in
      ["Echo": { blob, _ in blob }]
    }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin(fields: [
        HTTP2Field(":method", method), HTTP2Field(":scheme", "http"),
        HTTP2Field(":path", target), HTTP2Field(":authority", "localhost"),
        HTTP2Field("content-type", type),
      ])
      call.send(Array("[1, 2]".utf8), ends: true)
      await call.ended()
      #expect(call[":status"] == String(status))
      client.stream.close()
    }
    await server.stop()
    #expect(told.all.map(\.method) == [called])
    let path = String(target.prefix { $0 != "?" })
    let asked = HTTPExchange(carrier: .http2, method: method, target: path, status: status)
    #expect(told.all.map(\.http) == [asked])
  }

  @Test(
    "are no calls that came to their handlers", arguments: ["/test.Echo/Echo", "/test.Echo/Fail"])
  func served(path: String) async throws {
    #expect(try await told(path, [0, 0, 0, 0, 0]).isEmpty)
  }
}
