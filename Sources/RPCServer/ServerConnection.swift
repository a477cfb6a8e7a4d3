internal import HTTP1
internal import HTTP2
internal import HTTPGateway
internal import Logging
internal import ProtobufMessages
internal import RPC
internal import Reactor
internal import TLS

/// One connection: bytes from the socket through TLS into HTTP/2 or HTTP/1.1, and back. It holds no policy on
/// calls; ``ConnectionLifetime`` decides how long it may live.
final class ServerConnection: ByteStreamDelegate, HTTP2SessionDelegate {
  let server: LoopServer
  /// Who is at the other end; its certificate's names are known once TLS is established.
  private(set) lazy var peer = CallPeer(
    address: peerAddress, certificateNames: tls?.peerNames ?? [])
  private let peerAddress: String
  /// How many handlers run for this connection, whether anybody waits for their answers or not.
  var runningCalls = 0
  /// How many bytes wait for the kernel to take them.
  var pendingBytes: Int { stream.pendingBytes }
  /// How many bytes the calls and what waits of their requests take.
  var requestBytes = 0
  let stream: ByteStream
  let http2: HTTP2Session
  /// Nil unless the client speaks HTTP/1.1.
  private(set) var http1: HTTP1Session?
  /// The request of HTTP/1.1 that is being served, or was refused, until it is complete.
  var http1Request: (any AwaitedRequest)?
  /// Whether the client has said that it will send no more.
  var peerEnded = false
  /// Since when the head of a request by HTTP/1.1 is coming.
  var headSince: Duration?
  /// The first bytes, until they tell what the client speaks; nil once that is known.
  private var beginning: [UInt8]?
  private var tls: TLSSession?
  private var security: RPCEndpoint.Security
  var lifetime: ConnectionLifetime
  var check: LoopTimer?
  /// Runs once all was said.
  private var ending: LoopTimer?
  private var isFlushScheduled = false
  /// Whether all that was to be said was said; what still comes is not read.
  private(set) var isFinishing = false
  /// Whether TLS is established and the client's first SETTINGS have come.
  var isEstablished = false
  /// Whether the client was asked to open no more calls.
  var isDraining = false
  /// Why it ends, once it is to.
  private var end: ConnectionEnd?
  private var answersSent = 0
  /// The bytes of this connection that its server has counted.
  var counted = 0

  /// How often it is looked whether the peer has taken all.
  private static let takenInterval = Duration.milliseconds(100)
  /// How much is taken from HTTP/2 before asking how much of it the kernel took.
  private static let flushSize = 64 << 10

  init(
    _ socket: consuming OwnedSocket, _ security: RPCEndpoint.Security, server: LoopServer
  ) throws {
    self.server = server
    self.security = security
    peerAddress = socket.peerDescription
    lifetime = ConnectionLifetime(
      server.configuration.limits, at: server.eventLoop.now, jitter: .random(in: -1...1))
    stream = try ByteStream(adopting: socket, on: server.eventLoop)
    http2 = try HTTP2Session.server(server.configuration.http2)
    beginning = server.configuration.gateway == nil ? nil : []
  }

  var session: any HTTPSession { http1 ?? http2 }
  /// Whether TLS has begun, and is not established.
  var isShakingHands: Bool { tls?.state == .handshaking }
  /// Whether it is not known yet what the client speaks.
  var isUndecided: Bool { beginning != nil }

  func start() {
    stream.delegate = self
    http2.delegate = self
    scheduleCheck()
    stream.startReading()
  }

  // MARK: From the socket

  func received(_ bytes: RawSpan) {
    guard !isFinishing else { return }
    let now = server.eventLoop.now
    lifetime.heard(at: now)
    do {
      try secure(beginningWith: bytes)
      if let tls {
        var failure: HTTP2Error?
        let isNew = tls.state == .handshaking
        try tls.receive(bytes) { plaintext in
          do throws(HTTP2Error) { try receive(plaintext, at: now) } catch { failure = error }
        }
        if isNew, tls.state != .handshaking { server.figures.established(tls) }
        if let failure { throw failure }
        // Before anything is said, as HTTP/2 says something at once.
        if isUndecided, tls.state == .established { decide(isHTTP1: tls.isHTTP1) }
        if tls.state == .ended { receivedEnd() }
      } else {
        try receive(bytes, at: now)
      }
      scheduleFlush()
    } catch {
      server.logger.debug("a connection has failed", metadata: ["error": "\(error)"])
      finish(.invalid)
    }
  }

  private func receive(_ plaintext: RawSpan, at now: Duration) throws(HTTP2Error) {
    guard !isUndecided else { return try begin(plaintext, at: now) }
    try pass(plaintext, at: now)
  }

  private func begin(_ plaintext: RawSpan, at now: Duration) throws(HTTP2Error) {
    beginning?.append(plaintext, from: 0, count: plaintext.byteCount)
    guard let first = beginning, let isHTTP1 = tls.map(\.isHTTP1) ?? Self.isHTTP1(first) else {
      return
    }
    decide(isHTTP1: isHTTP1)
    try first.withRawSpan { (bytes) throws(HTTP2Error) in try pass(bytes, at: now) }
  }

  private func decide(isHTTP1: Bool) {
    beginning = nil
    guard isHTTP1 else { return }
    http1 = makeHTTP1()
    lifetime.speaksHTTP1()
  }

  private func pass(_ plaintext: RawSpan, at now: Duration) throws(HTTP2Error) {
    guard let http1 else { return try http2.receive(plaintext, at: now) }
    http1.receive(plaintext)
    if http1.isReadingHead, !hasRoom(for: 0) { http1.refuseHead(.overloaded) }
  }

  /// Decides, at the first byte, whether the connection is TLS.
  private func secure(beginningWith bytes: RawSpan) throws {
    if case .either = security {
      security = TLSSession.isHandshake(bytes) ? .tls : .plaintext
    }
    if case .tls = security, tls == nil {
      tls = try TLSSession(server: server.configuration.tls.current)
    }
  }

  func failed(_ error: SystemError) { close(.broken) }

  // MARK: To the socket

  /// Sends what there is to send when this turn's events have been handled.
  func scheduleFlush() {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    server.eventLoop.atTurnEnd { [self] in
      isFlushScheduled = false
      flush()
    }
  }

  func flush() {
    guard !stream.isClosing else { return }
    if isUndecided || tls?.state == .handshaking {
      tls?.takeOutgoing { stream.write($0) }
      return
    }
    let limit = server.configuration.maxPendingBytes
    var hasMore = true
    while hasMore, stream.pendingBytes < limit, !stream.isClosing {
      hasMore = session.takeOutgoing(upTo: Self.flushSize) { send($0) }
      // Also what TLS has to say of itself.
      tls?.takeOutgoing { stream.write($0) }
    }
    // A write that failed has closed the connection.
    guard !stream.isClosing else { return }
    // A peer that does not take its answers is not asked for more questions.
    if peerEnded || stream.pendingBytes >= limit || !session.takesInput {
      stream.stopReading()
    } else {
      stream.startReading()
    }
    account()
    if session.isFinished { finish(isDraining ? .drained : peerEnded ? .client : .answered) }
  }

  /// Tells what watches over this connection how it stands.
  private func account() {
    let now = server.eventLoop.now
    let session = session
    if let http1 { noteHead(of: http1, at: now) }
    if session.isEstablished { established(at: now) }
    if session.answersSent != answersSent {
      answersSent = session.answersSent
      lifetime.progressed(at: now)
    }
    lifetime.update(
      calls: session.openCalls, isBlocked: stream.pendingBytes + session.pendingAnswerBytes > 0,
      at: now)
    count(heldBytes)
  }

  private func send(_ plaintext: RawSpan) {
    guard let tls else { return stream.write(plaintext) }
    do {
      try tls.send(plaintext)
      tls.takeOutgoing { stream.write($0) }
    } catch {
      close(.broken)
    }
  }

  func drained() {
    guard !isFinishing else { return }
    lifetime.progressed(at: server.eventLoop.now)
    flush()
  }

  // MARK: Calls

  func received(_ request: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool) {
    var head = CallHead()
    request.forEachField { name, value in head.add(name: name, value: value) }
    if let gateway = server.configuration.gateway, !head.isGRPC {
      return serve(request, head, by: gateway, on: stream, endsStream: endsStream)
    }
    do throws(CallHead.Refusal) {
      let route = try route(request, head)
      guard runningCalls < server.configuration.maxRunningCalls else {
        server.figures.reached(.runningCalls)
        // Nothing was done: the client may try again, here or elsewhere.
        return stream.reset(.refusedStream)
      }
      guard hasRoom(for: ServerStream.size(of: head)) else { throw .status(memoryIsFull) }
      let call = ServerStream(head, of: route, on: stream, connection: self)
      stream.delegate = call
      call.begin()
      if endsStream { call.receivedEnd() }
    } catch {
      switch error {
      case .http(let code): refuse(request, head, code, on: stream)
      case .status(let status):
        tell(status, head, method: String(request.path.prefix { $0 != "?" }))
        stream.respondAndEnd(ResponseHead.fields(status), after: ResponseHead.plain)
      }
    }
  }

  /// Tells of a request that is refused before it is a call. Its query is not told, which may name users.
  func tell(
    _ status: RPCStatus, _ head: CallHead, _ http: HTTPExchange? = nil, method: String? = nil
  ) {
    server.configuration.refused?(
      RefusedCall(
        method: method, status: status, peer: peer, traceparent: head.metadata["traceparent"],
        http: http))
  }

  private func serve(
    _ request: HTTP2RequestHead, _ head: CallHead, by gateway: HTTPGateway, on stream: HTTP2Stream,
    endsStream: Bool
  ) {
    let asked = HTTPHead(
      method: request.method, target: request.path, contentType: head.contentType,
      metadata: head.metadata, certificateNames: peer.certificateNames)
    if !endsStream { stream.codeAfterEnd = nil }
    guard
      let call = gatewayCall(
        asked, head, isTooLarge: request.isTooLarge, by: gateway, answer: stream)
    else {
      if !endsStream { stream.delegate = RefusedRequest(stream, at: server.eventLoop.now) }
      return
    }
    stream.delegate = call
    call.begin()
    if endsStream { call.receivedEnd() }
  }

  /// What is called.
  private func route(
    _ request: HTTP2RequestHead, _ head: CallHead
  ) throws(CallHead.Refusal) -> Dispatcher.Route {
    guard !request.isTooLarge else {
      let limit = server.configuration.http2.maxFieldBytes
      server.figures.reached(.metadata)
      throw .status(
        RPCStatus(.resourceExhausted, "the metadata is over the limit of \(limit) bytes"))
    }
    try head.check(method: request.methodBytes.span)
    do throws(RPCStatus) {
      return try server.dispatcher.route(request.pathBytes)
    } catch {
      throw .status(error)
    }
  }

  /// The peer opens no more streams; those that stand end as they would, and then ``flush()`` finds
  /// that the session is finished.
  func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode) {}

  func receivedPing() {
    let now = server.eventLoop.now
    guard !lifetime.receivedPing(calls: http2.openStreams, at: now) else { return }
    http2.goAway(.enhanceYourCalm, reason: "too_many_pings")
    finishSoon(.invalid)
  }

  func receivedPong(_ payload: UInt64) {
    if payload == Self.drainPing { endDrain(after: Self.drainPause) }
  }

  // MARK: Ending

  /// Says what is left to say, and closes once the peer has too: closing earlier would make the
  /// kernel throw away what the peer has not read yet.
  private func finish(_ end: ConnectionEnd) {
    guard !isFinishing, !stream.isClosing else { return }
    self.end = end
    isFinishing = true
    if !isUndecided, tls?.state != .handshaking {
      _ = session.takeOutgoing(upTo: Self.flushSize) { send($0) }
      guard !stream.isClosing else { return }
    }
    tls?.close()
    tls?.takeOutgoing { stream.write($0) }
    stream.finishWriting()
    if !peerEnded { stream.startReading() }
    endSessions()
    let now = server.eventLoop.now
    lifetime.finishing(at: now)
    lifetime.update(calls: 0, isBlocked: true, at: now)
    scheduleCheck()
    closeWhenTaken(of: .max)
  }

  /// Waits until the peer has taken all, as long as it may take for that, and then for it to close.
  ///
  /// - Parameter left: the bytes that it had not taken before.
  private func closeWhenTaken(of left: Int) {
    guard !stream.isClosing else { return }
    // Reading no more, nothing else tells of it.
    if peerEnded, stream.isBroken { return close(.broken) }
    count(heldBytes)
    let end = end ?? .answered
    let untaken = untakenBytes
    if untaken == 0, peerEnded {
      close(self.end ?? .client)
    } else if untaken == 0 {
      let pause = server.configuration.limits.closeTimeout
      ending = server.eventLoop.timer(after: pause) { self.close(end) }
    } else {
      if untaken < left { lifetime.progressed(at: server.eventLoop.now) }
      ending = server.eventLoop.timer(after: Self.takenInterval) {
        self.closeWhenTaken(of: untaken)
      }
    }
  }

  /// How many bytes the peer has not taken, as far as that can be seen.
  var untakenBytes: Int { stream.pendingBytes + stream.unacknowledgedBytes }

  private func endSessions() {
    http2.end()
    http1?.end()
    http1Request = nil
  }

  /// As ``finish(_:)``, once what is being read was read.
  private func finishSoon(_ end: ConnectionEnd) {
    server.eventLoop.atTurnEnd { [self] in finish(end) }
  }

  /// Closes the connection now; its calls are cancelled.
  ///
  /// - Parameter end: Why, where it was not to end already.
  func close(_ end: ConnectionEnd) {
    for timer in [check, ending] { timer?.cancel() }
    check = nil
    ending = nil
    count(0)
    stream.close()
    endSessions()
    server.ended(self, self.end ?? end)
  }
}
