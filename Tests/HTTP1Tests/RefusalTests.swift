import HTTP1
import Testing

@Suite("What is no request")
struct RefusalTests {
  private static let get = "GET / HTTP/1.1\r\nHost: a\r\n"
  private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
  private static let chunks = post + "Transfer-Encoding: chunked\r\n\r\n"

  /// What requests are smuggled by: each is read in another way by some server or proxy.
  static let smuggled: [(String, Int, String)] = [
    (
      "both lengths", 400, post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    ("both, the other way", 400, post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"),
    ("two lengths that differ", 400, post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\n"),
    ("two lengths that agree", 400, post + "Content-Length: 4\r\nContent-Length: 4\r\n\r\n"),
    ("a list of lengths", 400, post + "Content-Length: 4, 4\r\n\r\n"),
    ("a length with a plus", 400, post + "Content-Length: +4\r\n\r\n"),
    ("a negative length", 400, post + "Content-Length: -4\r\n\r\n"),
    ("a hexadecimal length", 400, post + "Content-Length: 0x4\r\n\r\n"),
    ("a length with a space", 400, post + "Content-Length: 4 4\r\n\r\n"),
    ("a length that overflows", 400, post + "Content-Length: 18446744073709551620\r\n\r\n"),
    ("an empty length", 400, post + "Content-Length:\r\n\r\n"),
    ("two codings", 400, post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("a coding twice", 501, post + "Transfer-Encoding: chunked, chunked\r\n\r\n"),
    ("chunked not last", 501, post + "Transfer-Encoding: chunked, identity\r\n\r\n"),
    ("another coding first", 501, post + "Transfer-Encoding: gzip, chunked\r\n\r\n"),
    ("another coding", 501, post + "Transfer-Encoding: xchunked\r\n\r\n"),
    ("a quoted coding", 501, post + "Transfer-Encoding: \"chunked\"\r\n\r\n"),
    ("a coding with a vertical tab", 400, post + "Transfer-Encoding: \u{B}chunked\r\n\r\n"),
    ("a coding in HTTP/1.0", 400, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("a space before the colon", 400, post + "Transfer-Encoding : chunked\r\n\r\n"),
    ("a folded line", 400, post + "Transfer-Encoding:\r\n chunked\r\n\r\n"),
    ("a folded line with a tab", 400, post + "X: y\r\n\tz: chunked\r\n\r\n"),
    ("a line feed alone", 400, get + "X: y\nTransfer-Encoding: chunked\r\n\r\n"),
    ("a carriage return alone", 400, get + "X: y\rTransfer-Encoding: chunked\r\n\r\n"),
    ("two carriage returns", 400, get + "X: y\r\r\n\r\n"),
    ("an end of line feeds", 400, "GET / HTTP/1.1\nHost: a\n\n"),
    ("a NUL in a value", 400, get + "X: y\0z\r\n\r\n"),
    ("a NUL in a name", 400, get + "X\0: y\r\n\r\n"),
    ("no name", 400, get + ": y\r\n\r\n"),
    ("no colon", 400, get + "X\r\n\r\n"),
    ("a name that is no token", 400, get + "X(y): z\r\n\r\n"),
    ("a name outside of ASCII", 400, get + "Ü: z\r\n\r\n"),
    ("a chunk that is longer than its size", 400, chunks + "3\r\nabcd\r\n0\r\n\r\n"),
    ("a chunk that ends with other bytes", 400, chunks + "3\r\nabcXX0\r\n\r\n"),
    ("a chunk that ends with a line feed", 400, chunks + "3\r\nabc\n0\r\n\r\n"),
    ("a chunk's size with a line feed", 400, chunks + "3\nabc\r\n0\r\n\r\n"),
    ("a chunk's size with 0x", 400, chunks + "0x3\r\nabc\r\n"),
    ("a chunk's size with a sign", 400, chunks + "-3\r\nabc\r\n"),
    ("a chunk's size after a space", 400, chunks + " 3\r\nabc\r\n"),
    ("a chunk's size before a space", 400, chunks + "3 \r\nabc\r\n"),
    ("no chunk's size", 400, chunks + "\r\n"),
    ("a chunk's size that overflows", 400, chunks + "fffffffffffffffff\r\n"),
    ("a chunk's size of 64 bits", 413, chunks + "7fffffffffffffff\r\n"),
    ("a chunk's extension with a line feed", 400, chunks + "3;a\nb\r\nabc\r\n"),
    ("a trailer that is folded", 400, chunks + "0\r\nX: y\r\n z\r\n\r\n"),
    ("a trailer that is no field", 400, chunks + "0\r\nGET / HTTP/1.1\r\n\r\n"),
  ]

  static let malformed: [(String, Int, String)] = [
    ("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
    ("two Hosts", 400, get + "Host: a\r\n\r\n"),
    ("an empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    ("two Hosts in HTTP/1.0", 400, "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"),
    ("a Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    ("a Host with a user", 400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
    ("a list of Hosts", 400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
    ("HTTP/0.9", 400, "GET /\r\n"),
    ("HTTP/2.0", 505, "GET / HTTP/2.0\r\n\r\n"),
    ("HTTP/2's preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("HTTP/1.2", 505, "GET / HTTP/1.2\r\n\r\n"),
    ("HTTP/1", 400, "GET / HTTP/1\r\n\r\n"),
    ("http/1.1", 400, "GET / http/1.1\r\n\r\n"),
    ("HTTP/1.10", 400, "GET / HTTP/1.10\r\n\r\n"),
    ("two spaces", 400, "GET  / HTTP/1.1\r\n\r\n"),
    ("a space at the end", 400, "GET / HTTP/1.1 \r\n\r\n"),
    ("a space in the target", 400, "GET /a b HTTP/1.1\r\n\r\n"),
    ("a tab for a space", 400, "GET\t/ HTTP/1.1\r\n\r\n"),
    ("a space first", 400, " GET / HTTP/1.1\r\n\r\n"),
    ("two empty lines first", 400, "\r\n\r\n" + get + "\r\n"),
    ("an unknown method", 501, "BREW / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("a method in lower case", 501, "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("a method that is no token", 400, "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("CONNECT", 501, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("a fragment", 400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("a target that is no path", 400, "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("an asterisk of another method", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("a URI with a user", 400, "GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n"),
    ("a URI of another scheme", 400, "GET ftp://b/ HTTP/1.1\r\nHost: b\r\n\r\n"),
    ("a target outside of ASCII", 400, "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
    ("another expectation", 417, get + "Expect: 200-ok\r\n\r\n"),
    ("TLS", 400, "\u{16}\u{3}\u{1}\0\n"),
  ]

  static let oversized: [(String, Int, String)] = [
    ("a request line", 414, "GET /" + String(repeating: "a", count: 17_000)),
    ("a field's line", 431, get + "X: " + String(repeating: "a", count: 33_000)),
    (
      "the fields", 431,
      get + String(repeating: "X: " + String(repeating: "a", count: 1000) + "\r\n", count: 32)
    ),
    ("the number of fields", 431, get + String(repeating: "X: y\r\n", count: 128)),
    ("a declared body", 413, post + "Content-Length: 4194305\r\n\r\n"),
    ("a chunk", 413, chunks + "400001\r\n"),
    ("chunks together", 413, chunks + "1\r\na\r\n400000\r\n"),
    ("a chunk's extensions", 400, chunks + "1;" + String(repeating: "a", count: 300)),
    ("the trailers", 431, chunks + "0\r\n" + String(repeating: "X: y\r\n", count: 129)),
  ]

  @Test(
    "is answered once, and the connection ends, wherever the bytes are cut",
    arguments: smuggled + malformed)
  func refuses(name: String, status: Int, text: String) {
    let bytes = Array((text + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n").utf8)
    for first in 0...bytes.count {
      let client = Client()
      client.send(Array(bytes[..<first]))
      client.send(Array(bytes[first...]))
      check(client, status, name)
    }
  }

  @Test("by its size is answered once, and the connection ends", arguments: oversized)
  func refusesLarge(name: String, status: Int, text: String) {
    let client = Client()
    client.send(text)
    check(client, status, name)
    let slow = Client()
    for byte in text.utf8 where slow.refusals.isEmpty { slow.send([byte]) }
    check(slow, status, name)
  }

  private func check(_ client: Client, _ status: Int, _ name: String) {
    #expect(client.refusals.map(\.status) == [status], "\(name): \(client.refusals)")
    let sent = client.received()
    #expect(
      sent.hasPrefix("HTTP/1.1 \(status) ") && sent.contains("connection: close\r\n"), "\(name)")
    #expect(sent.components(of: "HTTP/1.1 ") == 1, "\(name)")
    #expect(client.session.isFinished, "\(name)")
    #expect(!client.requests.contains { $0.head.path == "/smuggled" }, "\(name)")
    #expect(client.requests.allSatisfy { $0.closings == [false] }, "\(name)")
    client.send(Self.get + "\r\n")
    #expect(client.received() == "", "\(name)")
  }

  @Test("in the midst of a body whose answer has begun cuts that answer short")
  func midAnswer() {
    let client = Client()
    client.send(Self.chunks)
    client.requests[0].exchange.respond(200)
    client.requests[0].exchange.write(Array("a".utf8))
    client.send("x\r\n")
    #expect(
      client.received() == head("HTTP/1.1 200 OK", "transfer-encoding: chunked") + "1\r\na\r\n")
    #expect(client.session.isFinished && client.requests[0].closings == [false])
  }

  @Test(
    "tells of the path and the query, as far as they came",
    arguments: [
      ("GET /a?b=c HTTP/1.1\r\n\r\n", "/a?b=c"), ("GET /a HTTP/1.1\n", "/a"),
      ("GET http://h/a?b HTTP/1.1\r\nHost: h/x\r\n\r\n", "/a?b"),
      ("GET http://h?b HTTP/1.1\r\nX: y z\rz\r\n", "/?b"),
      (get + "\r\nGET /a HTTP/1.1\r\nHost\r\n", "/a"), (get + "\r\nGET /a HTTP/3\r\n", "/a"),
      (get + "\r\nGET\r\n", nil), ("GET ftp://a/ HTTP/1.1\r\n\r\n", nil), ("\r\n\r\n" + get, nil),
      (post + "Transfer-Encoding: chunked\r\n\r\nx\r\n", "/"),
    ])
  func path(text: String, path: String?) {
    let client = Client.numbered()
    client.send(text)
    #expect(client.refusals.map(\.path) == [path], "\(client.refusals)")
  }

  @Test("of a request line that is too long tells of what came of its path")
  func longPath() {
    var settings = HTTP1Settings()
    settings.maxRequestLineBytes = 16
    let client = Client(settings)
    client.send(Self.get.replacing("/", with: "/abcdefghijkl"))
    #expect(client.refusals.first?.path?.hasPrefix("/abcdefghijk") == true)
  }

  @Test("is within the limits at their edges")
  func edges() {
    var settings = HTTP1Settings()
    settings.maxRequestLineBytes = 16
    settings.maxFields = 1
    settings.maxFieldBytes = 38
    settings.maxBodyBytes = 3
    let client = Client.numbered(settings)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    client.send("PUT / HTTP/1.0\r\nA: bcde\r\n\r\n")
    #expect(client.requests.count == 2 && client.refusals == [])
    for text in ["GET /a HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: ab\r\n"] {
      let client = Client(settings)
      client.send(text)
      #expect(client.refusals.count == 1)
    }
  }
}

extension String {
  /// How often a text occurs in it.
  fileprivate func components(of text: String) -> Int {
    var count = 0
    var rest = utf8[...]
    while !rest.isEmpty {
      if rest.starts(with: text.utf8) { count += 1 }
      rest = rest.dropFirst()
    }
    return count
  }
}
