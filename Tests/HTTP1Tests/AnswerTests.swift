import HTTP1
import Testing

@Suite("An answer")
struct AnswerTests {
  private let get = head("GET / HTTP/1.1", "Host: a")

  @Test("of unknown length is sent in chunks, to an old client until the connection ends")
  func chunks() {
    let client = Client()
    client.send(get)
    let exchange = client.requests[0].exchange
    exchange.respond(200, [HTTP1Field("content-type", "application/x-ndjson")])
    exchange.write(Array("{}\n".utf8))
    exchange.write([])
    exchange.write([UInt8](repeating: 0x61, count: 17))
    exchange.finish()
    #expect(
      client.received()
        == head(
          "HTTP/1.1 200 OK", "content-type: application/x-ndjson", "transfer-encoding: chunked")
        + "3\r\n{}\n\r\n11\r\naaaaaaaaaaaaaaaaa\r\n0\r\n\r\n")
    client.send(head("GET / HTTP/1.0", "Connection: keep-alive"))
    client.requests[1].exchange.respond(200)
    client.requests[1].exchange.write(Array("{}\n".utf8))
    client.requests[1].exchange.finish()
    #expect(client.received() == head("HTTP/1.1 200 OK", "connection: close") + "{}\n")
    #expect(client.session.isFinished)
  }

  @Test("waits for a client that does not read the ones before")
  func unread() {
    let client = Client.numbered()
    client.send(String(repeating: get, count: 20_000))
    #expect(client.session.pendingBytes < 70_000)
    #expect(!client.session.wantsInput)
    let answers = client.received()
    #expect(client.requests.count == 20_000)
    #expect(answers.ranges(of: "HTTP/1.1 200").count == 20_000)
    #expect(client.session.wantsInput)
  }

  @Test("is given once more by a session that goes away after the next request")
  func lastOne() {
    let client = Client.numbered()
    client.session.goAwayAfterNext()
    client.send(get + get)
    #expect(client.requests.count == 1)
    #expect(client.received().contains("connection: close"))
    #expect(client.session.isFinished)
  }

  @Test("to HEAD has no body, but its length")
  func heads() {
    let client = Client.numbered()
    client.send(head("HEAD / HTTP/1.1", "Host: a"))
    #expect(client.received() == head("HTTP/1.1 200 OK", "content-length: 1"))
    client.answer = { exchange in
      exchange.respond(200)
      exchange.write([1])
      exchange.finish()
    }
    client.send(head("HEAD / HTTP/1.1", "Host: a"))
    #expect(client.received() == head("HTTP/1.1 200 OK", "transfer-encoding: chunked"))
  }

  @Test(
    "that has no content says nothing of its length",
    arguments: [(204, "No Content"), (304, "Not Modified")])
  func noContent(status: Int, reason: String) {
    let client = Client { $0.respondAndEnd(status, body: [1, 2]) }
    client.send(get)
    #expect(client.received() == head("HTTP/1.1 \(status) \(reason)"))
    #expect(client.session.openExchanges == 0)
  }

  @Test("lets nothing begin within a field's value")
  func splitting() {
    let client = Client { $0.respondAndEnd(200, [HTTP1Field("x", "a\r\nset-cookie: b\0")]) }
    client.send(get)
    #expect(
      client.received() == head("HTTP/1.1 200 OK", "x: a  set-cookie: b ", "content-length: 0"))
  }

  @Test("that is longer than it says is cut, and one that is shorter ends the connection")
  func lengths() {
    let client = Client()
    client.send(get)
    client.requests[0].exchange.respond(200, contentLength: 2)
    client.requests[0].exchange.write(Array("abc".utf8))
    client.requests[0].exchange.finish()
    #expect(client.received() == head("HTTP/1.1 200 OK", "content-length: 2") + "ab")
    client.send(get)
    client.requests[1].exchange.respond(200, contentLength: 2)
    client.requests[1].exchange.finish()
    #expect(client.requests[1].closings == [false] && client.received() != "")
    #expect(client.session.isFinished)
  }

  @Test("counts once, and nothing is sent when the exchange is over")
  func once() {
    let client = Client.numbered()
    client.send(get)
    let exchange = client.requests[0].exchange
    _ = client.received()
    exchange.respondAndEnd(500)
    exchange.write([1])
    exchange.finish()
    #expect(client.received() == "" && exchange.isClosed)
  }

  @Test("holds up the requests behind it, which are answered in their order")
  func pipelining() {
    let client = Client()
    client.send(get + head("GET /2 HTTP/1.1", "Host: a") + head("GET /3 HTTP/1.1", "Host: a"))
    #expect(client.requests.count == 1 && !client.session.wantsInput)
    client.requests[0].exchange.respondAndEnd(200)
    #expect(client.requests.count == 2 && !client.session.wantsInput)
    client.answer = { $0.respondAndEnd(404) }
    client.requests[1].exchange.respondAndEnd(201)
    #expect(client.requests.map(\.head.path) == ["/", "/2", "/3"] && client.session.wantsInput)
    let statuses = client.received().split(separator: "\r\n").filter { $0.hasPrefix("HTTP") }
    #expect(statuses == ["HTTP/1.1 200 OK", "HTTP/1.1 201 Created", "HTTP/1.1 404 Not Found"])
  }

  @Test("presses back: its writer is told when the client has taken it")
  func pressure() {
    let client = Client()
    client.send(get)
    let exchange = client.requests[0].exchange
    exchange.respond(200, contentLength: 5000)
    exchange.write([UInt8](repeating: 0, count: 5000))
    var isDrained = false
    exchange.whenDrained(to: 1000) { isDrained = true }
    while exchange.pendingBytes > 1001 {
      #expect(!isDrained)
      _ = client.session.takeOutgoing(upTo: 1) { _ in }
    }
    _ = client.session.takeOutgoing(upTo: 1) { _ in }
    #expect(isDrained)
  }

  @Test("may wait until more of the request is wanted")
  func pauses() {
    let client = Client()
    client.send(head("POST / HTTP/1.1", "Host: a", "Content-Length: 4") + "a")
    client.requests[0].exchange.pausesBody = true
    client.send("bc")
    #expect(client.requests[0].text == "a" && !client.session.wantsInput)
    client.requests[0].exchange.pausesBody = false
    #expect(client.requests[0].text == "abc" && client.session.wantsInput)
  }

  @Test("is the last where the client says so, and where the server goes away")
  func closing() {
    let asked = Client.numbered()
    asked.send(head("GET / HTTP/1.1", "Host: a", "Connection: close") + get)
    #expect(
      asked.received() == head("HTTP/1.1 200 OK", "content-length: 1", "connection: close") + "1")
    #expect(asked.session.isFinished && asked.requests.count == 1)

    let idle = Client.numbered()
    idle.session.goAway()
    #expect(idle.session.isFinished)

    let busy = Client()
    busy.send(get + get)
    busy.session.goAway()
    #expect(!busy.session.isFinished)
    busy.requests[0].exchange.respondAndEnd(200)
    #expect(busy.received().contains("connection: close") && busy.session.isFinished)
    #expect(busy.requests.count == 1)
  }

  @Test("goes on when the client has closed its side after the request, and not before")
  func halfClosed() {
    let client = Client()
    client.send(get)
    client.session.receivedEnd()
    client.requests[0].exchange.respondAndEnd(200)
    #expect(client.received() != "" && client.session.isFinished)

    // The second is read once the first's answer was taken.
    let slow = Client { $0.respondAndEnd(200, body: Array(repeating: 0x2E, count: 100_000)) }
    slow.send(get + get)
    slow.session.receivedEnd()
    #expect(slow.requests.count == 1 && !slow.session.isFinished)
    #expect(slow.received().count > 200_000 && slow.requests.count == 2)
    #expect(slow.session.isFinished)

    let early = Client()
    early.send(head("POST / HTTP/1.1", "Host: a", "Content-Length: 4") + "ab")
    early.session.receivedEnd()
    #expect(early.requests[0].closings == [false] && early.session.isFinished)
    #expect(early.received() == "")
  }

  @Test("ends with its connection, and the session lets go of all")
  func ending() {
    weak var session: HTTP1Session?
    do {
      let client = Client()
      session = client.session
      client.send(get)
      client.session.end()
      #expect(client.requests[0].closings == [false] && client.received() == "")
    }
    #expect(session == nil)
  }

  @Test("tells its caller's timers what is under way")
  func timers() {
    let client = Client()
    let session = client.session
    #expect(!session.isReadingHead && session.openExchanges == 0)
    client.send("GET /")
    #expect(session.isReadingHead)
    client.send(" HTTP/1.1\r\nHost: a\r\n")
    #expect(session.isReadingHead)
    client.send("\r\n")
    #expect(!session.isReadingHead && session.openExchanges == 1 && session.answersSent == 0)
    client.requests[0].exchange.respondAndEnd(200)
    #expect(session.openExchanges == 0 && session.answersSent == 1 && session.pendingBytes > 0)
  }

  @Test("may end with its connection while it is being sent")
  func endsInTheMidst() {
    let client = Client()
    client.send(get)
    client.requests[0].exchange.respondAndEnd(200, body: Array("hello".utf8))
    let hasMore = client.session.takeOutgoing(upTo: 10) { _ in client.session.end() }
    #expect(!hasMore && client.session.isFinished && client.session.pendingBytes == 0)
  }
}
