internal import HTTP2
internal import RPC
internal import Reactor
internal import TLS

/// A client's connection: bytes from the socket through TLS into HTTP/2, and back.
final class ClientConnection: ByteStreamDelegate, HTTP2SessionDelegate {
  private let stream: ByteStream
  private let http2: HTTP2Session
  private let tls: TLSSession?
  private let eventLoop: EventLoop
  private var waiting: CheckedContinuation<RPCStatus?, Never>?
  private var failure: RPCStatus?
  private var isFlushScheduled = false
  /// Whether the server will serve no more calls than those that stand.
  private var isGoingAway = false

  private static let flushSize = 64 << 10
  private static let maxPendingBytes = 1 << 20

  init(_ stream: ByteStream, _ security: RPCChannel.Security, on eventLoop: EventLoop) throws {
    self.stream = stream
    self.eventLoop = eventLoop
    http2 = try HTTP2Session.client()
    switch security {
    case .tls(let context, let host): tls = try TLSSession(client: context, host: host)
    case .plaintext: tls = nil
    }
    stream.delegate = self
    http2.delegate = self
    stream.startReading()
    flush()
  }

  /// Waits until calls can be made.
  func established() async throws(RPCStatus) {
    let cancelled = {
      if self.waiting != nil { self.fail("the wait for the handshake was cancelled") }
    }
    let ended = await eventLoop.withCancellableContinuation(cancelled: cancelled) { continuation in
      if tls?.state == .handshaking, failure == nil {
        waiting = continuation
        if Task.isCancelled { cancelled() }
      } else {
        continuation.resume(returning: failure)
      }
    }
    if let ended { throw ended }
  }

  /// Whether calls can be made.
  var isOpen: Bool { !stream.isClosing && !isGoingAway }

  /// Whether the connection is no more.
  var isClosed: Bool { stream.isClosing }

  func request(_ fields: [RPCField], delegate: any HTTP2StreamDelegate) throws(RPCStatus)
    -> HTTP2Stream
  {
    // HTTP/2 would take it, and wait for ever for a turn to send it.
    guard !stream.isClosing else {
      throw failure ?? RPCStatus(.unavailable, "the connection is closed")
    }
    do throws(HTTP2Error) {
      return try http2.request(fields.map { HTTP2Field($0.name, $0.value) }, delegate: delegate)
    } catch {
      throw RPCStatus(.unavailable, "the connection takes no more calls: \(error)")
    }
  }

  func received(_ bytes: RawSpan) {
    do {
      if let tls {
        var broken: HTTP2Error?
        try tls.receive(bytes) { plaintext in
          do throws(HTTP2Error) { try http2.receive(plaintext) } catch { broken = error }
        }
        if let broken { throw broken }
        if tls.state == .established { settle(nil) }
        if tls.state == .ended { return receivedEnd() }
      } else {
        try http2.receive(bytes)
      }
      scheduleFlush()
    } catch {
      fail("\(error)")
    }
  }

  func receivedEnd() { fail("the server closed the connection") }
  func failed(_ error: SystemError) { fail("\(error)") }
  func drained() { flush() }
  func received(_ request: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool) {}
  func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode) { isGoingAway = true }

  func scheduleFlush() {
    guard !isFlushScheduled else { return }
    isFlushScheduled = true
    eventLoop.atTurnEnd { [self] in
      isFlushScheduled = false
      flush()
    }
  }

  private func flush() {
    guard !stream.isClosing else { return }
    if let tls {
      tls.takeOutgoing { stream.write($0) }
      guard tls.state == .established else { return }
    }
    var hasMore = true
    while hasMore, stream.pendingBytes < Self.maxPendingBytes, !stream.isClosing {
      hasMore = http2.takeOutgoing(upTo: Self.flushSize) { send($0) }
    }
    if isGoingAway, http2.openStreams == 0 { close() }
  }

  private func send(_ plaintext: RawSpan) {
    guard let tls else { return stream.write(plaintext) }
    do {
      try tls.send(plaintext)
      tls.takeOutgoing { stream.write($0) }
    } catch {
      fail("\(error)")
    }
  }

  private func fail(_ reason: String) {
    // An alert may say why.
    tls?.takeOutgoing { stream.write($0) }
    settle(RPCStatus(.unavailable, reason))
    close()
  }

  private func settle(_ status: RPCStatus?) {
    if failure == nil { failure = status }
    waiting?.resume(returning: status)
    waiting = nil
  }

  func close() {
    tls?.close()
    tls?.takeOutgoing { stream.write($0) }
    stream.close()
    http2.end()
  }
}
