internal import HTTP1
internal import HTTPGateway
internal import RPC
internal import Reactor
internal import TLS

/// A connection that speaks HTTP/1.1, where there is a gateway for what it asks.
extension ServerConnection: HTTP1SessionDelegate {
  /// What HTTP/2 begins with, where no ALPN tells (RFC 9113, section 3.4). No method of HTTP/1.1 does.
  private static let http2Preface = Array("PRI".utf8)

  /// Whether bytes with which a connection without TLS begins are HTTP/1.1's. Nil: more have to come.
  static func isHTTP1(_ beginning: [UInt8]) -> Bool? {
    if beginning.starts(with: http2Preface) { return false }
    return http2Preface.starts(with: beginning) ? nil : true
  }

  func makeHTTP1() -> HTTP1Session {
    let configuration = server.configuration
    var settings = HTTP1Settings()
    settings.maxFieldBytes = configuration.maxMetadataBytes
    settings.maxFields = configuration.maxMetadataFields
    settings.maxBodyBytes = configuration.maxMessageSize
    let session = HTTP1Session(settings)
    session.delegate = self
    // It was accepted, and so is served.
    if isDraining { session.goAwayAfterNext() }
    return session
  }

  /// The client will send no more. By HTTP/1.1 it may wait for the answers to what it has sent; but who
  /// reads a stream, of which the end may never come, is taken to be gone.
  func receivedEnd() {
    guard let http1, (http1Request as? GatewayCall)?.streamsResponses != true else {
      return close(.client)
    }
    peerEnded = true
    guard !isFinishing else {
      if untakenBytes == 0 { close(.client) } else { stream.stopReading() }
      return
    }
    http1.receivedEnd()
    scheduleFlush()
  }

  func received(_ request: HTTP1RequestHead, on exchange: HTTP1Exchange, endsBody: Bool) {
    var head = CallHead()
    for field in request.fields {
      head.add(name: field.name.utf8Span.span, value: field.value.utf8Span.span)
    }
    let asked = HTTPHead(
      method: request.method, target: request.path, contentType: head.contentType,
      metadata: head.metadata, certificateNames: peer.certificateNames)
    if let call = call(asked, head, on: exchange) {
      exchange.delegate = call
      http1Request = call
      call.begin()
      if endsBody { call.receivedEnd() }
      // One that was sent behind others, before the client was gone.
      if peerEnded, call.streamsResponses { server.eventLoop.atTurnEnd { self.close(.client) } }
    } else {
      http1Request = endsBody ? nil : RefusedExchange(exchange, at: server.eventLoop.now)
    }
    scheduleFlush()
  }

  private func call(
    _ request: HTTPHead, _ head: CallHead, on exchange: HTTP1Exchange
  ) -> GatewayCall? {
    guard let gateway = server.configuration.gateway, !head.isGRPC else {
      let status = RPCStatus(.unimplemented, "gRPC is spoken over HTTP/2")
      let asked = HTTPExchange(
        carrier: .http1, method: request.method, target: request.target, status: 505)
      tell(status, head, asked)
      exchange.send(HTTPFailure(status, as: 505), in: server.figures)
      return nil
    }
    return gatewayCall(request, head, by: gateway, answer: exchange)
  }

  func refused(_ refusal: HTTP1Refusal, on exchange: HTTP1Exchange) {
    let status =
      switch refusal.status {
      case 413, 414, 431: RPCStatus(.resourceExhausted, refusal.reason)
      case 501, 505: RPCStatus(.unimplemented, refusal.reason)
      case 503: memoryIsFull
      default: RPCStatus(.invalidArgument, refusal.reason)
      }
    if status.code == .resourceExhausted, refusal.status != 503 {
      server.figures.reached(refusal.status == 413 ? .messageSize : .metadata)
    }
    // What was asked for can't be told where it could not be read.
    tell(status, CallHead(), HTTPExchange(carrier: .http1, status: refusal.status))
    let failure =
      server.configuration.gateway?.failure(status, as: refusal.status, at: refusal.path)
      ?? HTTPFailure(status, as: refusal.status)
    exchange.send(failure, in: server.figures)
    scheduleFlush()
  }

  /// Closes a connection whose client takes longer for the head of a request than for a handshake, and
  /// returns when to look again.
  func closeLateHead(at now: Duration) -> Duration? {
    guard let since = headSince else { return nil }
    let end = since + server.configuration.limits.handshakeTimeout
    if now >= end { close(.timeout) }
    return end
  }

  /// Notes whether the head of a request has begun to come, and is not complete.
  func noteHead(of session: HTTP1Session, at now: Duration) {
    guard session.isReadingHead != (headSince != nil) else { return }
    headSince = session.isReadingHead ? now : nil
    if headSince != nil { scheduleCheck() }
  }
}

extension HTTP1Exchange: HTTPAnswer {
  var carrier: CallCarrier { .http1 }

  func sendHead(_ status: Int, _ fields: [RPCField], contentLength: Int?) {
    let fields = fields + [DateField.shared.now]
    respond(
      status, fields.map { HTTP1Field($0.name, $0.value) }, contentLength: contentLength)
  }

  func endBody() { finish() }

  func cut() { abort() }

  func stopRequest() { abort() }
}

extension GatewayCall: HTTP1ExchangeDelegate {
  func closed(isComplete: Bool) {
    carrierClosed()
    if connection.http1Request === self { connection.http1Request = nil }
  }
}

/// A request of HTTP/1.1 that was refused by its head, the rest of which is passed over.
private final class RefusedExchange: AwaitedRequest {
  let begun: Duration
  private let exchange: HTTP1Exchange

  init(_ exchange: HTTP1Exchange, at now: Duration) {
    self.exchange = exchange
    begun = now
  }

  var awaitsRequest: Bool { !exchange.requestEnded && !exchange.isClosed }

  func endLate() { exchange.abort() }
}
