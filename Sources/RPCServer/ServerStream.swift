internal import HTTP2
internal import Logging
internal import RPC
internal import Reactor

/// One call on its HTTP/2 stream: it reads the requests, runs the handler, and sends the responses.
final class ServerStream: HTTP2StreamDelegate, ResponseSink {
  /// Gone when the connection is, and so touched only while the call is not over; a handler may
  /// outlive it.
  private unowned let connection: ServerConnection
  private let server: LoopServer
  private let running: RunningCalls
  private let stream: HTTP2Stream
  private var route: Dispatcher.Route?
  private var call: ServerCall?
  private var requests: RequestQueue?
  private var task: LoopTask?
  private var deadline: LoopTimer?
  /// The bytes of requests that the connection answers for.
  private var charged = 0
  /// The bytes for which the caller gets no credit until the handler has taken what came.
  private var withheld = 0
  private var acceptsGzip = false
  private var mayCompress = false
  private var hasResponded = false
  /// Whether the last word was said, or nobody hears it any more.
  private var isOver = false

  /// How far a handler may write ahead of what the caller takes.
  private static let maxAhead = 64 << 10

  init(_ stream: HTTP2Stream, connection: ServerConnection) {
    self.stream = stream
    self.connection = connection
    server = connection.server
    running = connection.running
  }

  // MARK: The requests

  func begin(_ head: HTTP2RequestHead, endsStream: Bool) {
    guard !head.isTooLarge else {
      let limit = server.configuration.http2.maxFieldBytes
      return end(
        RPCStatus(.resourceExhausted, "the metadata is over the limit of \(limit) bytes"))
    }
    do {
      let callHead = try CallHead(
        method: head.method, path: head.path,
        fields: head.fields.map { RPCField($0.name, $0.value) })
      try begin(callHead)
    } catch let refusal as CallHead.Refusal {
      switch refusal {
      case .http(let code): refuse(code)
      case .status(let status): end(status)
      }
    } catch let status as RPCStatus {
      end(status)
    } catch {
      end(RPCStatus(.internal, "internal error"))
    }
    if endsStream { receivedEnd() }
  }

  private func begin(_ head: CallHead) throws {
    let route = try server.dispatcher.route(head.path)
    guard running.count < server.configuration.maxRunningCalls else {
      // Nothing was done: the client may try again, here or elsewhere.
      isOver = true
      return stream.reset(.refusedStream)
    }
    self.route = route
    let call = ServerCall(
      method: route.method, metadata: head.metadata, peer: connection.peer, timeout: head.timeout)
    self.call = call
    let requests = RequestQueue(
      limit: server.configuration.maxMessageSize, encoding: head.encoding, codec: server.codec,
      isSingle: !route.streamsRequests)
    self.requests = requests
    acceptsGzip = head.acceptsGzip
    if let timeout = head.timeout {
      guard timeout > .zero else { return expire() }
      deadline = server.eventLoop.timer(after: timeout) { [weak self] in self?.expire() }
    }
    guard route.streamsRequests else { return }
    stream.releasesAtOnce = false
    requests.drained = { [weak self] in if self?.isOver == false { self?.release() } }
    start(route, call, requests)
  }

  func received(fields: [HTTP2Field], endsStream: Bool) {}

  func received(data: RawSpan) {
    guard !isOver, let requests else { return }
    guard connection.hasRoom(for: data.byteCount) else {
      return end(connection.memoryIsFull)
    }
    do {
      try requests.receive(data)
      charge(requests.bufferedBytes)
      guard !stream.releasesAtOnce else { return }
      withheld += data.byteCount
      if requests.isHungry { release() }
    } catch {
      end(error)
    }
  }

  /// Lets the caller send on: the handler has taken what had come.
  private func release() {
    charge(requests?.bufferedBytes ?? 0)
    guard withheld > 0 else { return }
    stream.release(withheld)
    withheld = 0
    connection.scheduleFlush()
  }

  func receivedEnd() {
    guard !isOver, let route, let call, let requests else { return }
    do {
      try requests.finish()
      guard !route.streamsRequests else { return }
      // The handler takes it first of all.
      charge(0)
      start(route, call, requests)
    } catch {
      end(error)
    }
  }

  func closed(_ code: HTTP2ErrorCode) {
    if !isOver { call?.endedEarlyAs = .cancelled }
    cease()
    task?.cancel()
  }

  private func expire() {
    guard !isOver else { return }
    stream.codeAfterEnd = .cancel
    call?.endedEarlyAs = .deadlineExceeded
    let status = RPCStatus(.deadlineExceeded, "the call's deadline has passed")
    // Behind what the caller does not take, the status would not be heard.
    if stream.pendingBytes > 0 { reset(.cancel) } else { end(status) }
  }

  // MARK: The handler

  private func start(_ route: Dispatcher.Route, _ call: ServerCall, _ requests: RequestQueue) {
    running.count += 1
    task = server.eventLoop.start {
      await self.run(route, call, requests)
      self.running.count -= 1
    }
  }

  private func run(_ route: Dispatcher.Route, _ call: ServerCall, _ requests: RequestQueue) async {
    guard !isOver else { return }
    do {
      try await route.handler(call, requests, self)
      end(.ok)
    } catch let status as RPCStatus {
      end(status)
    } catch is CancellationError {
      end(RPCStatus(.cancelled, "the call was cancelled"))
    } catch {
      server.logger.error(
        "a handler has failed",
        metadata: ["method": "\(call.path)", "error": "\(type(of: error))"])
      end(RPCStatus(.internal, "internal error"))
    }
  }

  func send(_ framed: [UInt8]) async throws {
    if stream.pendingBytes > Self.maxAhead {
      await withCheckedContinuation { continuation in
        stream.whenDrained(to: Self.maxAhead / 2) { continuation.resume() }
      }
    }
    guard !isOver else { throw CancellationError() }
    // Before anything is said: a status alone needs no window, and trailers behind a body do.
    guard connection.hasRoom(for: framed.count) else { throw connection.memoryIsFull }
    respond()
    var framed = framed
    server.codec.finish(
      &framed, compresses: mayCompress && compresses(framed.count),
      ifShorter: call?.compression == .automatic)
    call?.sentBytes += framed.count - MessageDeframer.prefixSize
    stream.write(framed)
    connection.scheduleFlush()
  }

  // MARK: The end

  private func respond() {
    guard !hasResponded else { return }
    hasResponded = true
    // What the fields do not announce can't be done later; a handler that decides for itself may
    // decide otherwise for the next response.
    mayCompress = acceptsGzip && (compresses(.max) || call?.compression == .never)
    stream.respond(ResponseHead.fields(call?.initialMetadata, announcesGzip: mayCompress))
  }

  /// Whether a response of so many bytes is to be compressed, if its caller takes that.
  private func compresses(_ count: Int) -> Bool {
    switch call?.compression {
    case .always: true
    case .automatic: server.configuration.compressAbove.map { count > $0 } ?? false
    case .never, nil: false
    }
  }

  /// Ends the call with this status, and cancels a handler that still runs.
  private func end(_ status: RPCStatus) {
    guard !isOver else { return }
    let trailers = ResponseHead.trailers(status, call?.trailingMetadata)
    if status.code == .ok { respond() }
    cease()
    if hasResponded {
      stream.finish(trailers: trailers)
    } else {
      stream.respondAndEnd(ResponseHead.fields(nil) + trailers)
    }
    connection.scheduleFlush()
    if status.code != .ok { task?.cancel() }
  }

  /// Answers what is not gRPC.
  private func refuse(_ httpStatus: Int) {
    guard !isOver else { return }
    cease()
    stream.respondAndEnd([HTTP2Field(":status", String(httpStatus))])
    connection.scheduleFlush()
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
    requests?.fail(CancellationError())
    requests = nil
  }

  private func charge(_ bytes: Int) {
    guard bytes != charged else { return }
    connection.requestBytes += bytes - charged
    charged = bytes
  }
}

/// How many handlers run for a connection, whether anybody waits for their answers or not.
final class RunningCalls {
  var count = 0
}
