import HTTP2
import HTTPGateway
import ProtobufMessages
import RPC
import RPCServer
import RPCTesting
import Reactor
import Testing

/// Methods of the test's services by their names alone, whose messages are their own JSON.
struct BareOperations: HTTPOperations {
  struct Operation: HTTPOperation {
    let methodPath: String
    let streamsResponses: Bool

    func request(body: [UInt8]) throws(MessageError) -> [UInt8] { body }
    func json(of response: [UInt8]) throws(MessageError) -> [UInt8] { response }
  }

  func operation(
    _ method: String, _ target: String
  ) throws(HTTPFailure) -> (any HTTPOperation)? {
    guard ["/echo", "/down"].contains(target) else { return nil }
    guard ["GET", "HEAD", "POST"].contains(method) else {
      throw .methodNotAllowed(["GET", "POST"])
    }
    return switch target {
    case "/echo": Operation(methodPath: "/test.Echo/Echo", streamsResponses: false)
    default: Operation(methodPath: "/test.Stream/Down", streamsResponses: true)
    }
  }
}

/// A page at `/page`.
struct OnePage: HTTPResources {
  /// Called each time that it is made.
  var made: @Sendable () -> Void = {}

  func has(_ path: Substring) -> Bool { path == "/page" }

  func resource(_ path: Substring, for head: HTTPHead) throws(HTTPFailure) -> HTTPResource? {
    guard has(path) else { return nil }
    made()
    return HTTPResource(
      contentType: "text/plain", body: Array("hello".utf8), entityTag: "\"1\"")
  }
}

@Suite("A request of HTTP/2 that is not gRPC's", .timeLimit(.minutes(1)))
struct GatewayTests {
  /// The answer to one request on a connection of its own, to a server that echoes.
  private func answer(
    _ target: String = "/echo", _ fields: [HTTP2Field] = [], method: String = "POST",
    body: [UInt8] = [], ends: Bool = true, type: String? = "application/json",
    _ handler: @escaping @Sendable (Blob, ServerCall) async throws -> Blob = { blob, _ in blob },
    configure: (inout RPCServerConfiguration) -> Void = { _ in }
  ) async throws -> (status: String?, fields: [String: String], body: String) {
    let server = try await TestServer.start {
      $0.gateway = HTTPGateway([BareOperations()], resources: [OnePage()])
      configure(&$0)
    } handlers: { _ in
      ["Echo": handler]
    }
    let answer = try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      let head = Self.head(target, method, type: type)
      let call = try client.begin(fields: head + fields)
      call.send(body, ends: ends)
      await call.ended()
      // It was an answer as HTTP/2 has it: that to HEAD has no body.
      #expect(call.code == .noError)
      client.stream.close()
      let fields = Dictionary(call.fields.map { ($0.name, $0.value) }) { first, _ in first }
      return (call[":status"], fields, String(decoding: call.body, as: UTF8.self))
    }
    await server.stop()
    return answer
  }

  private static func head(
    _ target: String, _ method: String = "POST", type: String? = "application/json"
  ) -> [HTTP2Field] {
    [
      HTTP2Field(":method", method), HTTP2Field(":scheme", "http"), HTTP2Field(":path", target),
      HTTP2Field(":authority", "localhost"),
    ] + (type.map { [HTTP2Field("content-type", $0)] } ?? [])
  }

  @Test("is answered with its response as the body, and nothing of gRPC's")
  func plain() async throws {
    let answer = try await answer(body: Array(#"{"a":1}"#.utf8))
    #expect(answer.status == "200" && answer.body == #"{"a":1}"#)
    #expect(answer.fields["content-type"] == "application/json")
    #expect(answer.fields["content-length"] == "7")
    #expect(answer.fields["cache-control"] == "no-store")
    #expect(answer.fields["date"]?.hasSuffix(" GMT") == true)
    #expect(answer.fields["grpc-status"] == nil)
  }

  @Test("passes its fields to the handler, whose metadata comes back before the body")
  func fields() async throws {
    let answer = try await answer("/echo", [HTTP2Field("x-request", "7")]) { _, call in
      call.initialMetadata.add("x-answer", call.metadata["x-request"] ?? "")
      return Blob(Array("{}".utf8))
    }
    #expect(answer.fields["x-answer"] == "7")
  }

  @Test("is told of a failure by its status, and by JSON")
  func failure() async throws {
    let answer = try await answer { _, _ in
      throw RPCStatus(.unauthenticated, "who?")
    }
    #expect(answer.status == "401" && answer.body == #"{"code":16,"message":"who?"}"#)
    #expect(answer.fields["www-authenticate"] == "Bearer")
    let token = HTTP2Field("authorization", "Bearer a")
    let refused = try await self.answer("/echo", [token]) { _, _ in
      throw RPCStatus(.unauthenticated, "who?")
    }
    #expect(refused.fields["www-authenticate"] == #"Bearer error="invalid_token""#)
    let fault = try await self.answer { _, _ in throw NotTold() }
    #expect(fault.status == "500" && fault.body == #"{"code":13,"message":"internal error"}"#)
  }

  @Test("for what can't be decoded is 400, and names the field")
  func undecodable() async throws {
    let answer = try await answer(body: [0xFF])
    #expect(answer.status == "400" && answer.body.contains(#""field":"blob""#))
  }

  @Test("for a path that is not there is 404, and one of gRPC's wants gRPC's type")
  func paths() async throws {
    #expect(try await answer("/other").status == "404")
    #expect(try await answer("/test.Echo/Echo").status == "415")
  }

  @Test("for a resource is answered with it, without a body for HEAD, and not again to who has it")
  func resource() async throws {
    let page = try await answer("/page?x=1", method: "GET")
    #expect(page.status == "200" && page.body == "hello")
    #expect(page.fields["content-type"] == "text/plain" && page.fields["etag"] == "\"1\"")
    let head = try await answer("/page", method: "HEAD")
    #expect(head.status == "200" && head.body.isEmpty && head.fields["content-length"] == "5")
    let kept = try await answer("/page", [HTTP2Field("if-none-match", "\"1\"")], method: "GET")
    #expect(kept.status == "304" && kept.body.isEmpty && kept.fields["etag"] == "\"1\"")
    #expect(try await answer("/page", method: "POST").fields["allow"] == "GET, HEAD, OPTIONS")
    let missing = try await answer("/other", method: "HEAD")
    #expect(missing.status == "404" && missing.body.isEmpty)
    #expect(missing.fields["content-length"] != nil)
  }

  @Test("by HEAD is answered as by GET, but for the body, which says how long it is")
  func head() async throws {
    func answer(
      _ method: String, _ code: RPCStatusCode, _ fields: [HTTP2Field] = []
    ) async throws -> (status: String?, fields: [String: String], body: String) {
      try await self.answer("/echo", fields, method: method) { _, call in
        guard code == .ok else { throw RPCStatus(code, "no") }
        call.initialMetadata.add("x-answer", "1")
        return Blob(Array(repeating: 0x20, count: 5_000))
      }
    }
    for (code, status) in [(RPCStatusCode.ok, "200"), (.notFound, "404")] {
      let get = try await answer("GET", code)
      var head = try await answer("HEAD", code)
      #expect(head.status == status && head.body.isEmpty)
      #expect(get.fields["content-length"] == String(get.body.utf8.count))
      head.fields["date"] = get.fields["date"]
      #expect(head.fields == get.fields)
    }
    // Nor has one of a request that was refused before it was a call.
    let refused = try await answer("HEAD", .ok, [HTTP2Field("grpc-timeout", "soon")])
    #expect(refused.status == "400" && refused.body.isEmpty)
  }

  @Test("by OPTIONS is answered with what its path is there for")
  func options() async throws {
    for (target, allowed) in [
      ("/page", "GET, HEAD, OPTIONS"), ("/echo", "GET, POST, OPTIONS"),
      ("*", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    ] {
      let answer = try await answer(target, method: "OPTIONS")
      #expect(answer.status == "204" && answer.body.isEmpty && answer.fields["allow"] == allowed)
    }
    #expect(try await answer("/other", method: "OPTIONS").status == "404")
    #expect(try await answer("*", method: "GET").status == "404")
  }

  @Test("for a resource waits for room as calls do")
  func resourceWithoutRoom() async throws {
    let answer = try await answer(
      "/page", method: "GET", configure: { $0.maxConnectionMemory = 4 })
    #expect(answer.status == "429")
  }

  @Test("needs no type for a body that is not there, also where that is said only later")
  func noBody() async throws {
    let empty = try await answer(type: nil)
    #expect(empty.status == "200" && empty.body.isEmpty)
    let body = try await answer(body: Array("[]".utf8), type: nil)
    #expect(body.status == "415" && body.body.contains("application/json"))
    let open = try await answer(
      body: Array("[]".utf8), ends: false, type: nil,
      // Far more than passes on a busy machine between the head and what there is of the body.
      configure: { $0.requestTimeout = .seconds(1) })
    #expect(open.status == "415")
    let foreign = [HTTP2Field("origin", "https://elsewhere.example")]
    #expect(try await answer("/echo", foreign, type: nil).status == "415")
  }

  @Test("with a body over the limit is 413, though not all of it comes in time")
  func largeBody() async throws {
    let answer = try await answer(
      body: Array(repeating: 0x20, count: 101), ends: false,
      configure: {
        $0.maxMessageSize = 100
        // Far more than passes on a busy machine between the head and what there is of the body.
        $0.requestTimeout = .seconds(1)
      })
    #expect(answer.status == "413")
  }

  @Test("with fields over the limit is 431")
  func largeHead() async throws {
    let answer = try await answer(
      "/echo", [HTTP2Field("x-long", String(repeating: "a", count: 2_000))],
      configure: { $0.maxMetadataBytes = 1_000 })
    #expect(answer.status == "431")
  }

  @Test("with fields over the limit is told so as what it is to be, wherever that is said")
  func lateKind() async throws {
    let long = HTTP2Field("x-long", String(repeating: "a", count: 2_000))
    let many = (0..<50).map { HTTP2Field("x-\($0)", "1") }
    func ask(
      _ target: String, _ fields: [HTTP2Field], method: String = "POST"
    ) async throws -> (status: String?, fields: [String: String], body: String) {
      try await answer(
        target, fields, method: method, type: nil,
        configure: {
          $0.maxMetadataBytes = 1_000
          $0.maxMetadataFields = 20
        })
    }
    for fields in [[long], many] {
      let get = try await ask("/echo", fields, method: "GET")
      #expect(get.status == "431" && get.body.hasPrefix(#"{"code":8,"#))
      #expect(get.fields["grpc-status"] == nil && get.fields["content-type"] == "application/json")
      let json = fields + [HTTP2Field("content-type", "application/json")]
      #expect(try await ask("/echo", json).status == "431")
      let grpc = fields + [HTTP2Field("content-type", "application/grpc")]
      let call = try await ask("/test.Echo/Echo", grpc)
      #expect(call.status == "200" && call.fields["grpc-status"] == "8")
      let head = try await ask("/echo", fields, method: "HEAD")
      #expect(head.status == "431" && head.body.isEmpty)
    }
  }

  @Test("whose body is not complete in time is 504")
  func lateBody() async throws {
    let answer = try await answer(
      body: [0x7B], ends: false, configure: { $0.requestTimeout = .milliseconds(20) })
    #expect(answer.status == "504")
  }

  @Test("has a deadline where it says one")
  func deadline() async throws {
    let answer = try await answer("/echo", [HTTP2Field("grpc-timeout", "10m")]) { blob, _ in
      try await Task.sleep(for: .seconds(60))
      return blob
    }
    #expect(answer.status == "504")
    let bad = try await self.answer("/echo", [HTTP2Field("grpc-timeout", "soon")])
    #expect(bad.status == "400" && bad.body.contains(#""field":"grpc-timeout""#))
    // Where there is nothing, there is nothing to wait for.
    #expect(try await self.answer("/other", [HTTP2Field("grpc-timeout", "soon")]).status == "404")
  }

  @Test("gets the responses of a stream as they are sent, and its failure behind them")
  func stream() async throws {
    let server = try await TestServer.streaming {
      $0.gateway = HTTPGateway([BareOperations()])
    } _: { handlers in
      handlers.down = { _, responses, _ in
        try await responses.write(Blob(Array("1".utf8)))
        try await responses.write(Blob(Array("2".utf8)))
        throw RPCStatus(.aborted, "no more")
      }
    }
    let bodies = try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop)
      var bodies: [String] = []
      for accept in ["*/*", "text/event-stream"] {
        let call = try client.begin(
          fields: Self.head("/down") + [HTTP2Field("accept", accept)])
        call.send([])
        await call.ended()
        #expect(call[":status"] == "200" && call.code == .noError)
        bodies.append(String(decoding: call.body, as: UTF8.self))
      }
      client.stream.close()
      return bodies
    }
    await server.stop()
    #expect(
      bodies == [
        "1\n2\n" + #"{"error":{"code":10,"message":"no more"}}"# + "\n",
        "data: 1\n\ndata: 2\n\nevent: error\n" + #"data: {"code":10,"message":"no more"}"# + "\n\n",
      ])
  }
}

private struct NotTold: Error {}
