internal import HTTP2
internal import Logging
internal import RPC
internal import Reactor

/// One call on its HTTP/2 stream: it reads the requests, runs the handler, and sends the responses.
final class ServerStream: HTTP2StreamDelegate, ResponseSink {
  /// A handler may outlive it.
  private let connection: ServerConnection
  private let stream: HTTP2Stream
  private let route: Dispatcher.Route
  private let call: ServerCall
  private let requests: MessageQueue
  private let acceptsGzip: Bool
  private var task: LoopTask?
  private var deadline: LoopTimer?
  /// The bytes that the call itself takes, until its stream is over and its handler has ended.
  private let size: Int
  /// When it began, on the loop's clock.
  let begun: Duration
  /// The bytes of requests that the connection answers for.
  private var charged = 0
  /// The bytes for which the caller gets no credit until the handler has taken what came.
  private var withheld = 0
  private var mayCompress = false
  private var hasResponded = false
  private var hasStarted = false
  private var isRunning = false
  /// Whether the last word was said, or nobody hears it any more.
  private var isOver = false

  /// How far a handler may write ahead of what the caller takes.
  private static let maxAhead = 64 << 10
  /// What a call takes in objects, here and in nghttp2.
  private static let overhead = 1 << 10

  /// The bytes that a call takes beside its messages.
  static func size(of head: CallHead) -> Int { overhead + head.allocatedBytes }

  init(
    _ head: CallHead, of route: Dispatcher.Route, on stream: HTTP2Stream,
    connection: ServerConnection
  ) {
    self.stream = stream
    self.connection = connection
    self.route = route
    call = route.call(head, peer: connection.peer)
    acceptsGzip = head.acceptsGzip
    requests = MessageQueue(
      limit: connection.server.configuration.maxMessageSize, encoding: head.encoding,
      codec: connection.server.codec, isSingle: !route.streamsRequests)
    size = Self.size(of: head)
    begun = connection.server.eventLoop.now
    connection.requestBytes += size
  }

  private var server: LoopServer { connection.server }

  // MARK: The requests

  func begin() {
    if let timeout = call.timeout {
      // Less has passed while it was read.
      guard timeout >= .microseconds(1) else { return expire() }
      deadline = server.eventLoop.timer(after: timeout) { self.expire() }
    }
    guard route.streamsRequests else { return }
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
      // The handler takes it first of all.
      charge(0)
      start()
    } catch {
      end(error)
    }
  }

  func closed(_ code: HTTP2ErrorCode) {
    if !isOver { call.endedEarlyAs = .cancelled }
    cease()
    task?.cancel()
    if !isRunning { leave() }
  }

  private func expire() {
    guard !isOver else { return }
    stream.codeAfterEnd = .cancel
    call.endedEarlyAs = .deadlineExceeded
    let status = RPCStatus(.deadlineExceeded, "the call's deadline has passed")
    // Behind what the caller does not take, the status would not be heard.
    if stream.pendingBytes > 0 { reset(.cancel) } else { end(status) }
  }

  /// Whether the handler can't begin before more of the request has come.
  var awaitsRequest: Bool { !isRunning && !isOver }

  /// Ends a call whose client takes longer than it may to send the request.
  func endLate() {
    let limit = server.configuration.requestTimeout
    end(RPCStatus(.deadlineExceeded, "the request was not complete within \(limit)"))
  }

  // MARK: The handler

  private func start() {
    connection.runningCalls += 1
    hasStarted = true
    isRunning = true
    task = server.eventLoop.start { await self.run() }
  }

  private func run() async {
    defer {
      connection.runningCalls -= 1
      isRunning = false
      // It may have outlived its stream.
      if stream.isClosed {
        leave()
        connection.scheduleFlush()
      }
    }
    guard !isOver else { return }
    let status = await serve()
    // There is nothing to cancel any more.
    task = nil
    end(status)
  }

  private func serve() async -> RPCStatus {
    do {
      try await route.serve(call, requests, self)
      return .ok
    } catch let status as RPCStatus {
      return status
    } catch is CancellationError {
      return RPCStatus(.cancelled, "the call was cancelled")
    } catch {
      server.logger.error(
        "a handler has failed",
        metadata: ["method": "\(call.path)", "error": "\(type(of: error))"])
      return RPCStatus(.internal, "internal error")
    }
  }

  var isBehind: Bool { stream.pendingBytes > Self.maxAhead }

  func caughtUp() async {
    var waiting: CheckedContinuation<Void, Never>?
    var isCancelled = false
    await connection.server.eventLoop.withCancellableContinuation {
      isCancelled = true
      waiting.take()?.resume()
    } _: { (continuation: CheckedContinuation<Void, Never>) in
      if isCancelled { return continuation.resume() }
      waiting = continuation
      stream.whenDrained(to: Self.maxAhead / 2) { waiting.take()?.resume() }
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

  // MARK: The end

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

  /// Ends the call with this status, and cancels a handler that still runs.
  private func end(_ status: RPCStatus) {
    guard !isOver else { return }
    let trailing = ResponseHead.fields(call.trailingMetadata)
    if status.code == .ok { respond() } else { tell(status) }
    cease()
    if status.code == .ok {
      stream.finish(trailers: trailing, after: ResponseHead.ok)
    } else if hasResponded {
      stream.finish(trailers: ResponseHead.fields(status) + trailing)
    } else {
      stream.respondAndEnd(ResponseHead.fields(status) + trailing, after: ResponseHead.plain)
    }
    connection.scheduleFlush()
    if status.code != .ok { task?.cancel() }
  }

  /// Says what the call ends with, where its handler does not.
  private func tell(_ status: RPCStatus) {
    if hasStarted {
      if isRunning, call.endedEarlyAs == nil { call.endedEarlyAs = status.code }
    } else {
      server.configuration.refused?(
        RefusedCall(
          path: call.path, status: status, peer: call.peer,
          traceparent: call.metadata["traceparent"]))
    }
  }

  private func reset(_ code: HTTP2ErrorCode) {
    cease()
    stream.reset(code)
    connection.scheduleFlush()
    task?.cancel()
  }

  private func cease() {
    guard !isOver else { return }
    isOver = true
    deadline?.cancel()
    deadline = nil
    charge(0)
    requests.cancel()
  }

  /// Gives back what the call itself took.
  private func leave() { connection.requestBytes -= size }

  private func charge(_ bytes: Int) {
    guard bytes != charged else { return }
    connection.requestBytes += bytes - charged
    charged = bytes
  }
}
