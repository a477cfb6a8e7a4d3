internal import CNghttp2

/// Told of what happens to a session as a whole.
public protocol HTTP2SessionDelegate: AnyObject {
  /// A client asks for something; whoever is to serve it becomes the stream's delegate.
  func received(_ request: HTTP2RequestHead, on stream: HTTP2Stream, endsStream: Bool)
  /// The peer will open no more streams, or serves none after `lastStream`.
  func receivedGoAway(lastStream: Int32, code: HTTP2ErrorCode)
  /// The peer asks for a sign of life, and gets it.
  func receivedPing()
  /// The peer has answered the PING with this payload.
  func receivedPong(_ payload: UInt64)
}

extension HTTP2SessionDelegate {
  /// Nothing.
  public func receivedPing() {}
  /// Nothing.
  public func receivedPong(_ payload: UInt64) {}
}

/// One side of an HTTP/2 connection (RFC 9113) with no socket: bytes go in, events come out, and
/// what is to be sent waits until it is taken.
///
/// Not `Sendable`: it lives with its connection. ``takeOutgoing(upTo:_:)`` and ``receive(_:)`` must
/// not be called from within an event; anything else may. It keeps its delegate, and its streams
/// keep it, until ``end()``: whoever opens a session calls that when the connection is over.
public final class HTTP2Session {
  /// Told of what happens, until the session ends.
  public var delegate: (any HTTP2SessionDelegate)?
  let session: OpaquePointer
  let settings: HTTP2Settings
  let isServer: Bool
  var streams = StreamList()
  /// The block of fields that comes; blocks never mingle (RFC 9113, section 4.3).
  var requestHead = RequestHeadBuilder()
  var responseFields = FieldBlock()
  /// Whose they are; nil where nobody wants them.
  var receivesFields: HTTP2Stream?
  private(set) var hasEnded = false
  var budget: FrameBudget
  /// Whether the peer has sent too much that gets nothing done.
  var isOverBudget = false
  /// When the bytes came that are being read.
  private(set) var now = Duration.zero
  /// Whether the peer's first SETTINGS have come.
  public internal(set) var isEstablished = false
  /// How many frames of answers, or of requests, were sent: HEADERS and DATA.
  public internal(set) var answersSent = 0
  /// How many bytes of bodies wait to be sent.
  public internal(set) var pendingBodyBytes = 0
  private var failure: HTTP2Error?
  /// The last stream that is served, once the client was told to go away.
  private(set) var lastServed = Int32.max
  /// Where fields stand while they are handed to nghttp2, which copies them.
  private var scratch: [UInt8] = []
  /// Where small frames gather, so that TLS makes a record of many.
  private var outgoing: [UInt8] = []
  private static let outgoingSize = 16_384

  /// How many streams are open.
  public var openStreams: Int { streams.count }

  /// Who serves the streams that are open, in no order.
  public var streamDelegates: [any HTTP2StreamDelegate] { streams.delegates }

  /// A server's side of a new connection.
  public static func server(_ settings: HTTP2Settings = .init()) throws(HTTP2Error) -> HTTP2Session
  {
    try HTTP2Session(isServer: true, settings)
  }

  /// A client's side of a new connection.
  public static func client(_ settings: HTTP2Settings = .init()) throws(HTTP2Error) -> HTTP2Session
  {
    try HTTP2Session(isServer: false, settings)
  }

  private init(isServer: Bool, _ settings: HTTP2Settings) throws(HTTP2Error) {
    self.isServer = isServer
    self.settings = settings
    budget = FrameBudget(
      burst: settings.idleFrameBurst, perSecond: settings.idleFramesPerSecond)
    session = try newSession(isServer: isServer)
    nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
    var entries = [
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
        value: UInt32(settings.streamWindow)),
      nghttp2_settings_entry(
        settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
        value: UInt32(settings.maxFieldBytes)),
    ]
    if isServer {
      entries += [
        nghttp2_settings_entry(
          settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
          value: settings.maxConcurrentStreams),
        nghttp2_settings_entry(
          settings_id: Int32(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES.rawValue), value: 1),
      ]
    } else {
      entries.append(
        nghttp2_settings_entry(
          settings_id: Int32(NGHTTP2_SETTINGS_ENABLE_PUSH.rawValue), value: 0))
    }
    nghttp2_submit_settings(session, 0, entries, entries.count)
    nghttp2_session_set_local_window_size(session, 0, 0, settings.connectionWindow)
  }

  deinit { nghttp2_session_del(session) }

  // MARK: Bytes

  /// Takes bytes from the peer. After an error the connection is to be closed, once what
  /// ``takeOutgoing(upTo:_:)`` still has was sent.
  ///
  /// - Parameter now: the time on a clock of the caller's, for what a peer may do in a second.
  public func receive(_ bytes: RawSpan, at now: Duration = .zero) throws(HTTP2Error) {
    guard !hasEnded else { return }
    self.now = now
    if let failure { throw failure }
    let taken = bytes.withUnsafeBytes { bytes in
      nghttp2_session_mem_recv(
        session, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }
    guard taken < 0 || isOverBudget else { return }
    // Of what it calls an error of its caller, nghttp2 tells the peer nothing.
    let code: HTTP2ErrorCode =
      switch Int32(taken) {
      case _ where isOverBudget: .enhanceYourCalm
      case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: .protocolError
      case NGHTTP2_ERR_FLOODED.rawValue, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS.rawValue:
        .enhanceYourCalm
      default: .internalError
      }
    nghttp2_session_terminate_session(session, code.rawValue)
    let error = HTTP2Error(
      description: isOverBudget
        ? "Too many frames that get nothing done"
        : String(cString: nghttp2_strerror(Int32(taken))))
    failure = error
    throw error
  }

  /// Hands over what is to be sent, many small frames at a time, until there is no more or about
  /// `limit` bytes were taken.
  ///
  /// - Returns: whether there may be more.
  public func takeOutgoing(upTo limit: Int, _ body: (RawSpan) -> Void) -> Bool {
    var taken = 0
    var hasMore = true
    // `body` may end the session, as where the socket has failed.
    while taken < limit {
      guard !hasEnded else { return false }
      var bytes: UnsafePointer<UInt8>?
      let count = nghttp2_session_mem_send(session, &bytes)
      guard count > 0 else {
        hasMore = false
        break
      }
      taken += count
      if outgoing.count + count > Self.outgoingSize { flush(body) }
      let frame = UnsafeBufferPointer(start: bytes, count: count)
      if count >= Self.outgoingSize {
        body(UnsafeRawBufferPointer(frame).bytes)
      } else {
        outgoing.append(contentsOf: frame)
      }
    }
    flush(body)
    return hasMore
  }

  private func flush(_ body: (RawSpan) -> Void) {
    guard !outgoing.isEmpty else { return }
    outgoing.withUnsafeBytes { body($0.bytes) }
    outgoing.removeAll(keepingCapacity: true)
  }

  /// Whether the connection has nothing more to send and to receive, as after a GOAWAY when the
  /// last stream is over.
  public var isFinished: Bool {
    hasEnded
      || nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
  }

  // MARK: Streams

  /// Sends a request; its body follows on the stream that this returns.
  public func request(_ fields: [HTTP2Field], delegate: any HTTP2StreamDelegate)
    throws(HTTP2Error) -> HTTP2Stream
  {
    guard !hasEnded else { throw HTTP2Error(description: "The connection has ended") }
    let id = withFields(.none, fields) { fields, count in
      var body = bodySource
      return nghttp2_submit_request(session, nil, fields, count, &body, nil)
    }
    guard id > 0 else { throw HTTP2Error(description: String(cString: nghttp2_strerror(id))) }
    let stream = HTTP2Stream(id: id, session: self)
    stream.delegate = delegate
    insert(stream)
    return stream
  }

  /// Says that no stream after those that stand will be served; they go on.
  ///
  /// - Parameter reason: a word for the peer's log.
  public func goAway(_ code: HTTP2ErrorCode = .noError, reason: String = "") {
    lastServed = min(lastServed, nghttp2_session_get_last_proc_stream_id(session))
    let reason = Array(reason.utf8)
    nghttp2_submit_goaway(session, 0, lastServed, code.rawValue, reason, reason.count)
  }

  /// Asks the peer to open no more streams; those that it opened before it heard are still served
  /// (RFC 9113, section 6.8). ``goAway(_:reason:)`` follows when it must have heard.
  public func announceGoAway() { nghttp2_submit_shutdown_notice(session) }

  /// Asks the peer for a sign of life, which comes back with the same payload.
  public func ping(_ payload: UInt64) {
    withUnsafeBytes(of: payload.bigEndian) { payload in
      _ = nghttp2_submit_ping(
        session, 0, payload.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
  }

  /// How many frames, those with bodies aside, wait to be sent.
  public var queuedFrames: Int { nghttp2_session_get_outbound_queue_size(session) }

  /// Ends every stream, as the connection is no more. Nothing comes from the session after this,
  /// and what it is given it drops.
  public func end() {
    hasEnded = true
    delegate = nil
    receivesFields = nil
    let ended = streams.removeAll()
    // nghttp2 may be in the midst of its input, or of its output, with more of it to go.
    for stream in ended { nghttp2_session_set_stream_user_data(session, stream.id, nil) }
    for stream in ended { stream.close(.cancel) }
  }

  func submitResponse(
    _ stream: HTTP2Stream, _ prepared: PreparedFields, _ fields: [HTTP2Field], hasBody: Bool
  ) {
    withFields(prepared, fields) { fields, count in
      guard hasBody else {
        return nghttp2_submit_response(session, stream.id, fields, count, nil)
      }
      var body = bodySource
      return nghttp2_submit_response(session, stream.id, fields, count, &body)
    }
  }

  func submitTrailers(
    _ stream: HTTP2Stream, _ prepared: PreparedFields, _ fields: [HTTP2Field]
  ) {
    withFields(prepared, fields) { nghttp2_submit_trailer(session, stream.id, $0, $1) }
  }

  func submitReset(_ stream: HTTP2Stream, _ code: HTTP2ErrorCode) {
    nghttp2_submit_rst_stream(session, 0, stream.id, code.rawValue)
  }

  /// Lets the peer send as much again on this stream.
  func release(_ count: Int, of stream: HTTP2Stream) {
    nghttp2_session_consume_stream(session, stream.id, count)
  }

  func resumeBody(_ stream: HTTP2Stream) { nghttp2_session_resume_data(session, stream.id) }

  @discardableResult
  private func withFields(
    _ prepared: PreparedFields, _ fields: [HTTP2Field],
    _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Int32
  ) -> Int32 {
    if fields.isEmpty { return body(prepared.list.baseAddress, prepared.list.count) }
    scratch.removeAll(keepingCapacity: true)
    for field in fields {
      scratch.append(contentsOf: field.name.utf8)
      scratch.append(contentsOf: field.value.utf8)
    }
    let count = prepared.list.count + fields.count
    return scratch.withUnsafeMutableBufferPointer { bytes in
      withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: count) { list in
        var at = list[...].initialize(fromContentsOf: prepared.list)
        var next = bytes.baseAddress
        for field in fields {
          let name = next
          let value = next.map { $0 + field.name.utf8.count }
          next = value.map { $0 + field.value.utf8.count }
          list.initializeElement(
            at: at,
            to: nghttp2_nv(
              name: name, value: value, namelen: field.name.utf8.count,
              valuelen: field.value.utf8.count, flags: 0))
          at += 1
        }
        return body(list.baseAddress, count)
      }
    }
  }

  func insert(_ stream: HTTP2Stream) {
    streams.insert(stream)
    // `streams` keeps it alive for as long as nghttp2 knows it.
    nghttp2_session_set_stream_user_data(
      session, stream.id, Unmanaged.passUnretained(stream).toOpaque())
  }
}
