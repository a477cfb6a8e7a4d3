import HTTP1
import Testing

@Suite("A request")
struct RequestTests {
  private static let chunked =
    head(
      "POST /v1/x?y=%20z HTTP/1.1", "Host: a.example:8443", "Transfer-Encoding: chunked",
      "X-Y:  b \t")
    + "5;name=\"v\"\r\nhello\r\n1\r\n,\r\n00006\r\n world\r\n0\r\nTrailer: 1\r\n\r\n"
  private static let sized =
    "\r\n" + head("PUT / HTTP/1.1", "hOST: [::1]:1", "content-length: 3", "Empty:") + "abc"

  @Test(
    "is heard whole wherever its bytes are cut, and so is the next", arguments: [chunked, sized])
  func cuts(text: String) throws {
    let bytes = Array(text.utf8) + Array(head("GET /next HTTP/1.1", "Host: b").utf8)
    for first in 0...bytes.count {
      let client = Client.numbered()
      client.send(Array(bytes[..<first]))
      client.send(Array(bytes[first...]))
      try check(client, text == Self.chunked ? "hello, world" : "abc")
    }
    let client = Client.numbered()
    for byte in bytes { client.send([byte]) }
    try check(client, text == Self.chunked ? "hello, world" : "abc")
  }

  private func check(_ client: Client, _ body: String) throws {
    try #require(client.requests.count == 2)
    #expect(client.requests[0].text == body)
    #expect(client.requests.allSatisfy { $0.hasEnded && $0.closings == [true] })
    #expect(client.requests[1].head.path == "/next")
    #expect(client.refusals == [])
    #expect(client.session.openExchanges == 0 && !client.session.isFinished)
  }

  @Test("has a head of its parts, names in lower case, values without white space around")
  func heads() throws {
    let client = Client()
    client.send(Self.chunked)
    let first = try #require(client.requests.first?.head)
    #expect(first.method == "POST" && first.path == "/v1/x?y=%20z")
    #expect(first.authority == "a.example:8443" && first.contentLength == nil)
    #expect(
      first.fields
        == [HTTP1Field("transfer-encoding", "chunked"), HTTP1Field("x-y", "b")])
    #expect(first.only("x-y") == "b" && first.only("host") == nil)
    let other = Client()
    other.send(Self.sized)
    let second = try #require(other.requests.first?.head)
    #expect(second.authority == "[::1]:1" && second.contentLength == 3)
    #expect(second.fields == [HTTP1Field("content-length", "3"), HTTP1Field("empty", "")])
  }

  @Test(
    "says its target as a path, as a URI, or as the whole server",
    arguments: [
      ("GET /a?b", "/a?b", "a"), ("GET http://b.example:1/c?d", "/c?d", "b.example:1"),
      ("GET HTTPS://b", "/", "b"), ("GET http://b?c", "/?c", "b"), ("OPTIONS *", "*", "a"),
      ("GET //x", "//x", "a"), ("GET /%00/../;x=[]", "/%00/../;x=[]", "a"),
    ])
  func targets(line: String, path: String, authority: String) throws {
    let client = Client()
    client.send(head(line + " HTTP/1.1", "Host: a"))
    let request = try #require(client.requests.first?.head)
    #expect(request.path == path && request.authority == authority)
  }

  @Test("of HTTP/1.0 needs no Host, and ends the connection unless it says otherwise")
  func http10() {
    let client = Client.numbered()
    client.send(head("GET / HTTP/1.0", "Connection: keep-alive"))
    #expect(
      client.received() == head("HTTP/1.1 200 OK", "content-length: 1", "connection: keep-alive")
        + "1")
    client.send(head("GET / HTTP/1.0"))
    #expect(
      client.received() == head("HTTP/1.1 200 OK", "content-length: 1", "connection: close") + "2")
    #expect(client.session.isFinished)
    client.send(head("GET / HTTP/1.0"))
    #expect(client.requests.count == 2 && client.received() == "")
  }

  @Test("that offers another protocol is served in this one")
  func upgrade() {
    let client = Client.numbered()
    client.send(
      head("GET / HTTP/1.1", "Host: a", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"))
    client.send(head("GET / HTTP/1.1", "Host: a"))
    #expect(client.requests.count == 2)
  }

  @Test("waits for 100 (Continue), which is sent where the body is wanted")
  func continues() {
    let client = Client.numbered()
    let request = head("POST / HTTP/1.1", "Host: a", "Content-Length: 2", "Expect: 100-Continue")
    client.send(request)
    #expect(client.received() == "HTTP/1.1 100 Continue\r\n\r\n")
    client.send("{}")
    #expect(client.received() == head("HTTP/1.1 200 OK", "content-length: 1") + "1")
  }

  @Test("whose body is not wanted gets no 100 (Continue), and is the last")
  func declines() {
    let client = Client()
    client.answer = nil
    let delegate = Declining()
    client.session.delegate = delegate
    client.send(head("POST / HTTP/1.1", "Host: a", "Content-Length: 2", "Expect: 100-continue"))
    #expect(
      client.received()
        == head("HTTP/1.1 401 Unauthorized", "content-length: 0", "connection: close"))
    #expect(client.session.isFinished)
  }

  @Test("that is answered before its body has come is passed over to its end")
  func early() {
    let client = Client()
    client.send(head("POST / HTTP/1.1", "Host: a", "Content-Length: 4") + "ab")
    client.requests[0].exchange.respondAndEnd(403)
    #expect(client.received() == head("HTTP/1.1 403 Forbidden", "content-length: 0"))
    #expect(client.session.openExchanges == 1)
    client.send("cd" + head("GET / HTTP/1.1", "Host: a"))
    #expect(client.requests[0].text == "ab" && client.requests[0].closings == [true])
    #expect(client.requests.count == 2)
  }

  private final class Declining: HTTP1SessionDelegate {
    func received(_ request: HTTP1RequestHead, on exchange: HTTP1Exchange, endsBody: Bool) {
      exchange.respondAndEnd(401)
    }
  }
}
