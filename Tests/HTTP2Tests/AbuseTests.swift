@testable import HTTP2
import Testing

@Suite("An HTTP/2 peer that misbehaves")
struct AbuseTests {
  let server: Peer

  init() throws { server = try .server() }

  @Test(
    "is told to go away where it does not begin with the preface",
    arguments: [
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0", "PRI * HTTP/2.1",
    ])
  func wrongPreface(text: String) throws {
    let error = #expect(throws: HTTP2Error.self) { try server.receive(Array(text.utf8)) }
    #expect(error?.description.isEmpty == false)
    #expect(server.outgoingFrames().of(.goAway).map { $0.number(at: 4) } == [1], "PROTOCOL_ERROR")
  }

  @Test("is told to go away where its preface is not followed by settings")
  func noSettings() throws {
    try? server.receive(Frame.preface + Frame.headers(1, Head.good).bytes)
    #expect(server.requests.isEmpty)
    #expect(server.outgoingFrames().of(.goAway).count == 1)
  }

  @Test(
    "ends its connection by an error of the whole connection",
    arguments: [
      (
        "a frame that is too large", Frame(.data, stream: 1, [UInt8](repeating: 0, count: 16_385)),
        6
      ),
      ("data on a stream that never was", Frame(.data, stream: 7, [1]), 1),
      ("data on stream 0", Frame(.data, [1]), 1),
      ("headers on an even stream", .headers(2, Head.good), 1),
      (
        "a broken header block",
        Frame(.headers, flags: 5, stream: 1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), 9
      ),
      ("a continuation of nothing", Frame(.continuation, flags: 4, stream: 1), 1),
      ("a window update by 0", Frame(.windowUpdate, Frame.number(0)), 1),
      ("settings of odd length", Frame(.settings, [1, 2, 3]), 6),
      ("a push", Frame(.pushPromise, flags: 4, stream: 1, Frame.number(2)), 1),
    ] as [(String, Frame, UInt32)])
  func connectionErrors(name: String, frame: Frame, code: UInt32) throws {
    try server.receivePreface()
    try? server.receive([frame])
    #expect(server.outgoingFrames().of(.goAway).map { $0.number(at: 4) } == [code])
    #expect(server.session.isFinished)
    try? server.receive([.headers(9, Head.good)])
    #expect(server.requests.isEmpty)
  }

  @Test("can't open more streams at once than it may")
  func tooManyStreams() throws {
    var settings = HTTP2Settings()
    settings.maxConcurrentStreams = 3
    let server = try Peer.server(settings)
    try server.receivePreface()
    // Until a client has seen the settings, it may believe in more.
    _ = server.outgoing()
    try server.receive([Frame(.settings, flags: Frame.ack)])
    for number in 0..<5 {
      try server.receive([.headers(UInt32(1 + 2 * number), Head.good, endsStream: false)])
    }
    #expect(server.requests.count == 3)
    #expect(server.session.openStreams == 3)
  }

  @Test("that is a client of ours waits until a stream is free")
  func waitsForAStream() throws {
    var settings = HTTP2Settings()
    settings.maxConcurrentStreams = 2
    let (client, server) = (try Peer.client(), try Peer.server(settings))
    let wire = Wire(client, server)
    try wire.pass()
    let calls = try (0..<5).map { _ in try client.request() }
    for call in calls { call.stream.finish() }
    try wire.pass()
    #expect(server.requests.count == 2)
    for number in 0..<5 {
      server.requests[number].stream.respondAndEnd(EndingTests.answer)
      try wire.pass()
    }
    #expect(calls.map(\.recorder.closings) == [[HTTP2ErrorCode]](repeating: [.noError], count: 5))
  }

  @Test("can't go on with a header block for ever (CONTINUATION flood)")
  func continuationFlood() throws {
    try server.receivePreface()
    try server.receive([Frame(.headers, stream: 1, Frame.block(Head.good))])
    let error = #expect(throws: HTTP2Error.self) {
      for number in 0..<1_000 {
        try server.receive([Frame(.continuation, stream: 1, Frame.block([("x-\(number)", "1")]))])
      }
    }
    #expect(error?.description == "Too many CONTINUATION frames following a HEADER frame")
    #expect(server.requests.isEmpty)
    #expect(
      server.outgoingFrames().of(.goAway).map { $0.number(at: 4) } == [11], "ENHANCE_YOUR_CALM")
    // An error stays one.
    #expect(throws: try #require(error)) { try server.receive([Frame(.settings)]) }
  }

  @Test(
    "can't send for ever what gets nothing done, whether it takes the answers or not",
    arguments: [
      Frame(.ping, [UInt8](repeating: 0, count: 8)), Frame(.settings),
      Frame(.priority, stream: 9, Frame.number(0) + [16]),
      Frame(.windowUpdate, stream: 1, Frame.number(1)), Frame(.data, stream: 1),
      Frame(.data, stream: 1, [0]),
    ], [true, false])
  func floods(frame: Frame, takesAnswers: Bool) throws {
    try server.receivePreface()
    try server.receive([.headers(1, Head.good, endsStream: false)])
    var sent = 0
    var said = 0
    let error = #expect(throws: HTTP2Error.self) {
      while sent < 10_000 {
        try server.receive([frame])
        sent += 1
        if takesAnswers { said += server.outgoingFrames().count }
      }
    }
    // nghttp2, too, keeps no more than a thousand answers.
    let flooded = error?.description.hasPrefix("Flooding was detected") == true
    #expect(flooded || error?.description == "Too many frames that get nothing done")
    #expect((990...1_000).contains(sent), "\(sent)")
    let last = server.outgoingFrames()
    #expect(said + last.count <= 1_004, "no more answers than there were frames")
    #expect(last.of(.goAway).map { $0.number(at: 4) } == [11], "ENHANCE_YOUR_CALM")
  }

  @Test("may ask for a sign of life now and then for ever")
  func manyPings() throws {
    try server.receivePreface()
    _ = server.outgoing()
    for number in 0..<5_000 {
      let payload = Frame.number(0) + Frame.number(UInt32(number))
      try server.receive([Frame(.ping, payload)], at: .milliseconds(10 * number))
      #expect(server.outgoingFrames() == [Frame(.ping, flags: Frame.ack, payload)])
    }
  }

  @Test("may update its windows for each frame of an answer that it takes")
  func windowUpdates() throws {
    try server.receivePreface()
    server.serve = { $0.stream.respond([HTTP2Field(":status", "200")]) }
    try server.receive([.headers(1, Head.good, endsStream: true)])
    let request = try #require(server.requests.first)
    for _ in 0..<5_000 {
      request.stream.write([1])
      #expect(server.outgoingFrames().of(.data).count == 1)
      try server.receive([
        Frame(.windowUpdate, stream: 0, Frame.number(1)),
        Frame(.windowUpdate, stream: 1, Frame.number(1)),
      ])
    }
  }

  @Test("can't make the server reset its streams for ever (MadeYouReset)")
  func provokedResets() throws {
    try server.receivePreface()
    server.serve = { $0.stream.respond([HTTP2Field(":status", "200")]) }
    var opened: UInt32 = 0
    let error = #expect(throws: HTTP2Error.self) {
      while opened < 10_000 {
        let stream = 1 + 2 * opened
        opened += 1
        try server.receive([
          .headers(stream, Head.good, endsStream: true),
          // Over the largest window there is: the server must reset the stream.
          Frame(.windowUpdate, stream: stream, Frame.number(0x7fff_ffff)),
        ])
        _ = server.outgoing()
      }
    }
    #expect(error?.description == "Too many frames that get nothing done")
    #expect((80...110).contains(opened), "\(opened)")
    #expect(server.session.openStreams <= 1)
  }

  @Test("can't open and reset streams for ever (rapid reset)")
  func rapidReset() throws {
    try server.receivePreface()
    var asked: UInt32 = 0
    while asked < 20_000, !server.session.isFinished {
      let stream = 1 + 2 * asked
      try server.receive([
        .headers(stream, Head.good, endsStream: false),
        Frame(.reset, stream: stream, Frame.number(8)),
      ])
      _ = server.outgoing()
      asked += 1
    }
    // nghttp2 lets 1,000 go, and 33 a second.
    #expect((1_000..<3_000).contains(asked), "\(asked)")
    #expect(server.session.openStreams == 0)
    #expect(server.requests.allSatisfy { $0.recorder.closings.count == 1 })
  }

  @Test("can't make the server keep its trailers")
  func endlessTrailers() throws {
    try server.receivePreface()
    try server.receive([.headers(1, Head.good, endsStream: false)])
    let request = try #require(server.requests.first)
    // A field in the dynamic table, and then that field by a byte a time, 16,000 times.
    let value = [UInt8](repeating: UInt8(ascii: "v"), count: 100)
    try server.receive([
      Frame(
        .headers, flags: Frame.endHeaders | Frame.endStream, stream: 1,
        [0x40, 1, UInt8(ascii: "x"), 100] + value + [UInt8](repeating: 0xBE, count: 16_000))
    ])
    #expect(request.recorder.events == [.end])
    #expect(server.session.responseFields.fields.isEmpty)
  }

  @Test("can't send a second head in the midst of a request's body")
  func headersWithoutEnd() throws {
    try server.receivePreface()
    try server.receive([
      .headers(1, Head.good, endsStream: false),
      .headers(1, [("x", "1")], endsStream: false),
    ])
    #expect(server.outgoingFrames().of(.reset, stream: 1).map { $0.number(at: 0) } == [1])
    #expect(server.requests.first?.recorder.closings == [.protocolError])
  }

  @Test("that is a server can't make the client keep fields without limit", arguments: [0, 1])
  func largeAnswer(excess: Int) throws {
    var settings = HTTP2Settings()
    settings.maxFields = 10
    let client = try Peer.client(settings)
    let call = try client.request()
    call.stream.finish()
    _ = client.outgoing()
    try client.receive([
      Frame(.settings),
      .headers(
        1, [(":status", "200")] + (0..<9 + excess).map { ("x-\($0)", "1") }, endsStream: false),
    ])
    let resets = client.outgoingFrames().of(.reset).map { $0.number(at: 0) }
    if excess == 0 {
      #expect(resets == [])
      #expect(call.recorder.closings == [])
      #expect(call.recorder.events.count == 1)
    } else {
      #expect(resets == [11], "ENHANCE_YOUR_CALM")
      #expect(call.recorder.events == [.closed(.enhanceYourCalm)])
    }
  }

  @Test("that is a server may announce its answer, of which the caller hears nothing")
  func informational() throws {
    let client = try Peer.client()
    let call = try client.request()
    call.stream.finish()
    _ = client.outgoing()
    try client.receive([
      Frame(.settings), .headers(1, [(":status", "103"), ("link", "x")], endsStream: false),
      .headers(1, [(":status", "200")], endsStream: true),
    ])
    #expect(
      call.recorder.events == [
        .fields([HTTP2Field(":status", "200")], endsStream: true), .closed(.noError),
      ])
  }

  @Test("that is a server which answers what breaks the rules resets the stream")
  func malformedAnswer() throws {
    let client = try Peer.client()
    let call = try client.request()
    call.stream.finish()
    _ = client.outgoing()
    try client.receive([Frame(.settings), .headers(1, [("x", "no status")], endsStream: false)])
    _ = client.outgoing()
    #expect(call.recorder.events == [.closed(.protocolError)])
  }
}
