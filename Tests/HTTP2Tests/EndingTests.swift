import HTTP2
import Testing

@Suite("How HTTP/2 streams and sessions end")
struct EndingTests {
  let client: Peer
  let server: Peer
  let wire: Wire

  init() throws {
    client = try .client()
    server = try .server()
    wire = Wire(client, server)
  }

  static let answer = [HTTP2Field(":status", "200"), HTTP2Field("grpc-status", "8")]

  @Test("an answer that is complete stops a client that still sends, with NO_ERROR")
  func earlyAnswer() throws {
    let call = try client.request()
    call.stream.write([1])
    server.serve = { $0.stream.respondAndEnd(Self.answer) }
    try server.receive(client.outgoing())
    let said = server.outgoingFrames()
    let kinds = said.filter { $0.stream == 1 }.map(\.kind)
    #expect(
      kinds == [Frame.Kind.headers.rawValue, Frame.Kind.reset.rawValue],
      "the reset is after the trailers")
    #expect(said.of(.reset).map { $0.number(at: 0) } == [0])
    try client.receive(said)
    #expect(
      call.recorder.events == [.fields(Self.answer, endsStream: true), .closed(.noError)])
    #expect(server.requests.first?.recorder.closings == [.noError])
    #expect(server.session.openStreams == 0)
  }

  @Test("and with trailers after a body too, or with the code that the server likes better")
  func codeAfterEnd() throws {
    let call = try client.request()
    server.serve = {
      $0.stream.codeAfterEnd = .cancel
      $0.stream.respond([HTTP2Field(":status", "200")])
      $0.stream.write([7])
      $0.stream.finish(trailers: [HTTP2Field("grpc-status", "4")])
    }
    try wire.pass()
    #expect(
      call.recorder.events == [
        .fields([HTTP2Field(":status", "200")], endsStream: false), .data,
        .fields([HTTP2Field("grpc-status", "4")], endsStream: true), .closed(.cancel),
      ])
  }

  @Test("no reset follows an answer to a client that has ended")
  func noReset() throws {
    let call = try client.request()
    call.stream.finish()
    server.serve = { $0.stream.respondAndEnd(Self.answer) }
    try server.receive(client.outgoing())
    #expect(server.outgoingFrames().of(.reset) == [])
  }

  @Test("a reset by the client closes both ends once")
  func clientReset() throws {
    let call = try client.request()
    call.stream.write([1])
    try wire.pass()
    call.stream.reset(.cancel)
    call.stream.reset(.cancel)
    try wire.pass()
    let request = try #require(server.requests.first)
    #expect(call.recorder.closings == [.cancel])
    #expect(request.recorder.closings == [.cancel])
    #expect(request.recorder.events.last == .closed(.cancel))
    #expect(client.session.openStreams == 0)
    #expect(server.session.openStreams == 0)
  }

  @Test("a reset by the server closes both ends once")
  func serverReset() throws {
    let call = try client.request()
    server.serve = { $0.stream.reset(.enhanceYourCalm) }
    try wire.pass()
    #expect(call.recorder.closings == [.enhanceYourCalm])
    #expect(server.requests.first?.recorder.closings == [.enhanceYourCalm])
  }

  @Test("a request that is reset before it was sent closes too")
  func resetBeforeSent() throws {
    let call = try client.request()
    call.stream.reset(.cancel)
    try wire.pass()
    #expect(call.recorder.closings.count == 1)
    #expect(client.session.openStreams == 0)
    #expect(server.session.openStreams == 0)
  }

  @Test("what is sent on a stream that is over is dropped")
  func sendAfterClose() throws {
    let call = try client.request()
    server.serve = { $0.stream.reset(.cancel) }
    try wire.pass()
    let request = try #require(server.requests.first)
    for stream in [call.stream, request.stream] {
      #expect(stream.isClosed)
      stream.respond(Self.answer)
      stream.respondAndEnd(Self.answer)
      stream.write([1, 2, 3])
      stream.finish(trailers: Self.answer)
      stream.reset(.cancel)
      #expect(stream.pendingBytes == 0)
    }
    #expect(client.outgoing() == [])
    #expect(server.outgoing() == [])
  }

  @Test("what is written after the end of a body, or of the answer, is dropped")
  func writeAfterFinish() throws {
    let call = try client.request()
    call.stream.write([1])
    call.stream.finish()
    call.stream.write([2])
    call.stream.finish(trailers: Self.answer)
    try wire.pass()
    let request = try #require(server.requests.first)
    #expect(request.recorder.events == [.data, .end])
    #expect(request.recorder.body == [1])
    request.stream.respondAndEnd(Self.answer)
    request.stream.write([3])
    #expect(request.stream.pendingBytes == 0)
    try wire.pass()
    #expect(call.recorder.body == [])
  }

  @Test("only the first answer counts")
  func secondAnswer() throws {
    let call = try client.request()
    call.stream.finish()
    server.serve = {
      $0.stream.respond([HTTP2Field(":status", "200")])
      $0.stream.respond([HTTP2Field(":status", "500")])
      $0.stream.respondAndEnd([HTTP2Field(":status", "500")])
      $0.stream.write([1])
      $0.stream.finish()
    }
    try wire.pass()
    #expect(
      call.recorder.events == [
        .fields([HTTP2Field(":status", "200")], endsStream: false), .data, .end, .closed(.noError),
      ])
  }

  @Test("after GOAWAY the streams that stand go on, and the session is finished after the last")
  func goAway() throws {
    let call = try client.request()
    try wire.pass()
    server.session.goAway()
    #expect(!server.session.isFinished)
    try wire.pass()
    #expect(client.goAways.map(\.lastStream) == [1])
    #expect(client.goAways.map(\.code) == [.noError])
    #expect(call.recorder.events == [])
    #expect(!server.session.isFinished)
    #expect(!client.session.isFinished)
    call.stream.finish()
    try #require(server.requests.first).stream.respondAndEnd(Self.answer)
    try wire.pass()
    #expect(call.recorder.closings == [.noError])
    #expect(server.session.isFinished)
    #expect(client.session.isFinished)
  }

  @Test("a request after GOAWAY closes, and the server never hears of it")
  func requestAfterGoAway() throws {
    let first = try client.request()
    try wire.pass()
    server.session.goAway()
    try wire.pass()
    let late = try client.request()
    try wire.pass()
    #expect(late.recorder.closings.count == 1)
    #expect(server.requests.count == 1)
    #expect(first.recorder.closings == [])
    #expect(client.session.openStreams == 1)
  }

  @Test("a request that GOAWAY overtakes is refused, so that it can be made again elsewhere")
  func overtaken() throws {
    try wire.pass()
    let call = try client.request()
    let sent = client.outgoing()
    server.session.goAway()
    try server.receive(sent)
    try wire.pass()
    #expect(call.recorder.closings == [.refusedStream])
    #expect(server.requests.isEmpty)
    #expect(server.session.openStreams == 0)
  }

  @Test("the end of a session closes every stream once, and nothing comes after")
  func end() throws {
    let calls = try (0..<5).map { _ in try client.request() }
    for call in calls { call.stream.write([1]) }
    try wire.pass()
    // These wait still.
    let late = try client.request()
    for call in calls + [late] { call.stream.write([UInt8](repeating: 0, count: 100)) }
    client.session.end()
    server.session.end()
    client.session.end()
    for call in calls + [late] { #expect(call.recorder.closings == [.cancel]) }
    for request in server.requests { #expect(request.recorder.closings == [.cancel]) }
    #expect(client.session.openStreams == 0)
    #expect(client.session.isFinished)
    #expect(client.outgoing() == [])
    try server.receive([.headers(99, Head.good)])
    #expect(server.requests.count == 5)
    #expect(server.outgoing() == [])
    #expect(throws: HTTP2Error.self) { try client.request() }
  }

  @Test("a session may end in the midst of its input")
  func endWhileReceiving() throws {
    for _ in 0..<3 {
      let call = try client.request()
      call.stream.write([1, 2, 3])
      call.stream.finish()
    }
    server.serve = { [unowned server] _ in if server.requests.count == 2 { server.session.end() } }
    try server.receive(client.outgoing())
    #expect(server.requests.count == 2)
    #expect(server.requests.map(\.recorder.events.last) == [.closed(.cancel), .closed(.cancel)])
    #expect(server.requests.last?.recorder.body == [])
    #expect(server.session.openStreams == 0)
  }

  @Test("a session may end in the midst of its output")
  func endWhileSending() throws {
    for _ in 0..<3 {
      let call = try client.request()
      call.stream.write([UInt8](repeating: 1, count: 20_000))
    }
    var pieces = 0
    let hasMore = client.session.takeOutgoing(upTo: 1 << 20) { [client] _ in
      pieces += 1
      client.session.end()
    }
    #expect(!hasMore)
    #expect(pieces <= 2)
    #expect(client.session.openStreams == 0)
  }

  @Test("a session may end as one of its streams closes")
  func endWhileClosing() throws {
    let calls = try (0..<3).map { _ in try client.request() }
    calls[1].recorder.onClose = { [client] in client.session.end() }
    try wire.pass()
    server.requests[1].stream.reset(.cancel)
    try wire.pass()
    for call in calls { #expect(call.recorder.closings == [.cancel]) }
  }

  @Test("a session may end in the midst of its input, where nobody else holds its streams")
  func endOfUnheldStreams() throws {
    final class Ender: HTTP2SessionDelegate {
      var session: HTTP2Session?
      var requests = 0

      func received(_: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool) {
        requests += 1
        stream.delegate = StreamRecorder()
        if requests == 50 { session?.end() }
      }

      func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode) {}
    }
    let ender = Ender()
    server.session.delegate = ender
    ender.session = server.session
    for _ in 0..<50 {
      let call = try client.request()
      call.stream.write([1, 2, 3])
    }
    let heads = client.outgoing()
    try server.receive(heads + Frame(.data, flags: Frame.endStream, stream: 1, [4]).bytes)
    #expect(ender.requests == 50)
    #expect(server.session.openStreams == 0)
  }

  @Test("a stream lets its delegate go when it is over, and a session frees its streams")
  func streamLifetime() throws {
    weak var recorder: StreamRecorder?
    weak var stream: HTTP2Stream?
    server.serve = { $0.stream.respondAndEnd(Self.answer) }
    do {
      let held: HTTP2Stream
      (held, recorder) = try client.request()
      stream = held
      held.finish()
      #expect(recorder != nil, "an open stream keeps its delegate")
      try wire.pass()
      #expect(recorder == nil)
      #expect(held.delegate == nil)
      withExtendedLifetime(held) {}
    }
    #expect(stream == nil)
  }

  @Test("a session that has ended is freed, with what was open on it")
  func sessionLifetime() throws {
    weak var session: HTTP2Session?
    weak var recorder: StreamRecorder?
    do {
      let client = try Peer.client()
      session = client.session
      recorder = try client.request().recorder
      #expect(recorder != nil)
      client.session.end()
      #expect(recorder == nil)
    }
    #expect(session == nil)
  }
}
