/// Told of the requests of a session.
public protocol HTTP1SessionDelegate: AnyObject {
  /// A client asks for something; whoever is to serve it becomes the exchange's delegate.
  func received(_ request: HTTP1RequestHead, on exchange: HTTP1Exchange, endsBody: Bool)
  /// What came is no request that is taken. It is to be answered on this exchange with the refusal's
  /// status, and the connection ends after it.
  func refused(_ refusal: HTTP1Refusal, on exchange: HTTP1Exchange)
}

extension HTTP1SessionDelegate {
  /// Answers with the reason as plain text.
  public func refused(_ refusal: HTTP1Refusal, on exchange: HTTP1Exchange) {
    exchange.respondAndEnd(
      refusal.status, [HTTP1Field("content-type", "text/plain")],
      body: Array((refusal.reason + "\n").utf8))
  }
}

/// A server's side of an HTTP/1.1 connection (RFC 9112) with no socket: bytes go in, events come out,
/// and what is to be sent waits until it is taken.
///
/// Requests are served one at a time: those that a client sends ahead wait for the answer before them,
/// and the caller stops reading where ``wantsInput`` says so. Not `Sendable`: it lives with its
/// connection. ``takeOutgoing(upTo:_:)`` and ``receive(_:)`` must not be called from within an event;
/// anything else may. It keeps its delegate, and the exchange keeps it, until ``end()``: whoever opens a
/// session calls that when the connection is over. How long a client may take is the caller's to bound,
/// by ``isReadingHead``, ``openExchanges``, ``answersSent`` and ``pendingBytes``.
public final class HTTP1Session {
  /// Told of what happens, until the session ends.
  public var delegate: (any HTTP1SessionDelegate)?
  /// How many heads and pieces of answers were handed over to be sent.
  public private(set) var answersSent = 0

  private var reader: RequestReader
  /// What has come, of which the bytes before `position` were read.
  private var input: [UInt8] = []
  private var position = 0
  private var output = OutgoingBytes()
  private(set) var exchange: HTTP1Exchange?
  private var isReading = false
  private var peerEnded = false
  /// Whether no further request is served: what still comes is dropped.
  private var isLast = false
  private var hasEnded = false
  /// Whether the next answer is the last.
  private var goesAway = false

  /// A server's side of a new connection.
  public init(_ settings: HTTP1Settings = .init()) { reader = RequestReader(settings) }

  // MARK: What the caller goes by

  /// Whether the caller is to read from the socket. Where it reads on all the same, the bytes wait here.
  ///
  /// It is false while requests wait behind the one that is served, and while that one's body is not
  /// wanted yet.
  public var wantsInput: Bool {
    isLast || position == input.count
      || exchange.map { !$0.requestEnded && !$0.pausesBody } ?? !isBehind
  }

  /// Whether so much waits to be taken that no further request is served: a client that does not read its
  /// answers gets no more of them.
  private var isBehind: Bool { output.count >= 64 << 10 }

  /// Whether a request has begun to come, of which the head is not complete.
  public var isReadingHead: Bool {
    exchange == nil && !isLast && !isBehind && (reader.isInHead || position < input.count)
  }

  /// 1 while a request is served, from its head to the end of its answer and of its body; else 0.
  public var openExchanges: Int { exchange == nil ? 0 : 1 }

  /// How many bytes wait to be taken.
  public var pendingBytes: Int { output.count }

  /// How many bytes of requests are kept here: those that were not read, and the fields of a head that is
  /// not complete.
  public var heldInputBytes: Int { input.count + reader.headBytes }

  /// Whether the connection is to be closed, as all that there was to say was taken.
  ///
  /// Since a client that is still sending may lose the answer with a connection that is closed at once,
  /// the caller does well to shut down its own side, and to read on for a moment (RFC 9112, section 9.6).
  public var isFinished: Bool { hasEnded || isLast && exchange == nil && output.count == 0 }

  // MARK: Bytes

  /// Takes bytes from the client.
  public func receive(_ bytes: RawSpan) {
    guard !hasEnded, !isLast else { return }
    bytes.withUnsafeBytes { input.append(contentsOf: $0) }
    read()
  }

  /// The client has closed its side: requests that are complete are answered.
  public func receivedEnd() {
    peerEnded = true
    if let exchange, !exchange.requestEnded { abort() } else { read() }
  }

  /// Hands over what is to be sent, until there is no more or about `limit` bytes were taken.
  ///
  /// - Returns: whether there is more.
  public func takeOutgoing(upTo limit: Int, _ body: (RawSpan) -> Void) -> Bool {
    let count = pass(output.first(limit), to: body)
    // `body` may end the session, as where the socket has failed.
    guard !hasEnded else { return false }
    output.drop(count)
    exchange?.drained(to: output.count)
    if exchange == nil, position < input.count || peerEnded { read() }
    return output.count > 0
  }

  private func pass(_ bytes: ArraySlice<UInt8>, to body: (RawSpan) -> Void) -> Int {
    if !bytes.isEmpty { bytes.withUnsafeBytes { body($0.bytes) } }
    return bytes.count
  }

  /// Refuses a request of which the head is not complete, where there is one.
  public func refuseHead(_ refusal: HTTP1Refusal) {
    guard isReadingHead else { return }
    refuse(refusal)
    read()
  }

  /// Serves no request after the one that is being served, which is told its client.
  public func goAway() {
    if exchange == nil, reader.isBetweenRequests, position == input.count { stop() }
    exchange?.keepsAlive = false
    goesAway = true
  }

  /// Serves one request more at most, which is told its client.
  public func goAwayAfterNext() { goesAway = true }

  /// Ends the exchange, as the connection is no more. Nothing comes from the session after this, and
  /// what it is given it drops.
  public func end() {
    hasEnded = true
    delegate = nil
    abort()
    output = OutgoingBytes()
    // Where it is being read, it is let go of when that is over.
    if !isReading { dropInput() }
  }

  // MARK: Requests

  /// Reads as much as may be read now.
  func read() {
    // An event may call what reads on; the loop below is already at it.
    guard !isReading else { return }
    isReading = true
    defer { isReading = false }
    do throws(HTTP1Refusal) {
      while !isLast, try step() {}
    } catch {
      var refusal = error
      refusal.path = reader.path(in: input)
      refuse(refusal)
    }
    if isLast {
      dropInput()
    } else if position == input.count || position > 1 << 16 {
      input.removeSubrange(..<position)
      reader.dropped(position)
      position = 0
    }
    // What came before is read once the client has taken more.
    if peerEnded, exchange == nil, !isBehind { stop() }
  }

  private func dropInput() {
    input = []
    position = 0
  }

  /// Handles the next event. False where there is none, or none that may come yet.
  private func step() throws(HTTP1Refusal) -> Bool {
    if let exchange, exchange.requestEnded || exchange.pausesBody { return false }
    if exchange == nil, isBehind { return false }
    guard let event = try reader.next(input, &position) else { return false }
    switch event {
    case .head(let head):
      let exchange = HTTP1Exchange(head, self)
      if goesAway { exchange.keepsAlive = false }
      self.exchange = exchange
      delegate?.received(head, on: exchange, endsBody: head.contentLength == 0)
      if head.expectsContinue { exchange.sendContinue() }
    case .data(let range):
      guard let exchange else { break }
      input.withUnsafeBytes { exchange.receive(UnsafeRawBufferPointer(rebasing: $0[range]).bytes) }
    case .end:
      exchange?.endRequest()
    }
    return true
  }

  /// Answers what is no request, and closes.
  private func refuse(_ refusal: HTTP1Refusal) {
    let broken = exchange
    exchange = nil
    broken?.close(isComplete: false)
    guard broken?.isAnswered != true else { return stop() }
    let exchange = HTTP1Exchange(refusing: self)
    self.exchange = exchange
    delegate?.refused(refusal, on: exchange)
    isLast = true
  }

  // MARK: For the exchange

  func send(_ bytes: some Collection<UInt8>) {
    answersSent += 1
    output.append(bytes)
  }

  /// The exchange is over, and the next request's turn has come.
  func finished(_ exchange: HTTP1Exchange) {
    guard self.exchange === exchange else { return }
    self.exchange = nil
    if exchange.keepsAlive, !goesAway { read() } else { stop() }
  }

  /// Ends the exchange, and the connection after what waits to be sent.
  func abort() {
    let exchange = exchange
    self.exchange = nil
    stop()
    exchange?.close(isComplete: false)
  }

  /// Serves no further request.
  private func stop() { isLast = true }
}
