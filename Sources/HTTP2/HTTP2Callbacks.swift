internal import CNghttp2

// What nghttp2 calls, with no policy in it: each unwraps its context and calls one method.

func newSession(isServer: Bool) throws(HTTP2Error) -> OpaquePointer {
  var callbacks: OpaquePointer?
  nghttp2_session_callbacks_new(&callbacks)
  defer { nghttp2_session_callbacks_del(callbacks) }
  nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks, onBeginFrame)
  nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders)
  nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader)
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrameReceived)
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData)
  nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onStreamClosed)
  nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, onFrameSent)

  var option: OpaquePointer?
  nghttp2_option_new(&option)
  defer { nghttp2_option_del(option) }
  // See RequestHeadBuilder.
  if isServer { nghttp2_option_set_no_http_messaging(option, 1) }
  // Closed streams are kept only for RFC 7540 priorities, which are off.
  nghttp2_option_set_no_closed_streams(option, 1)
  // Windows open again as bodies are read: see HTTP2Stream.release.
  nghttp2_option_set_no_auto_window_update(option, 1)

  var session: OpaquePointer?
  let code =
    isServer
    ? nghttp2_session_server_new2(&session, callbacks, nil, option)
    : nghttp2_session_client_new2(&session, callbacks, nil, option)
  guard code == 0, let session else {
    throw HTTP2Error(description: String(cString: nghttp2_strerror(code)))
  }
  return session
}

/// What reads a stream's body.
var bodySource: nghttp2_data_provider {
  nghttp2_data_provider(source: nghttp2_data_source(fd: 0), read_callback: onReadBody)
}

/// Calls `body` with the session that a callback is for. The session is kept by whoever calls
/// nghttp2, so this need not.
@inline(__always)
private func withSession<R>(_ context: UnsafeMutableRawPointer?, _ body: (HTTP2Session) -> R) -> R {
  Unmanaged<HTTP2Session>.fromOpaque(context!)._withUnsafeGuaranteedRef(body)
}

private func stream(_ session: OpaquePointer?, _ id: Int32) -> HTTP2Stream? {
  guard let pointer = nghttp2_session_get_stream_user_data(session, id) else { return nil }
  return Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
}

private func onBeginFrame(
  _: OpaquePointer?, _ header: UnsafePointer<nghttp2_frame_hd>?, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  withSession(context) {
    $0.began(header!.pointee) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
  }
}

private func onBeginHeaders(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  withSession(context) { $0.began(frame!, of: stream(session, frame!.pointee.hd.stream_id)) }
  return 0
}

private func onHeader(
  _: OpaquePointer?, _: UnsafePointer<nghttp2_frame>?,
  _ name: UnsafePointer<UInt8>?, _ nameLength: Int, _ value: UnsafePointer<UInt8>?,
  _ valueLength: Int, _: UInt8, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  withSession(context) {
    $0.receivedField(
      name: UnsafeBufferPointer(start: name, count: nameLength),
      value: UnsafeBufferPointer(start: value, count: valueLength))
  }
  return 0
}

private func onFrameReceived(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  let frame = frame!
  switch UInt32(frame.pointee.hd.type) {
  case NGHTTP2_HEADERS.rawValue:
    guard let stream = stream(session, frame.pointee.hd.stream_id) else { break }
    withSession(context) { $0.receivedFields(frame, of: stream) }
  case NGHTTP2_DATA.rawValue:
    guard frame.pointee.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      let stream = stream(session, frame.pointee.hd.stream_id)
    else { break }
    withSession(context) { $0.receivedEnd(of: stream) }
  case NGHTTP2_SETTINGS.rawValue:
    withSession(context) { $0.isEstablished = true }
  case NGHTTP2_PING.rawValue:
    withSession(context) { $0.receivedPing(frame.pointee.ping) }
  case NGHTTP2_GOAWAY.rawValue:
    withSession(context) {
      $0.delegate?.receivedGoAway(
        lastStream: frame.pointee.goaway.last_stream_id,
        code: HTTP2ErrorCode(rawValue: frame.pointee.goaway.error_code))
    }
  default: break
  }
  return 0
}

private func onData(
  _ session: OpaquePointer?, _: UInt8, _ id: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int,
  _: UnsafeMutableRawPointer?
) -> Int32 {
  // What one stream does not read holds up no other.
  nghttp2_session_consume_connection(session, count)
  stream(session, id)?.receive(UnsafeRawBufferPointer(start: bytes, count: count).bytes)
  return 0
}

private func onStreamClosed(
  _ session: OpaquePointer?, _ id: Int32, _ code: UInt32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  if let stream = stream(session, id) { withSession(context) { $0.closed(stream, code) } }
  return 0
}

private func onFrameSent(
  _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
  _ context: UnsafeMutableRawPointer?
) -> Int32 {
  let header = frame!.pointee.hd
  switch UInt32(header.type) {
  case NGHTTP2_RST_STREAM.rawValue:
    let code = HTTP2ErrorCode(rawValue: frame!.pointee.rst_stream.error_code)
    withSession(context) { $0.sentReset(code) }
  case NGHTTP2_DATA.rawValue, NGHTTP2_HEADERS.rawValue:
    withSession(context) { $0.sentAnswer(header) }
    guard header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0,
      let stream = stream(session, header.stream_id)
    else { break }
    withSession(context) { $0.sentEnd(of: stream) }
  default: break
  }
  return 0
}

private func onReadBody(
  _ session: OpaquePointer?, _ id: Int32, _ buffer: UnsafeMutablePointer<UInt8>?, _ length: Int,
  _ flags: UnsafeMutablePointer<UInt32>?, _: UnsafeMutablePointer<nghttp2_data_source>?,
  _: UnsafeMutableRawPointer?
) -> Int {
  guard let stream = stream(session, id) else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
  return stream.read(into: UnsafeMutableBufferPointer(start: buffer, count: length), flags!)
}
