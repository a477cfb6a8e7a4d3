import HTTP1

/// Feeds a session the bytes of a client, and writes down what comes of them.
final class Client: HTTP1SessionDelegate {
  let session: HTTP1Session
  private(set) var requests: [Served] = []
  private(set) var refusals: [HTTP1Refusal] = []
  /// What each request is answered at its end. Nil where the test answers.
  var answer: ((HTTP1Exchange) -> Void)?

  init(_ settings: HTTP1Settings = .init(), answer: ((HTTP1Exchange) -> Void)? = nil) {
    session = HTTP1Session(settings)
    self.answer = answer
    session.delegate = self
  }

  /// Answers each request with its number.
  static func numbered(_ settings: HTTP1Settings = .init()) -> Client {
    let client = Client(settings)
    client.answer = { [unowned client] exchange in
      exchange.respondAndEnd(200, body: Array("\(client.requests.count)".utf8))
    }
    return client
  }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) { session.receive(bytes.span.bytes) }

  /// All that the session has to say.
  func received() -> String {
    var bytes: [UInt8] = []
    while session.takeOutgoing(upTo: 1000, { $0.withUnsafeBytes { bytes += Array($0) } }) {}
    return String(decoding: bytes, as: UTF8.self)
  }

  func received(_ request: HTTP1RequestHead, on exchange: HTTP1Exchange, endsBody: Bool) {
    let served = Served(request, exchange, self)
    exchange.delegate = served
    requests.append(served)
    if endsBody {
      served.hasEnded = true
      answer?(exchange)
    }
  }

  func refused(_ refusal: HTTP1Refusal, on exchange: HTTP1Exchange) {
    refusals.append(refusal)
    exchange.respondAndEnd(refusal.status, body: [])
  }
}

/// One request, as it was heard.
final class Served: HTTP1ExchangeDelegate {
  let head: HTTP1RequestHead
  let exchange: HTTP1Exchange
  private unowned let client: Client
  private(set) var body: [UInt8] = []
  var hasEnded = false
  private(set) var closings: [Bool] = []

  init(_ head: HTTP1RequestHead, _ exchange: HTTP1Exchange, _ client: Client) {
    self.head = head
    self.exchange = exchange
    self.client = client
  }

  var text: String { String(decoding: body, as: UTF8.self) }

  func received(data: RawSpan) { data.withUnsafeBytes { body += Array($0) } }

  func receivedEnd() {
    hasEnded = true
    client.answer?(exchange)
  }

  func closed(isComplete: Bool) { closings.append(isComplete) }
}

/// A head of lines, with the empty one at its end.
func head(_ lines: String...) -> String { lines.map { $0 + "\r\n" }.joined() + "\r\n" }
