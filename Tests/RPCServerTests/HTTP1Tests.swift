import HTTPGateway
import RPC
import RPCTesting
import Testing

@testable import RPCServer
@testable import Reactor

@Suite("A connection that speaks HTTP/1.1", .timeLimit(.minutes(1)))
struct HTTP1Tests {
  private func start(
    configure: (inout RPCServerConfiguration) -> Void = { _ in },
    echo: @escaping @Sendable (Blob, ServerCall) async throws -> Blob = { blob, _ in blob }
  ) async throws -> TestServer {
    try await TestServer.start {
      $0.gateway = HTTPGateway([BareOperations()])
      configure(&$0)
    } handlers: { _ in
      ["Echo": echo]
    }
  }

  /// What a server says to bytes that come in these pieces, until it closes or has said `end`.
  ///
  /// - Parameter ends: Whether the client closes its side after them.
  private func answer(
    to pieces: [String], of server: TestServer, ends: Bool = false, until end: String? = nil
  ) async throws -> String {
    let text = try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop, speaks: false)
      func said() -> String { String(decoding: client.received, as: UTF8.self) }
      for piece in pieces {
        client.send(Array(piece.utf8))
        await eventLoop.sleep(for: .milliseconds(1))
      }
      if ends { client.stream.finishWriting() }
      await client.wait { client.isEnded || end.map { said().hasSuffix($0) } == true }
      client.stream.close()
      return said()
    }
    await server.stop()
    return text
  }

  private static func post(_ target: String, _ body: String, _ fields: String = "") -> String {
    let type = fields.contains("content-type") ? "" : "content-type: application/json\r\n"
    return "POST \(target) HTTP/1.1\r\nhost: a\r\n\(type)"
      + "content-length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
  }

  @Test("is told by its first bytes, in whatever pieces they come")
  func pieces() async throws {
    let request = Self.post("/echo", "[1]", "connection: close\r\n")
    let answer = try await answer(to: request.map { String($0) }, of: start())
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("\r\n\r\n[1]"))
    #expect(answer.contains("\r\ncontent-length: 3\r\n"))
    #expect(answer.contains(/\r\ndate: [A-Z][a-z]{2}, [^\r]* GMT\r\n/))
  }

  @Test("has its requests answered in turn, and goes on after each")
  func pipelined() async throws {
    let requests = [Self.post("/echo", "[1]") + Self.post("/other", "") + Self.post("/echo", "[2]")]
    let answer = try await answer(to: requests, of: start(), until: "[2]")
    let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
    #expect(statuses == ["200", "404", "200"])
  }

  @Test("whose client has closed its side has its requests answered in turn, and is closed")
  func halfClosed() async throws {
    let requests = Self.post("/echo", "[1]") + Self.post("/echo", "[2]") + "GET /echo HTTP/1.1"
    let answer = try await answer(
      to: [requests],
      of: start(echo: { blob, _ in
        try await Task.sleep(for: .milliseconds(20))
        return blob
      }), ends: true)
    let answers = answer.split(separator: "HTTP/1.1 ")
    #expect(answers.map { $0.prefix(3) + $0.suffix(3) } == ["200[1]", "200[2]"])
  }

  @Test(
    "whose client has closed its side is closed where nothing complete has come of a request",
    arguments: [
      "", "P", "GET /echo HTTP/1.1\r\nhost: a\r\n", String(post("/echo", "[1]").dropLast()),
    ])
  func cutShort(bytes: String) async throws {
    #expect(try await answer(to: [bytes], of: start(), ends: true) == "")
  }

  @Test("whose client has closed its side streams no more, as that may never end")
  func halfClosedStream() async throws {
    let server = try await TestServer.streaming {
      $0.gateway = HTTPGateway([BareOperations()])
    } _: { handlers in
      handlers.down = { _, responses, _ in
        try await responses.write(Blob(Array("1".utf8)))
        try await Task.sleep(for: .seconds(3_600))
      }
    }
    let answer = try await answer(to: [Self.post("/down", "")], of: server, ends: true)
    #expect(!answer.hasSuffix("\r\n0\r\n\r\n"))
  }

  @Test(
    "is told what is wrong with a request that is none, and closed",
    arguments: [
      ("GET /echo HTTP/1.1\r\n\r\n", "400"), ("GET /echo HTTP/3.0\r\n\r\n", "505"),
      ("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 9999\r\n\r\n", "413"),
      ("GET /\(String(repeating: "a", count: 17_000)) HTTP/1.1\r\n", "414"), ("PRO\r\n\r\n", "400"),
    ])
  func refusals(request: String, status: String) async throws {
    let answer = try await answer(to: [request], of: start { $0.maxMessageSize = 1_000 })
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
    #expect(answer.contains("connection: close\r\n") && answer.contains(#"{"code":"#))
  }

  @Test("is answered by HEAD and OPTIONS without a body, behind which the next answer begins")
  func withoutBody() async throws {
    let requests = ["HEAD /echo", "OPTIONS *", "OPTIONS /echo", "GET /echo"].map {
      "\($0) HTTP/1.1\r\nhost: a\r\n\r\n"
    }
    let answer = try await answer(
      to: [requests.joined()], of: start(echo: { _, _ in Blob(Array("[1, 2]".utf8)) }),
      until: "[1, 2]")
    let answers = answer.split(separator: "HTTP/1.1 ")
    #expect(answers.map { $0.prefix(3) } == ["200", "204", "204", "200"])
    #expect(answers[0].contains("\r\ncontent-length: 6\r\n") && answers[0].hasSuffix("\r\n\r\n"))
    #expect(answers[2].contains("\r\nallow: GET, POST, OPTIONS\r\n"))
    #expect(!answers[2].contains("content-length") && !answers[2].contains("transfer-encoding"))
  }

  @Test("can't speak gRPC")
  func grpc() async throws {
    let request = Self.post(
      "/test.Echo/Echo", "", "content-type: application/grpc\r\nconnection: close\r\n")
    #expect(try await answer(to: [request], of: start()).hasPrefix("HTTP/1.1 505 "))
  }

  @Test(
    "is closed where the head of its first request, or of a later one, does not come",
    arguments: [
      "", "P", "GET /", "POST /echo HTTP/1.1\r\nhost: a\r\n", post("/echo", "[]") + "GET /",
    ])
  func lateHead(bytes: String) async throws {
    let answer = try await answer(
      to: [bytes],
      of: start {
        $0.limits.handshakeTimeout = .milliseconds(50)
        $0.requestTimeout = .milliseconds(50)
      })
    #expect(answer.isEmpty || answer.hasSuffix("[]"))
  }

  @Test("is told to come back where there is no room for the head of its request")
  func memory() async throws {
    let head = "GET /echo HTTP/1.1\r\nhost: a\r\n"
    let large = (0..<3).map { "x-\($0): \(String(repeating: "v", count: 2_000))\r\n" }
    for pieces in [[head] + large, [head + large.joined()]] {
      let answer = try await answer(to: pieces, of: start { $0.maxConnectionMemory = 5_000 })
      #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("retry-after: 1\r\n"))
    }
  }

  @Test("takes of the memory of all what has come of a request, until it has gone")
  func sharedMemory() async throws {
    let server = try await start { $0.maxMemory = 20_000 }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop, speaks: false)
      client.send(Array("GET /a HTTP/1.1\r\nx: \(String(repeating: "v", count: 18_000))".utf8))
      await server.server.loops[0].run { loop in
        while loop.heldBytes < 18_000 { await loop.eventLoop.sleep(for: .milliseconds(1)) }
      }
      client.stream.close()
      await server.server.loops[0].run { loop in
        while loop.heldBytes > 0 { await loop.eventLoop.sleep(for: .milliseconds(1)) }
      }
    }
    await server.stop()
  }

  @Test("is told of a body that is not complete in time")
  func lateBody() async throws {
    let answer = try await answer(
      to: [String(Self.post("/echo", "[1, 2, 3]").dropLast(8))],
      of: start { $0.requestTimeout = .milliseconds(20) }, until: "\"}")
    #expect(answer.hasPrefix("HTTP/1.1 504 "))
  }

  @Test("is closed where the body of a request that was refused does not come")
  func lateRefusedBody() async throws {
    let answer = try await answer(
      to: [String(Self.post("/nope", "[1, 2, 3]").dropLast(8))],
      of: start { $0.requestTimeout = .milliseconds(20) })
    #expect(answer.hasPrefix("HTTP/1.1 404 "))
  }

  @Test("needs a body that is said to be JSON, which no other site can make a browser say")
  func unsaidType() async throws {
    let fields = "host: a\r\nconnection: close\r\ncontent-length: 2\r\n"
    let request = "POST /echo HTTP/1.1\r\n\(fields)\r\n[]"
    #expect(try await answer(to: [request], of: start()).hasPrefix("HTTP/1.1 415 "))
  }

  @Test("needs no type for a body that is not there")
  func noBody() async throws {
    for fields in ["", "content-length: 0\r\n", "transfer-encoding: chunked\r\n"] {
      let request = "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\(fields)\r\n"
      let end = fields.contains("chunked") ? "0\r\n\r\n" : ""
      #expect(try await answer(to: [request + end], of: start()).hasPrefix("HTTP/1.1 200 "))
    }
    let chunk = "transfer-encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n"
    let said = "POST /echo HTTP/1.1\r\nhost: a\r\nconnection: close\r\n" + chunk
    #expect(try await answer(to: [said], of: start()).hasPrefix("HTTP/1.1 415 "))
  }

  @Test("that has no request is closed when the server stops")
  func drain() async throws {
    let server = try await start { $0.drainGrace = .seconds(50) }
    try await onLoop { eventLoop in
      let client = try await WireClient.connect(to: server.address, on: eventLoop, speaks: false)
      client.send(Array(Self.post("/echo", "[1]").utf8))
      await client.wait { client.received.suffix(3) == Array("[1]".utf8)[...] }
      async let stopped: Void = server.stop()
      await client.wait { client.isEnded }
      client.stream.close()
      await stopped
    }
  }
}
