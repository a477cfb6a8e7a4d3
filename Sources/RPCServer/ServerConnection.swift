internal import HTTP2
internal import Logging
internal import RPC
internal import Reactor
internal import TLS

/// One connection: bytes from the socket through TLS into HTTP/2, and back. It holds no policy on
/// calls.
final class ServerConnection: ByteStreamDelegate, HTTP2SessionDelegate {
  unowned let server: LoopServer
  /// How many bytes wait for the kernel to take them.
  var pendingBytes: Int { stream.pendingBytes }
  let peer: String
  private let stream: ByteStream
  private let http2: HTTP2Session
  private var tls: TLSSession?
  private var security: RPCEndpoint.Security
  private var handshakeDeadline: LoopTimer?
  private var closeDeadline: LoopTimer?
  private var isFlushScheduled = false
  /// Whether all that was to be said was said; what still comes is not read.
  private var isFinishing = false

  /// How long the peer may take to close its side after we have.
  private static let closeTimeout = Duration.seconds(1)
  /// How much is taken from HTTP/2 before asking how much of it the kernel took.
  private static let flushSize = 64 << 10

  init(
    _ socket: consuming OwnedSocket, _ security: RPCEndpoint.Security, server: LoopServer
  ) throws {
    self.server = server
    self.security = security
    peer = socket.isUnix ? "unix" : "tcp"
    stream = try ByteStream(adopting: socket, on: server.eventLoop)
    http2 = try HTTP2Session.server(server.configuration.http2)
  }

  func start() {
    stream.delegate = self
    http2.delegate = self
    handshakeDeadline = server.eventLoop.timer(after: server.configuration.handshakeTimeout) {
      [weak self] in self?.close()
    }
    stream.startReading()
  }

  // MARK: From the socket

  func received(_ bytes: RawSpan) {
    guard !isFinishing else { return }
    do {
      try secure(beginningWith: bytes)
      if let tls {
        var failure: HTTP2Error?
        try tls.receive(bytes) { plaintext in
          do throws(HTTP2Error) { try http2.receive(plaintext) } catch { failure = error }
        }
        if let failure { throw failure }
        if tls.state == .established { handshakeIsDone() }
        if tls.state == .ended { receivedEnd() }
      } else {
        try http2.receive(bytes)
        handshakeIsDone()
      }
      scheduleFlush()
    } catch {
      server.logger.debug("a connection has failed", metadata: ["error": "\(error)"])
      finish()
    }
  }

  /// Decides, at the first byte, whether the connection is TLS.
  private func secure(beginningWith bytes: RawSpan) throws {
    if case .either = security {
      security = TLSSession.isHandshake(bytes) ? .tls : .plaintext
    }
    if case .tls = security, tls == nil {
      tls = try TLSSession(server: server.configuration.tls)
    }
  }

  private func handshakeIsDone() {
    handshakeDeadline?.cancel()
    handshakeDeadline = nil
  }

  func receivedEnd() { close() }

  func failed(_ error: SystemError) { close() }

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

  private func flush() {
    guard !stream.isClosing else { return }
    if let tls, tls.state == .handshaking {
      tls.takeOutgoing { stream.write($0) }
      return
    }
    let limit = server.configuration.maxPendingBytes
    var hasMore = true
    while hasMore, stream.pendingBytes < limit, !stream.isClosing {
      hasMore = http2.takeOutgoing(upTo: Self.flushSize) { send($0) }
      // Also what TLS has to say of itself.
      tls?.takeOutgoing { stream.write($0) }
    }
    // A peer that does not take its answers is not asked for more questions.
    if stream.pendingBytes >= limit { stream.stopReading() } else { stream.startReading() }
    if http2.isFinished { finish() }
  }

  private func send(_ plaintext: RawSpan) {
    guard let tls else { return stream.write(plaintext) }
    do {
      try tls.send(plaintext)
      tls.takeOutgoing { stream.write($0) }
    } catch {
      close()
    }
  }

  func drained() { if !isFinishing { flush() } }

  // MARK: Calls

  func received(_ request: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool) {
    let call = ServerStream(stream, connection: self)
    stream.delegate = call
    call.begin(request, endsStream: endsStream)
  }

  /// The peer opens no more streams; those that stand end as they would, and then ``flush()`` finds
  /// that the session is finished.
  func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode) {}

  // MARK: Ending

  /// Serves no more calls; closes when those that run have ended.
  func drain() {
    http2.goAway()
    if http2.openStreams == 0 { finish() } else { scheduleFlush() }
  }

  /// Says what is left to say, and closes once the peer has too: closing earlier would make the
  /// kernel throw away what the peer has not read yet.
  private func finish() {
    guard !isFinishing, !stream.isClosing else { return }
    isFinishing = true
    if tls?.state != .handshaking { _ = http2.takeOutgoing(upTo: Self.flushSize) { send($0) } }
    tls?.close()
    tls?.takeOutgoing { stream.write($0) }
    stream.finishWriting()
    stream.startReading()
    http2.end()
    closeDeadline = server.eventLoop.timer(after: Self.closeTimeout) { [weak self] in
      self?.close()
    }
  }

  /// Closes the connection now; its calls are cancelled.
  func close() {
    handshakeIsDone()
    closeDeadline?.cancel()
    stream.close()
    http2.end()
    server.ended(self)
  }
}
