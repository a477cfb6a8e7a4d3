import HTTP2
import Testing

@Suite("Flow control")
struct FlowControlTests {
  private let client: Peer
  private let server: Peer
  private let wire: Wire

  init() throws {
    client = try .client()
    server = try .server()
    wire = Wire(client, server)
    try wire.pass()
  }

  @Test("lets a client send no more than the window until the server has read")
  func withheld() throws {
    server.serve = { $0.stream.releasesAtOnce = false }
    let (stream, _) = try client.request()
    stream.write([UInt8](repeating: 1, count: 1 << 20))
    try wire.pass()
    let request = try #require(server.requests.first)
    let window = Int(HTTP2Settings().streamWindow)
    #expect(request.recorder.body.count == window)
    request.stream.release(window)
    try wire.pass()
    #expect(request.recorder.body.count == 2 * window)
  }

  @Test("of a stream that is not read holds up no other")
  func independence() throws {
    server.serve = { if $0.head.path == "/slow" { $0.stream.releasesAtOnce = false } }
    for _ in 0..<8 {
      let (slow, _) = try client.request("/slow")
      slow.write([UInt8](repeating: 1, count: 1 << 20))
    }
    let (quick, _) = try client.request("/quick")
    quick.write([UInt8](repeating: 2, count: 3 << 20))
    quick.finish()
    try wire.pass()
    let last = try #require(server.requests.last)
    #expect(last.recorder.body.count == 3 << 20)
  }

  @Test("tells a writer when what it wrote has gone down to a level, or will go nowhere")
  func drained() throws {
    let (_, recorder) = try client.request()
    try wire.pass()
    let stream = try #require(server.requests.first).stream
    stream.respond([HTTP2Field(":status", "200")])
    stream.write([UInt8](repeating: 1, count: 100_000))
    var told = 0
    stream.whenDrained(to: 50_000) { told += 1 }
    #expect(told == 0)
    try wire.pass()
    #expect(told == 1)
    #expect(recorder.body.count == 100_000)
    stream.whenDrained(to: 0) { told += 1 }
    #expect(told == 2)
    stream.write([UInt8](repeating: 1, count: 1 << 20))
    stream.whenDrained(to: 0) { told += 1 }
    server.session.end()
    #expect(told == 3)
    #expect(server.session.pendingBodyBytes == 0)
  }

  @Test("counts the bytes that wait on all streams together")
  func pendingBodyBytes() throws {
    for _ in 0..<2 { _ = try client.request() }
    try wire.pass()
    for request in server.requests {
      request.stream.respond([HTTP2Field(":status", "200")])
      request.stream.write([UInt8](repeating: 1, count: 1_000))
    }
    #expect(server.session.pendingBodyBytes == 2_000)
    try wire.pass()
    #expect(server.session.pendingBodyBytes == 0)
  }
}

@Suite("A connection that ends in two steps")
struct ShutdownTests {
  @Test("serves what the client opened before it heard, and nothing that came after")
  func twoSteps() throws {
    let client = try Peer.client()
    let server = try Peer.server()
    let wire = Wire(client, server)
    try wire.pass()
    server.session.announceGoAway()
    server.session.ping(42)
    // Sent before the client has heard.
    let (early, earlyRecorder) = try client.request()
    early.finish()
    try wire.pass()
    #expect(client.goAways.map(\.lastStream) == [0x7fff_ffff])
    #expect(server.pongs == [42])
    #expect(client.pings == 1)
    #expect(server.requests.count == 1)
    server.session.goAway()
    try wire.pass()
    #expect(client.goAways.map(\.lastStream) == [0x7fff_ffff, 1])
    server.requests[0].stream.respondAndEnd([HTTP2Field(":status", "200")])
    try wire.pass()
    #expect(earlyRecorder.closings == [.noError])
    #expect(server.session.isFinished)
  }
}
