internal import HTTP2
internal import RPC
internal import Reactor

/// One call of gRPC on its HTTP/2 stream: it reads the requests, and sends the responses.
final class ServerStream: ServedCall, HTTP2StreamDelegate, ResponseSink {
  private let stream: HTTP2Stream
  private let acceptsGzip: Bool
  /// The bytes for which the caller gets no credit until the handler has taken what came.
  private var withheld = 0
  private var mayCompress = false
  private var hasResponded = false

  init(
    _ head: CallHead, of route: Dispatcher.Route, on stream: HTTP2Stream,
    connection: ServerConnection
  ) {
    self.stream = stream
    acceptsGzip = head.acceptsGzip
    super.init(head, encoding: head.encoding, of: route, connection: connection)
  }

  override var isCarrierClosed: Bool { stream.isClosed }
  override var sink: any ResponseSink { self }

  // MARK: The requests

  override func begin() {
    super.begin()
    guard route.streamsRequests, !isOver else { return }
    stream.releasesAtOnce = false
    requests.drained = { if !self.isOver { self.release() } }
    start()
  }

  func received(fields: [HTTP2Field], endsStream: Bool) {}

  func received(data: RawSpan) {
    guard !isOver else { return }
    do {
      try requests.receive(data)
      charge(requests.bufferedBytes)
      // Only now is known how many messages came: a frame of small ones takes many times its bytes.
      guard connection.hasRoom(for: 0) else { return end(connection.memoryIsFull) }
      guard !stream.releasesAtOnce else { return }
      withheld += data.byteCount
      if requests.isHungry { release() }
    } catch {
      if error.code == .resourceExhausted { server.figures.reached(.messageSize) }
      end(error)
    }
  }

  /// Lets the caller send on: the handler has taken what had come.
  private func release() {
    charge(requests.bufferedBytes)
    guard withheld > 0 else { return }
    stream.release(withheld)
    withheld = 0
    connection.scheduleFlush()
  }

  func receivedEnd() {
    guard !isOver else { return }
    do {
      try requests.finish()
      guard !route.streamsRequests else { return }
      chargeUntilTaken()
      start()
    } catch {
      end(error)
    }
  }

  func closed(_ code: HTTP2ErrorCode) { carrierClosed() }

  override func expire() {
    // Behind what the caller does not take, the status would not be heard.
    if stream.pendingBytes > 0 { breakOff() } else { end(deadlineExceeded) }
  }

  override func cut() { stream.reset(.cancel) }

  // MARK: The responses

  var isBehind: Bool { stream.pendingBytes > Self.maxAhead }

  func caughtUp() async {
    await server.eventLoop.untilCancelled { resume in
      stream.whenDrained(to: Self.maxAhead / 2, resume)
    }
  }

  func send(_ framed: consuming [UInt8]) throws {
    guard !isOver else { throw CancellationError() }
    // Before anything is said: a status alone needs no window, and trailers behind a body do.
    guard connection.hasRoom(for: framed.count) else { throw connection.memoryIsFull }
    respond()
    server.codec.finish(
      &framed, compresses: mayCompress && compresses(framed.count),
      ifShorter: call.compression == .automatic)
    call.sentBytes += framed.count - MessageDeframer.prefixSize
    stream.write(framed)
    connection.scheduleFlush()
  }

  private func respond() {
    guard !hasResponded else { return }
    hasResponded = true
    // What the fields do not announce can't be done later; a handler that decides for itself may
    // decide otherwise for the next response.
    mayCompress = acceptsGzip && (compresses(.max) || call.compression == .never)
    stream.respond(
      ResponseHead.fields(call.initialMetadata),
      after: mayCompress ? ResponseHead.announcingGzip : ResponseHead.plain)
  }

  /// Whether a response of so many bytes is to be compressed, if its caller takes that.
  private func compresses(_ count: Int) -> Bool {
    switch call.compression {
    case .always: true
    case .automatic: server.configuration.compressAbove.map { count > $0 } ?? false
    case .never: false
    }
  }

  override func say(_ status: RPCStatus) {
    let trailing = ResponseHead.fields(call.trailingMetadata)
    if status.code == .ok {
      respond()
      stream.finish(trailers: trailing, after: ResponseHead.ok)
    } else if hasResponded {
      stream.finish(trailers: ResponseHead.fields(status) + trailing)
    } else {
      stream.respondAndEnd(ResponseHead.fields(status) + trailing, after: ResponseHead.plain)
    }
  }
}
