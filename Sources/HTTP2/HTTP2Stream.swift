internal import CNghttp2

/// Told of what happens on one stream.
public protocol HTTP2StreamDelegate: AnyObject {
  /// A client's stream was answered: with headers, and with trailers at last.
  func received(fields: [HTTP2Field], endsStream: Bool)
  /// A piece of the body has come; it is gone when this returns.
  func received(data: RawSpan)
  /// The peer has sent all of its body, and will send no more.
  func receivedEnd()
  /// The stream is over; nothing comes after.
  func closed(_ code: HTTP2ErrorCode)
}

/// One stream of a session: a request and its answer.
///
/// What is sent waits here until the session is asked for what is to be sent. Sending on a stream
/// that is over does nothing.
public final class HTTP2Stream {
  /// The stream's number.
  public let id: Int32
  /// Told of what happens, until the stream is over.
  public var delegate: (any HTTP2StreamDelegate)?
  /// How many bytes wait for the peer's flow control to let them go.
  public private(set) var pendingBytes = 0 {
    didSet { session?.pendingBodyBytes += pendingBytes - oldValue }
  }
  /// Whether the peer may send on as soon as its bytes were handed over. Where not, it may once
  /// ``release(_:)`` says so.
  public var releasesAtOnce = true
  /// Whether the peer has sent all that it will.
  public internal(set) var peerEnded = false
  /// What a server tells a client that is still sending when its answer is complete (RFC 9113,
  /// section 8.1). Nil: nothing, and what it sends is passed over.
  public var codeAfterEnd: HTTP2ErrorCode? = .noError

  private var session: HTTP2Session?
  private(set) var body = BodyQueue()
  private var isAnswered = false
  private var ending = Ending.open
  private var isDeferred = false
  private var whenDrained: (level: Int, body: () -> Void)?

  private enum Ending {
    case open
    case ended
    case trailers(PreparedFields, [HTTP2Field])
  }

  /// How many bytes of the body are still to come, where its length was said: with more or fewer than that
  /// the request is malformed (RFC 9113, section 8.1.1).
  var bodyLeft: Int?
  /// Where it stands among the session's streams.
  var place = 0

  init(id: Int32, session: HTTP2Session) {
    self.id = id
    self.session = session
  }

  /// Lets the peer send so many bytes more than its window has left.
  public func release(_ count: Int) {
    if count > 0 { session?.release(count, of: self) }
  }

  /// Calls `body` once, when no more than `level` bytes wait to be sent, or the stream is over.
  public func whenDrained(to level: Int, _ body: @escaping () -> Void) {
    guard session != nil, pendingBytes > level else { return body() }
    whenDrained = (level, body)
  }

  func receive(_ data: RawSpan) {
    let count = data.byteCount
    if let left = bodyLeft {
      guard count <= left else { return reset(.protocolError) }
      bodyLeft = left - count
    }
    delegate?.received(data: data)
    if releasesAtOnce { release(count) }
  }

  /// Whether the stream is over.
  public var isClosed: Bool { session == nil }

  /// Answers with headers; a body and trailers follow. Only the first answer counts.
  public func respond(_ fields: [HTTP2Field] = [], after prepared: PreparedFields = .none) {
    guard let session, !isAnswered else { return }
    isAnswered = true
    session.submitResponse(self, prepared, fields, hasBody: true)
  }

  /// Answers with these fields alone (gRPC's Trailers-Only). Only the first answer counts.
  public func respondAndEnd(_ fields: [HTTP2Field] = [], after prepared: PreparedFields = .none) {
    guard let session, !isAnswered else { return }
    isAnswered = true
    ending = .ended
    body.removeAll()
    pendingBytes = 0
    session.submitResponse(self, prepared, fields, hasBody: false)
  }

  /// Sends a piece of the body.
  public func write(_ bytes: consuming [UInt8]) {
    guard let session, case .open = ending, !bytes.isEmpty else { return }
    pendingBytes += bytes.count
    body.append(bytes)
    resume(session)
  }

  /// Ends the body, with trailers where there are any.
  public func finish(trailers: [HTTP2Field] = [], after prepared: PreparedFields = .none) {
    guard let session, case .open = ending else { return }
    let isEmpty = prepared.list.isEmpty && trailers.isEmpty
    ending = isEmpty ? .ended : .trailers(prepared, trailers)
    resume(session)
  }

  /// Ends the stream at once.
  public func reset(_ code: HTTP2ErrorCode) { session?.submitReset(self, code) }

  private func resume(_ session: HTTP2Session) {
    guard isDeferred else { return }
    isDeferred = false
    session.resumeBody(self)
  }

  func close(_ code: HTTP2ErrorCode) {
    guard session != nil else { return }
    body.removeAll()
    pendingBytes = 0
    session = nil
    let whenDrained = whenDrained
    self.whenDrained = nil
    whenDrained?.body()
    let delegate = delegate
    self.delegate = nil
    delegate?.closed(code)
  }

  /// Fills a DATA frame for nghttp2.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>, _ flags: UnsafeMutablePointer<UInt32>)
    -> Int
  {
    let count = body.move(into: buffer)
    pendingBytes -= count
    if let whenDrained, pendingBytes <= whenDrained.level {
      self.whenDrained = nil
      whenDrained.body()
    }
    if body.isEmpty {
      switch ending {
      case .open:
        if count == 0 {
          isDeferred = true
          return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
      case .ended:
        flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue
      case .trailers(let prepared, let fields):
        flags.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue | NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
        session?.submitTrailers(self, prepared, fields)
      }
    }
    return count
  }
}
