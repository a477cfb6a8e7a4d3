@testable import HTTP2
import Testing

@Suite("A client's and a server's HTTP/2 session")
struct ExchangeTests {
  static let ok = [HTTP2Field(":status", "200"), HTTP2Field("content-type", "application/grpc")]
  static let trailers = [HTTP2Field("grpc-status", "0"), HTTP2Field("x-trailer", "é")]

  @Test(
    "carry a request, and its answer with body and trailers",
    arguments: [nil, 1, 2, 3] as [UInt64?])
  func exchange(seed: UInt64?) throws {
    let (client, server) = (try Peer.client(), try Peer.server())
    let wire = Wire(client, server, seed: seed)
    let call = try client.request("/a.B/C", [HTTP2Field("x-name", "value")])
    call.stream.write(Array("question".utf8))
    call.stream.finish()
    try wire.pass()

    let request = try #require(server.requests.first)
    #expect(request.head.method == "POST")
    #expect(request.head.scheme == "https")
    #expect(request.head.authority == "localhost")
    #expect(request.head.path == "/a.B/C")
    #expect(
      request.head.fields == [HTTP2Field("te", "trailers"), HTTP2Field("x-name", "value")])
    #expect(!request.head.isTooLarge)
    #expect(!request.endsStream)
    #expect(request.recorder.events == [.data, .end])
    #expect(request.recorder.body == Array("question".utf8))
    #expect(request.stream.peerEnded)

    request.stream.respond(Self.ok)
    request.stream.write(Array("ans".utf8))
    request.stream.write(Array("wer".utf8))
    request.stream.finish(trailers: Self.trailers)
    try wire.pass()
    #expect(call.recorder.body == Array("answer".utf8))
    #expect(
      call.recorder.events == [
        .fields(Self.ok, endsStream: false), .data, .fields(Self.trailers, endsStream: true),
        .closed(.noError),
      ])
    #expect(request.recorder.events == [.data, .end, .closed(.noError)])
    #expect(call.stream.isClosed)
    #expect(request.stream.isClosed)
    #expect(client.session.openStreams == 0)
    #expect(server.session.openStreams == 0)
  }

  @Test("say that a request without a body has ended with its head")
  func noBody() throws {
    let server = try Peer.server()
    try server.receivePreface()
    try server.receive([.headers(1, Head.good)])
    #expect(server.requests.first?.endsStream == true)
    #expect(server.requests.first?.stream.peerEnded == true)
    #expect(server.requests.first?.recorder.events == [])
  }

  @Test("hear the end of a request that ends with trailers, of which nothing is kept")
  func requestTrailers() throws {
    let (client, server) = (try Peer.client(), try Peer.server())
    let wire = Wire(client, server)
    let call = try client.request()
    call.stream.write([1])
    call.stream.finish(trailers: [HTTP2Field("x-late", "1")])
    try wire.pass()
    #expect(server.requests.first?.recorder.events == [.data, .end])
  }

  @Test("answer with trailers alone")
  func trailersOnly() throws {
    let (client, server) = (try Peer.client(), try Peer.server())
    let call = try client.request()
    call.stream.finish()
    server.serve = { $0.stream.respondAndEnd(Self.ok + Self.trailers) }
    try Wire(client, server).pass()
    #expect(
      call.recorder.events == [
        .fields(Self.ok + Self.trailers, endsStream: true), .closed(.noError),
      ])
  }

  @Test("end an answer without trailers", arguments: [[], [1, 2, 3]] as [[UInt8]])
  func noTrailers(body: [UInt8]) throws {
    let (client, server) = (try Peer.client(), try Peer.server())
    let call = try client.request()
    call.stream.finish()
    server.serve = {
      $0.stream.respond(Self.ok)
      $0.stream.write(body)
      $0.stream.finish()
    }
    try Wire(client, server).pass()
    #expect(call.recorder.body == body)
    #expect(call.recorder.events.suffix(2) == [.end, .closed(.noError)])
  }

  @Test("keep streams apart that run at once", arguments: [nil, 4, 5] as [UInt64?])
  func interleaved(seed: UInt64?) throws {
    let (client, server) = (try Peer.client(), try Peer.server())
    let wire = Wire(client, server, seed: seed)
    let calls = try (0..<20).map { try client.request("/s/\($0)") }
    for round in 0..<10 {
      for (number, call) in calls.enumerated() {
        call.stream.write([UInt8](repeating: UInt8(number), count: 1 + number * round))
      }
      try wire.pass()
    }
    for call in calls { call.stream.finish() }
    try wire.pass()
    #expect(server.requests.count == 20)
    // Answered in another order than they were asked.
    for request in server.requests.reversed() {
      request.stream.respond(Self.ok)
      request.stream.write(request.recorder.body)
      request.stream.finish(trailers: [HTTP2Field("x-path", request.head.path)])
    }
    try wire.pass()
    for (number, call) in calls.enumerated() {
      let size = (0..<10).reduce(0) { $0 + 1 + number * $1 }
      #expect(call.recorder.body == [UInt8](repeating: UInt8(number), count: size))
      #expect(
        call.recorder.events.suffix(2) == [
          .fields([HTTP2Field("x-path", "/s/\(number)")], endsStream: true), .closed(.noError),
        ])
    }
    #expect(client.session.openStreams == 0)
    #expect(server.session.openStreams == 0)
  }

  @Test("keep to the peer's windows, and send all in the end", arguments: [nil, 6] as [UInt64?])
  func flowControl(seed: UInt64?) throws {
    var settings = HTTP2Settings()
    settings.streamWindow = 1_000
    settings.connectionWindow = 3_000
    let (client, server) = (try Peer.client(settings), try Peer.server(settings))
    let wire = Wire(client, server, seed: seed)
    var generator = SeededGenerator(8)
    let body = generator.bytes(seed == nil ? 4 << 20 : 200_000)
    let call = try client.request()
    // Settings first: until they have come, the window is 65,535 bytes.
    try wire.pass()
    call.stream.write(body)
    call.stream.finish()
    #expect(call.stream.pendingBytes == body.count)
    let sent = Frame.parse(client.outgoing())
    #expect(sent.of(.data).reduce(0) { $0 + $1.payload.count } == 1_000)
    #expect(call.stream.pendingBytes == body.count - 1_000)
    try server.receive(sent)
    try wire.pass()
    #expect(call.stream.pendingBytes == 0)
    let request = try #require(server.requests.first)
    #expect(request.recorder.body == body)
    request.stream.respond(Self.ok)
    request.stream.write(body)
    request.stream.finish(trailers: Self.trailers)
    try wire.pass()
    #expect(request.stream.pendingBytes == 0)
    #expect(call.recorder.body == body)
    #expect(call.recorder.closings == [.noError])
  }

  @Test("free a body's pieces as they are sent, where the writer stays ahead")
  func longBody() throws {
    var settings = HTTP2Settings()
    settings.streamWindow = 20_000
    let (client, server) = (try Peer.client(), try Peer.server(settings))
    let wire = Wire(client, server)
    let call = try client.request()
    try wire.pass()
    var sent: [UInt8] = []
    for _ in 0..<200 {
      // More than a window, so that something always waits.
      while call.stream.pendingBytes < 40_000 {
        let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: sent.count / 500), count: 500)
        call.stream.write(piece)
        sent += piece
      }
      try server.receive(client.outgoing())
      try client.receive(server.outgoing())
      #expect(call.stream.body.places < 300)
    }
    call.stream.finish()
    try wire.pass()
    #expect(server.requests.first?.recorder.body == sent)
  }

  @Test("hand over many small frames at a time, and about as much as is asked for")
  func outgoing() throws {
    let client = try Peer.client()
    for _ in 0..<50 { _ = try client.request() }
    var pieces: [Int] = []
    #expect(!client.session.takeOutgoing(upTo: 1 << 20) { pieces.append($0.byteCount) })
    #expect(pieces.count == 1)
    let call = try client.request()
    call.stream.write([UInt8](repeating: 0, count: 60_000))
    pieces = []
    #expect(client.session.takeOutgoing(upTo: 20_000) { pieces.append($0.byteCount) })
    #expect(pieces.reduce(0, +) < 20_000 + 16_393)
  }

  @Test("send prepared fields before those that are made for one answer")
  func preparedFields() throws {
    let (client, server) = (try Peer.client(), try Peer.server())
    let prepared = PreparedFields([HTTP2Field(":status", "200"), HTTP2Field("x-kind", "one")])
    server.serve = {
      $0.stream.respond([HTTP2Field("x-own", "2")], after: prepared)
      $0.stream.write([1])
      $0.stream.finish(after: PreparedFields([HTTP2Field("grpc-status", "0")]))
    }
    let call = try client.request()
    call.stream.finish()
    try Wire(client, server).pass()
    #expect(
      call.recorder.events == [
        .fields(
          [
            HTTP2Field(":status", "200"), HTTP2Field("x-kind", "one"), HTTP2Field("x-own", "2"),
          ], endsStream: false), .data,
        .fields([HTTP2Field("grpc-status", "0")], endsStream: true), .closed(.noError),
      ])
  }

  @Test("have heads of their own, whoever keeps them")
  func keptHeads() throws {
    let (client, server) = (try Peer.client(), try Peer.server())
    for path in ["/a.B/First", "/a.B/2", "/a.B/Third"] {
      try client.request(path, [HTTP2Field("x-path", path)]).stream.finish()
    }
    try Wire(client, server).pass()
    #expect(server.requests.map(\.head.path) == ["/a.B/First", "/a.B/2", "/a.B/Third"])
    #expect(
      server.requests.map { $0.head.fields.last?.value } == ["/a.B/First", "/a.B/2", "/a.B/Third"])
  }
}
