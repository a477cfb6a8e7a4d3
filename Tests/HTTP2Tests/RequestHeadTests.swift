import HTTP2
import Testing

@Suite("The head of a request")
struct RequestHeadTests {
  private func served(_ settings: HTTP2Settings = .init()) throws -> Peer {
    let server = try Peer.server(settings)
    try server.receivePreface()
    _ = server.outgoing()
    return server
  }

  typealias Fields = [(String, String)]

  static let malformedHeads: [(String, Fields)] = [
    ("no :method", Head.without(":method")),
    ("no :scheme", Head.without(":scheme")),
    ("no :path", Head.without(":path")),
    ("an empty :path", Head.without(":path") + [(":path", "")]),
    ("an empty :method", [(":method", "")] + Head.without(":method")),
    ("two :path", Head.good + [(":path", "/a.B/C")]),
    ("two :method", Head.good + [(":method", "POST")]),
    ("two :authority", Head.good + [(":authority", "localhost")]),
    ("a pseudo-header field after a regular one", [("te", "trailers")] + Head.good),
    ("an unknown pseudo-header field", Head.good + [(":protocol", "websocket")]),
    ("an answer's pseudo-header field", Head.good + [(":status", "200")]),
    ("an uppercase name", Head.good + [("X-Name", "1")]),
    ("a name with a space", Head.good + [("x name", "1")]),
    ("an empty name", Head.good + [("", "1")]),
    ("a NUL in a value", Head.good + [("x-name", "a\0b")]),
    ("a line break in a value", Head.good + [("x-name", "a\nb")]),
    ("connection", Head.good + [("connection", "close")]),
    ("keep-alive", Head.good + [("keep-alive", "5")]),
    ("proxy-connection", Head.good + [("proxy-connection", "close")]),
    ("transfer-encoding", Head.good + [("transfer-encoding", "chunked")]),
    ("upgrade", Head.good + [("upgrade", "h2c")]),
    ("te other than trailers", Head.good + [("te", "gzip")]),
    ("a host that is not the :authority", Head.good + [("host", "example.com")]),
    ("two hosts", Head.without(":authority") + [("host", "a"), ("host", "a")]),
    ("user information", Head.without(":authority") + [(":authority", "ann@localhost")]),
    ("user information in host", Head.without(":authority") + [("host", "ann@localhost")]),
    ("no length", Head.good + [("content-length", "")]),
    ("a length that is no number", Head.good + [("content-length", "+3")]),
    ("a length past all numbers", Head.good + [("content-length", "18446744073709551619")]),
    ("two lengths", Head.good + [("content-length", "3"), ("content-length", "3")]),
    ("the method of a tunnel", [(":method", "CONNECT")] + Head.without(":method")),
    (
      "an uppercase name, and too much besides",
      Head.good + [
        ("X-Name", "1"), ("x-large", String(repeating: "a", count: 15_000)),
        ("x-larger", String(repeating: "a", count: 900)),
      ]
    ),
  ]

  @Test(
    "that is malformed resets its stream, and the connection goes on", arguments: malformedHeads)
  func malformed(name: String, fields: Fields) throws {
    var settings = HTTP2Settings()
    settings.maxFieldBytes = 15_500
    let server = try served(settings)
    try server.receive([
      .headers(1, fields, endsStream: false),
      Frame(.data, flags: Frame.endStream, stream: 1, [1, 2, 3]),
    ])
    let said = server.outgoingFrames()
    #expect(server.requests.isEmpty)
    #expect(said.of(.reset, stream: 1).map { $0.number(at: 0) } == [1], "PROTOCOL_ERROR")
    #expect(said.of(.goAway) == [])
    #expect(server.session.openStreams == 0)

    try server.receive([.headers(3, Head.good)])
    #expect(server.requests.map(\.head.path) == ["/a.B/C"])
  }

  @Test(
    "may have any path that is not empty",
    arguments: ["a.B/C", "*", "/", "?", "//", "/é", "no slash at all"])
  func path(path: String) throws {
    let server = try served()
    try server.receive([.headers(1, Head.without(":path") + [(":path", path)])])
    #expect(server.requests.map(\.head.path) == [path])
    #expect(server.outgoingFrames().of(.reset) == [])
  }

  @Test("has its authority from host where there is no :authority")
  func host() throws {
    let server = try served()
    try server.receive([
      .headers(1, Head.without(":authority") + [("host", "example.com")]),
      .headers(3, Head.good + [("host", "localhost")]),
      .headers(5, Head.without(":authority")),
    ])
    #expect(server.requests.map(\.head.authority) == ["example.com", "localhost", ""])
  }

  /// A request that says how long its body is, and the body in pieces of these lengths.
  private static func request(sayingLength length: Int, _ pieces: [Int]) -> [Frame] {
    let head = Head.good + [("content-length", "\(length)")]
    let body = pieces.enumerated().map { index, count in
      Frame(
        .data, flags: index == pieces.count - 1 ? Frame.endStream : 0, stream: 1,
        [UInt8](repeating: 1, count: count))
    }
    return [.headers(1, head, endsStream: pieces.isEmpty)] + body
  }

  @Test(
    "with a length of its body that is another's resets its stream",
    arguments: [(2, [3]), (4, [3]), (5, [3, 1]), (4, [3, 2]), (0, [1]), (3, [])])
  func wrongLength(length: Int, pieces: [Int]) throws {
    let server = try served()
    try server.receive(Self.request(sayingLength: length, pieces))
    let resets = server.outgoingFrames().of(.reset, stream: 1)
    #expect(resets.map { $0.number(at: 0) } == [1], "PROTOCOL_ERROR")
    #expect(server.requests.allSatisfy { !$0.recorder.events.contains(.end) })
  }

  @Test(
    "has the body whose length it says", arguments: [(0, []), (0, [0]), (3, [3]), (3, [1, 2, 0])])
  func length(length: Int, pieces: [Int]) throws {
    let server = try served()
    try server.receive(Self.request(sayingLength: length, pieces))
    #expect(server.outgoingFrames().of(.reset) == [])
    #expect(server.requests.first?.recorder.body.count == length)
  }

  @Test("keeps its other fields in their order, repeated ones too")
  func order() throws {
    let server = try served()
    let more = [("b", "1"), ("a", "2"), ("b", "3"), ("te", "trailers"), ("empty", "")]
    try server.receive([.headers(1, Head.good + more)])
    #expect(server.requests.first?.head.fields == more.map { HTTP2Field($0.0, $0.1) })
  }

  @Test("replaces bytes that are not UTF-8")
  func notUTF8() throws {
    let server = try served()
    let block = Frame.block(Head.good) + [0, 1] + Array("x".utf8) + [2, 0xFF, 0x61]
    try server.receive([Frame(.headers, flags: 5, stream: 1, block)])
    #expect(server.requests.first?.head.fields == [HTTP2Field("x", "\u{FFFD}a")])
  }

  @Test("may have as many fields as the limit, and with one more is too large", arguments: [0, 1])
  func count(excess: Int) throws {
    var settings = HTTP2Settings()
    settings.maxFields = 10
    let server = try served(settings)
    let more = (0..<10 + excess).map { ("x-\($0)", "1") }
    try server.receive([.headers(1, Head.good + more)])
    let head = try #require(server.requests.first).head
    #expect(head.isTooLarge == (excess > 0))
    #expect(head.fields.count == 10)
    #expect(head.path == "/a.B/C")
  }

  @Test("may have as many bytes as the limit, and with one more is too large", arguments: [0, 1])
  func bytes(excess: Int) throws {
    let used = (Head.good + [("x", "")]).reduce(0) { $0 + $1.0.utf8.count + $1.1.utf8.count + 32 }
    var settings = HTTP2Settings()
    settings.maxFieldBytes = used + 1_000
    let server = try served(settings)
    try server.receive([
      .headers(1, Head.good + [("x", String(repeating: "a", count: 1_000 + excess))])
    ])
    let request = try #require(server.requests.first)
    #expect(request.head.isTooLarge == (excess > 0))
    // It can be answered all the same.
    request.stream.respondAndEnd([HTTP2Field(":status", "431")])
    #expect(server.outgoingFrames().of(.headers, stream: 1).count == 1)
  }

  @Test("that is too large says all the same which method it has, and what its body is")
  func kindBeyondLimits() throws {
    var settings = HTTP2Settings()
    settings.maxFieldBytes = 1_000
    let server = try served(settings)
    let (long, type) = (String(repeating: "a", count: 1_000), ("content-type", "application/json"))
    let longer = ("content-type", String(repeating: "a", count: 300))
    try server.receive([
      .headers(1, Head.good + [("x", long), longer, type, type, ("y", "1")]),
      .headers(3, [(":path", "/" + long), (":method", "HEAD"), (":scheme", "http")]),
    ])
    let heads = server.requests.map(\.head)
    #expect(heads.map(\.isTooLarge) == [true, true])
    #expect(heads[0].fields == [HTTP2Field("content-type", "application/json")])
    #expect(heads[1].method == "HEAD" && heads[1].path.isEmpty && heads[1].fields.isEmpty)
  }

  @Test("says its limit to clients, in the settings")
  func settings() throws {
    var settings = HTTP2Settings()
    settings.maxFieldBytes = 12_345
    settings.maxConcurrentStreams = 17
    settings.streamWindow = 100_000
    let said = try #require(try Peer.server(settings).outgoingFrames().of(.settings).first)
    let entries = stride(from: 0, to: said.payload.count, by: 6).map { at in
      (Int(said.payload[at]) << 8 | Int(said.payload[at + 1]), said.number(at: at + 2))
    }
    #expect(Dictionary(uniqueKeysWithValues: entries) == [6: 12_345, 3: 17, 4: 100_000, 9: 1])
  }
}
