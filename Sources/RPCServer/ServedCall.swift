internal import Logging
internal import RPC
internal import Reactor

/// A call that a connection serves, whatever carries it: its requests, its deadline and its handler, and
/// what it takes of the memory. What carries it says the answer.
class ServedCall: AwaitedRequest {
  /// A handler may outlive it.
  final let connection: ServerConnection
  final let route: Dispatcher.Route
  final let call: ServerCall
  final let requests: MessageQueue
  /// When it began, on the loop's clock.
  final let begun: Duration
  private final var task: LoopTask?
  private final var deadline: LoopTimer?
  /// The bytes that the call itself takes, until what carries it is over and its handler has ended.
  private final let size: Int
  /// The bytes of requests that the connection answers for.
  private final var charged = 0
  private final var hasStarted = false
  private final var isRunning = false
  /// Whether the last word was said, or nobody hears it any more.
  private(set) final var isOver = false

  /// How far a handler may write ahead of what the caller takes.
  static let maxAhead = 64 << 10
  /// How large a request may be that is not worth keeping count of.
  private static let smallRequest = 4 << 10
  /// What a call takes in objects, here and in nghttp2.
  private static let overhead = 1 << 10

  /// The bytes that a call takes beside its messages.
  static func size(of head: CallHead) -> Int { overhead + head.allocatedBytes }

  init(
    _ head: CallHead, encoding: String?, of route: Dispatcher.Route, connection: ServerConnection
  ) {
    self.connection = connection
    self.route = route
    call = route.call(head, peer: connection.peer)
    requests = MessageQueue(
      limit: connection.server.configuration.maxMessageSize, encoding: encoding,
      codec: connection.server.codec, isSingle: !route.streamsRequests)
    size = Self.size(of: head)
    begun = connection.server.eventLoop.now
    connection.requestBytes += size
  }

  final var server: LoopServer { connection.server }

  // MARK: For what carries it

  /// Whether what carries it is over.
  var isCarrierClosed: Bool { preconditionFailure("a call is carried by something") }

  /// Says the last word.
  func say(_ status: RPCStatus) {}

  /// Ends what carries it without a word.
  func cut() {}

  /// Lets go of what it holds of requests and responses: the last word was said, or nobody hears it.
  func letGo() {}

  /// The deadline has passed.
  func expire() { end(deadlineExceeded) }

  /// What is told of a deadline that has passed.
  final var deadlineExceeded: RPCStatus {
    RPCStatus(.deadlineExceeded, "the call's deadline has passed")
  }

  /// Begins to serve what has begun to come.
  func begin() {
    guard let timeout = call.timeout else { return }
    // Less has passed while it was read.
    guard timeout >= .microseconds(1) else { return expireNow() }
    deadline = server.eventLoop.timer(after: timeout) { self.expireNow() }
  }

  private final func expireNow() {
    guard !isOver else { return }
    call.endedEarlyAs = .deadlineExceeded
    expire()
  }

  /// Whether the handler can't begin before more of the request has come.
  var awaitsRequest: Bool { !isRunning && !isOver }

  /// Ends a call whose client takes longer than it may to send the request.
  func endLate() {
    let limit = server.configuration.requestTimeout
    server.figures.reached(.requestTimeout)
    end(RPCStatus(.deadlineExceeded, "the request was not complete within \(limit)"))
  }

  /// What carries it is over; nobody hears of it any more.
  final func carrierClosed() {
    if !isOver { call.endedEarlyAs = .cancelled }
    cease()
    letGo()
    task?.cancel()
    if !isRunning { leave() }
  }

  // MARK: The handler

  /// Runs the handler.
  final func start() {
    connection.runningCalls += 1
    hasStarted = true
    isRunning = true
    task = server.eventLoop.start { await self.run() }
  }

  private final func run() async {
    defer {
      connection.runningCalls -= 1
      isRunning = false
      // It may have outlived what carries it.
      if isCarrierClosed {
        leave()
        connection.scheduleFlush()
      }
    }
    guard !isOver else { return route.passOver(call) }
    let status = await serve()
    // There is nothing to cancel any more.
    task = nil
    end(status)
  }

  private final func serve() async -> RPCStatus {
    do {
      try await route.serve(call, requests, sink)
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

  /// Where the handler's responses go.
  var sink: any ResponseSink { preconditionFailure("a call is carried by something") }

  // MARK: The end

  /// Ends the call with this status, and cancels a handler that still runs.
  final func end(_ status: RPCStatus) {
    guard !isOver else { return }
    if status.code != .ok { tell(status) }
    cease()
    say(status)
    letGo()
    connection.scheduleFlush()
    if status.code != .ok { task?.cancel() }
  }

  /// Says what the call ends with, where its handler does not.
  private final func tell(_ status: RPCStatus) {
    if hasStarted {
      if isRunning, call.endedEarlyAs == nil { call.endedEarlyAs = status.code }
    } else {
      server.configuration.refused?(
        RefusedCall(
          method: call.path, status: status, peer: call.peer,
          traceparent: call.metadata["traceparent"],
          http: call.http?.exchange(endingWith: status)))
    }
  }

  /// Ends the call without a word, and cancels its handler.
  final func breakOff() {
    guard !isOver else { return }
    cease()
    cut()
    letGo()
    connection.scheduleFlush()
    task?.cancel()
  }

  private final func cease() {
    guard !isOver else { return }
    isOver = true
    deadline?.cancel()
    deadline = nil
    charge(0)
    requests.cancel()
  }

  /// Gives back what the call itself took.
  private final func leave() { connection.requestBytes -= size }

  /// Has the connection answer for the request until the handler has taken it, which may have to wait to
  /// be let in. A small one is taken as read, as most are at once.
  final func chargeUntilTaken() {
    guard charged > Self.smallRequest else { return charge(0) }
    requests.drained = { self.charge(0) }
  }

  /// Has the connection answer for so many bytes of requests.
  final func charge(_ bytes: Int) {
    guard bytes != charged else { return }
    connection.requestBytes += bytes - charged
    charged = bytes
  }
}
