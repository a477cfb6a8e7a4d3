internal import CNghttp2

/// What nghttp2 calls back, by way of HTTP2Callbacks.swift.
extension HTTP2Session {
  func began(_ frame: UnsafePointer<nghttp2_frame>, of known: HTTP2Stream?) {
    receivesFields = nil
    guard !hasEnded else { return }
    guard isServer else {
      receivesFields = known
      return responseFields.removeAll()
    }
    guard frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST else { return }
    let stream = HTTP2Stream(id: frame.pointee.hd.stream_id, session: self)
    insert(stream)
    receivesFields = stream
    requestHead.removeAll()
  }

  func receivedField(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
    guard receivesFields != nil else { return }
    if isServer {
      requestHead.add(name: name, value: value, settings)
    } else if responseFields.admits(name: name, value: value, settings) {
      responseFields.add(name: name, value: value)
    }
  }

  func receivedFields(_ frame: UnsafePointer<nghttp2_frame>, of stream: HTTP2Stream) {
    let endsStream = frame.pointee.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
    let isAwaited = receivesFields != nil
    receivesFields = nil
    if isServer, isAwaited {
      stream.peerEnded = endsStream
      // It may have come before the GOAWAY is on its way, and its client will try elsewhere.
      guard stream.id <= lastServed else { return submitReset(stream, .refusedStream) }
      // Taken out meanwhile, so that nothing is copied.
      var builder = RequestHeadBuilder()
      swap(&builder, &requestHead)
      let isGood = builder.finish(hasBody: !endsStream) {
        stream.bodyLeft = $0.bodyLength
        delegate?.received($0, on: stream, endsStream: endsStream)
      }
      swap(&builder, &requestHead)
      if !isGood { submitReset(stream, .protocolError) }
    } else if isServer {
      // Trailers, of which gRPC's clients have none to say.
      guard endsStream else { return submitReset(stream, .protocolError) }
      receivedEnd(of: stream)
    } else {
      guard !responseFields.isTooLarge else { return submitReset(stream, .enhanceYourCalm) }
      stream.peerEnded = endsStream
      guard !responseFields.isInformational else { return }
      stream.delegate?.received(fields: responseFields.fields, endsStream: endsStream)
    }
  }

  func receivedEnd(of stream: HTTP2Stream) {
    guard stream.bodyLeft ?? 0 == 0 else { return submitReset(stream, .protocolError) }
    stream.peerEnded = true
    stream.delegate?.receivedEnd()
  }

  /// The answer is sent, and what a client still sends nobody will read.
  func sentEnd(of stream: HTTP2Stream) {
    guard isServer, !stream.peerEnded, let code = stream.codeAfterEnd else { return }
    submitReset(stream, code)
  }

  func closed(_ stream: HTTP2Stream, _ code: UInt32) {
    streams.remove(stream)
    stream.close(HTTP2ErrorCode(rawValue: code))
  }

  /// A frame has begun. Returns whether the peer may go on.
  func began(_ header: nghttp2_frame_hd) -> Bool {
    guard isServer else { return true }
    switch UInt32(header.type) {
    case NGHTTP2_HEADERS.rawValue, NGHTTP2_CONTINUATION.rawValue, NGHTTP2_RST_STREAM.rawValue,
      NGHTTP2_GOAWAY.rawValue:
      return true
    case NGHTTP2_DATA.rawValue:
      // Five bytes may be a message; an end is always one.
      let isSomething =
        header.length >= 5 || header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
      if isSomething { return true }
    default: break
    }
    return spend(1)
  }

  private func spend(_ cost: Int) -> Bool {
    if !budget.spend(cost, at: now) { isOverBudget = true }
    return !isOverBudget
  }

  func receivedPing(_ ping: nghttp2_ping) {
    guard ping.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0 else {
      delegate?.receivedPing()
      return
    }
    withUnsafeBytes(of: ping.opaque_data) { payload in
      delegate?.receivedPong(UInt64(bigEndian: payload.loadUnaligned(as: UInt64.self)))
    }
  }

  func sentAnswer(_ header: nghttp2_frame_hd) {
    answersSent += 1
    if header.type == UInt8(NGHTTP2_DATA.rawValue) { budget.earn(FrameBudget.dataSent) }
  }

  /// A stream was reset: by this side's will, or because the peer broke a rule.
  func sentReset(_ code: HTTP2ErrorCode) {
    let own: [HTTP2ErrorCode] = [.noError, .cancel, .refusedStream, .internalError]
    if isServer, !own.contains(code) { _ = spend(FrameBudget.provokedReset) }
  }
}
