/// Told of what happens in one exchange.
public protocol HTTP1ExchangeDelegate: AnyObject {
  /// A piece of the request's body has come; it is gone when this returns.
  func received(data: RawSpan)
  /// The whole of the body has come.
  func receivedEnd()
  /// The exchange is over; nothing comes after. It is complete where the request has come, and its
  /// answer was handed over to be sent; where not, the connection ends.
  func closed(isComplete: Bool)
}

/// A request and its answer.
///
/// What is sent waits in the session until it is asked for it. Sending in an exchange that is over does
/// nothing.
public final class HTTP1Exchange {
  /// Told of what happens, until the exchange is over.
  public var delegate: (any HTTP1ExchangeDelegate)?
  /// Whether the rest of the body is to wait.
  public var pausesBody = false {
    didSet { if oldValue, !pausesBody { session?.read() } }
  }
  /// Whether all of the request has come.
  public private(set) var requestEnded = false
  /// Whether the answer's head was sent.
  public private(set) var isAnswered = false
  /// Whether the connection goes on after the exchange.
  var keepsAlive: Bool

  private var session: HTTP1Session?
  private let isHead: Bool
  private let isHTTP10: Bool
  private let expectsContinue: Bool
  private var framing = Framing.none
  private var answerEnded = false
  private var whenDrained: (level: Int, body: () -> Void)?

  /// How the end of the answer's body is known.
  private enum Framing {
    /// There is none.
    case none
    /// So many bytes of it are due.
    case length(Int)
    case chunked
    /// By the connection's.
    case close
  }

  init(_ head: HTTP1RequestHead, _ session: HTTP1Session) {
    self.session = session
    keepsAlive = head.keepsAlive
    isHead = head.method == "HEAD"
    isHTTP10 = head.isHTTP10
    expectsContinue = head.expectsContinue
    requestEnded = head.contentLength == 0
  }

  /// The exchange by which a request is refused that could not be read.
  init(refusing session: HTTP1Session) {
    self.session = session
    keepsAlive = false
    isHead = false
    isHTTP10 = false
    expectsContinue = false
    requestEnded = true
  }

  /// Whether the exchange is over.
  public var isClosed: Bool { session == nil }

  /// How many bytes of answers wait to be sent.
  public var pendingBytes: Int { session?.pendingBytes ?? 0 }

  /// Calls `body` once, when no more than `level` bytes wait to be sent, or the exchange is over.
  public func whenDrained(to level: Int, _ body: @escaping () -> Void) {
    guard let session, session.pendingBytes > level else { return body() }
    whenDrained = (level, body)
  }

  // MARK: The answer

  /// Answers with a head; a body follows. The answer may begin, and end, before the request's body has
  /// come, whose rest is passed over then. Only the first answer counts.
  ///
  /// - Parameters:
  ///   - status: 200 to 599.
  ///   - fields: The fields, without those that say how long the body is and whether the connection goes
  ///     on. `date` is the caller's, who has a clock.
  ///   - contentLength: How many bytes the body has. Nil where that is not known: then it is sent in
  ///     chunks, or to an HTTP/1.0 client until the connection ends.
  public func respond(_ status: Int, _ fields: [HTTP1Field] = [], contentLength: Int? = nil) {
    guard let session, !isAnswered else { return }
    isAnswered = true
    // Of a request whose body was not awaited, the rest is not either.
    if !requestEnded, expectsContinue, !hasContinued { keepsAlive = false }
    var head = ResponseHead(status: status)
    for field in fields { head.add(field.name, field.value) }
    if status == 204 || status == 304 {
      framing = .none
    } else if let contentLength {
      framing = .length(contentLength)
      head.add("content-length", String(contentLength))
    } else if isHTTP10 {
      framing = .close
      keepsAlive = false
    } else {
      framing = .chunked
      head.add("transfer-encoding", "chunked")
    }
    if isHead { framing = .none }
    if !keepsAlive {
      head.add("connection", "close")
    } else if isHTTP10 {
      head.add("connection", "keep-alive")
    }
    session.send(head.bytes)
  }

  /// Answers with a head and the whole of the body. Only the first answer counts.
  public func respondAndEnd(_ status: Int, _ fields: [HTTP1Field] = [], body: [UInt8] = []) {
    guard !isAnswered else { return }
    respond(status, fields, contentLength: body.count)
    write(body)
    finish()
  }

  /// Sends a piece of the body. What is past its declared length is dropped.
  public func write(_ bytes: [UInt8]) {
    guard let session, isAnswered, !answerEnded, !bytes.isEmpty else { return }
    switch framing {
    case .none: break
    case .length(let due):
      let piece = bytes.prefix(due)
      framing = .length(due - piece.count)
      if !piece.isEmpty { session.send(piece) }
    case .chunked:
      var chunk = Array(String(bytes.count, radix: 16).utf8) + [0x0D, 0x0A]
      chunk += bytes
      chunk += [0x0D, 0x0A]
      session.send(chunk)
    case .close: session.send(bytes)
    }
  }

  /// Ends the body. Where it is shorter than was declared, the connection ends, by which the client
  /// knows.
  public func finish() {
    guard let session, isAnswered, !answerEnded else { return }
    answerEnded = true
    switch framing {
    case .chunked: session.send("0\r\n\r\n".utf8)
    case .length(1...): return session.abort()
    case .none, .length, .close: break
    }
    // The next request begins behind the body, of which nobody wants the rest.
    pausesBody = false
    if requestEnded || !keepsAlive { complete() }
  }

  private func complete() {
    let session = session
    close(isComplete: true)
    session?.finished(self)
  }

  /// Ends the exchange and the connection at once: an answer that has begun is cut short.
  public func abort() { session?.abort() }

  // MARK: For the session

  private var hasContinued = false

  /// Asks for the body, where the client waits for that and nobody has answered yet.
  func sendContinue() {
    guard let session, !isAnswered else { return }
    hasContinued = true
    session.send("HTTP/1.1 100 Continue\r\n\r\n".utf8)
  }

  func receive(_ data: RawSpan) {
    if !answerEnded { delegate?.received(data: data) }
  }

  func endRequest() {
    requestEnded = true
    if answerEnded { complete() } else { delegate?.receivedEnd() }
  }

  func drained(to level: Int) {
    guard let whenDrained, level <= whenDrained.level else { return }
    self.whenDrained = nil
    whenDrained.body()
  }

  func close(isComplete: Bool) {
    guard session != nil else { return }
    session = nil
    let whenDrained = whenDrained
    self.whenDrained = nil
    whenDrained?.body()
    let delegate = delegate
    self.delegate = nil
    delegate?.closed(isComplete: isComplete)
  }
}
