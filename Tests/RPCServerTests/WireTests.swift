import HTTP2
import RPC
import RPCTesting
import Reactor
import Testing

@Suite("A request as it stands on the wire", .timeLimit(.minutes(1)))
struct WireTests {
  /// The answer to one request on a connection of its own.
  private func answer(
    _ path: String = "/test.Echo/Echo", method: String = "POST",
    contentType: String? = "application/grpc", _ fields: [HTTP2Field] = [], body: [UInt8]
  ) async throws -> (fields: [String: String], body: [UInt8], code: HTTP2ErrorCode?) {
    let server = try await TestServer.start { _ in ["Echo": { blob, _ in blob }] }
    let answer = try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let call = try client.begin(
        fields: [
          HTTP2Field(":method", method), HTTP2Field(":scheme", "http"), HTTP2Field(":path", path),
          HTTP2Field(":authority", "localhost"),
        ] + (contentType.map { [HTTP2Field("content-type", $0)] } ?? []) + fields)
      call.send(body)
      await call.ended()
      client.stream.close()
      let fields = Dictionary(call.fields.map { ($0.name, $0.value) }) { first, _ in first }
      return (fields, call.body, call.code)
    }
    await server.stop()
    return answer
  }

  @Test("is answered with gRPC's headers, its message and its trailers")
  func plain() async throws {
    let answer = try await answer(body: [0, 0, 0, 0, 2, 5, 6])
    #expect(answer.fields[":status"] == "200")
    #expect(answer.fields["content-type"] == "application/grpc+proto")
    #expect(answer.fields["grpc-accept-encoding"] == "identity,gzip")
    #expect(answer.fields["grpc-status"] == "0")
    #expect(answer.body == [0, 0, 0, 0, 2, 5, 6])
    #expect(answer.code == .noError)
  }

  @Test(
    "that is not gRPC gets an HTTP status and no grpc-status",
    arguments: [
      ("POST", "application/json", "415"), ("POST", nil, "415"),
      ("POST", "application/grpc+json", "415"), ("GET", "application/grpc", "405"),
    ])
  func notGRPC(method: String, contentType: String?, status: String) async throws {
    let answer = try await answer(method: method, contentType: contentType, body: [])
    #expect(answer.fields[":status"] == status)
    #expect(answer.fields["grpc-status"] == nil)
  }

  @Test(
    "that breaks gRPC's rules is answered in gRPC's way",
    arguments: [
      ([], RPCStatusCode.unimplemented), ([0, 0, 0, 0, 2, 1], .internal), ([0, 0], .internal),
      ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], .unimplemented), ([1, 0, 0, 0, 0], .internal),
      ([2, 0, 0, 0, 0], .internal), ([0, 0xff, 0xff, 0xff, 0xff], .resourceExhausted),
    ] as [([UInt8], RPCStatusCode)])
  func badBodies(body: [UInt8], code: RPCStatusCode) async throws {
    #expect(try await answer(body: body).fields["grpc-status"] == "\(code.rawValue)")
  }

  @Test(
    "for a path that is not there is UNIMPLEMENTED",
    arguments: ["/test.Echo/Other", "/test.Other/Echo", "/", "*", "test.Echo/Echo"])
  func unknownPath(path: String) async throws {
    let answer = try await answer(path, body: [0, 0, 0, 0, 0])
    #expect(answer.fields["grpc-status"] == "12")
    #expect(answer.fields[":status"] == "200")
  }

  @Test("with a malformed timeout is INTERNAL")
  func malformedTimeout() async throws {
    let answer = try await answer(
      "/test.Echo/Echo", [HTTP2Field("grpc-timeout", "soon")], body: [0, 0, 0, 0, 0])
    #expect(answer.fields["grpc-status"] == "13")
  }

  @Test("with metadata over the limit is RESOURCE_EXHAUSTED")
  func tooMuchMetadata() async throws {
    let answer = try await answer(
      "/test.Echo/Echo", (0..<200).map { HTTP2Field("x-\($0)", "v") }, body: [0, 0, 0, 0, 0])
    #expect(answer.fields["grpc-status"] == "8")
  }
}
