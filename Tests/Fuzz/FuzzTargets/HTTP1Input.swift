import HTTP1

/// The first byte says how the rest, a client's bytes, is cut and how requests are answered.
enum HTTP1Input {
  private static let pieceSizes = [1, 2, 3, 16, 64, 1000, 1 << 14, .max >> 1]

  static func run(_ bytes: [UInt8]) throws(BrokenPromise) -> Bool {
    var reader = InputReader(bytes)
    let style = reader.byte()
    let input = Array(reader.rest)
    let whole = serve(input, style, pieceSize: input.count + 1)
    let cut = serve(input, style, pieceSize: pieceSizes[Int(style & 7)])
    try promise(whole.heard == cut.heard, "what is heard depends on how the bytes are cut")
    try promise(whole.sent == cut.sent, "what is sent depends on how the bytes are cut")
    for server in [whole, cut] {
      try promise(server.open == 0, "an exchange outlives its session")
      try promise(!server.heardAfterClosing, "something came in an exchange that was over")
      try promise(
        server.bodyBytes <= server.heads * Server.settings.maxBodyBytes, "a body is over the limit")
    }
    return whole.heads > 0
  }

  private static func serve(_ input: [UInt8], _ style: UInt8, pieceSize: Int) -> Server {
    let session = HTTP1Session(Server.settings)
    let server = Server(style: style >> 3)
    session.delegate = server
    for piece in input.pieces(of: pieceSize) {
      session.receive(input.span.bytes.extracting(piece))
    }
    session.receivedEnd()
    while session.takeOutgoing(upTo: 100, { server.sent.append(contentsOf: $0) }) {}
    session.end()
    return server
  }
}

/// Answers each request, as the style says: at its head, or at its end; whole, or in pieces.
private final class Server: HTTP1SessionDelegate {
  static let settings = {
    var settings = HTTP1Settings()
    settings.maxBodyBytes = 64
    settings.maxFields = 8
    settings.maxFieldBytes = 512
    settings.maxRequestLineBytes = 128
    return settings
  }()

  let style: UInt8
  /// What came, in one text.
  var heard: [UInt8] = []
  var sent: [UInt8] = []
  var heads = 0
  var open = 0
  var bodyBytes = 0
  var heardAfterClosing = false

  init(style: UInt8) { self.style = style }

  func received(_ request: HTTP1RequestHead, on exchange: HTTP1Exchange, endsBody: Bool) {
    heads += 1
    open += 1
    heard += "\(request)\n".utf8
    let served = Served(exchange, self)
    exchange.delegate = served
    if style & 1 != 0 { served.answer() }
  }
}

extension [UInt8] {
  fileprivate mutating func append(contentsOf bytes: RawSpan) {
    bytes.withUnsafeBytes { append(contentsOf: $0) }
  }
}

private final class Served: HTTP1ExchangeDelegate {
  private let exchange: HTTP1Exchange
  private let server: Server
  private var isClosed = false

  init(_ exchange: HTTP1Exchange, _ server: Server) {
    self.exchange = exchange
    self.server = server
  }

  func answer() {
    if server.style & 2 != 0 {
      exchange.respondAndEnd(200, body: Array("whole".utf8))
    } else {
      exchange.respond(200)
      exchange.write(Array("in ".utf8))
      exchange.write(Array("pieces".utf8))
      exchange.finish()
    }
  }

  func received(data: RawSpan) {
    server.heardAfterClosing = server.heardAfterClosing || isClosed
    server.bodyBytes += data.byteCount
    server.heard.append(contentsOf: data)
  }

  func receivedEnd() {
    server.heardAfterClosing = server.heardAfterClosing || isClosed
    server.heard.append(0)
    if server.style & 1 == 0 { answer() }
  }

  func closed(isComplete: Bool) {
    server.open -= 1
    isClosed = true
    server.heard += "\(isComplete)\n".utf8
  }
}
