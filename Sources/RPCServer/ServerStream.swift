internal import HTTP2
internal import Logging
internal import RPC
internal import Reactor

/// One call on its HTTP/2 stream: it reads the request, runs the handler, and sends the answer.
final class ServerStream: HTTP2StreamDelegate {
  /// Gone when the connection is, and so touched only before the answer; a handler may outlive it.
  private unowned let connection: ServerConnection
  private let server: LoopServer
  private let stream: HTTP2Stream
  private var route: Dispatcher.Route?
  private var call: ServerCall?
  private var request: UnaryRequest?
  private var task: LoopTask?
  private var deadline: LoopTimer?
  private var isAnswered = false

  private static let contentType = HTTP2Field("content-type", "application/grpc+proto")
  private static let acceptEncoding = HTTP2Field("grpc-accept-encoding", "identity")
  private static let head = [HTTP2Field(":status", "200"), contentType, acceptEncoding]

  init(_ stream: HTTP2Stream, connection: ServerConnection) {
    self.stream = stream
    self.connection = connection
    server = connection.server
  }

  // MARK: The request

  func begin(_ head: HTTP2RequestHead, endsStream: Bool) {
    guard !head.isTooLarge else {
      let limit = server.configuration.http2.maxFieldBytes
      return answer(
        RPCStatus(.resourceExhausted, "the metadata is over the limit of \(limit) bytes"))
    }
    do {
      let callHead = try CallHead(
        method: head.method, path: head.path,
        fields: head.fields.lazy.map { RPCField($0.name, $0.value) })
      try begin(callHead)
    } catch let refusal as CallHead.Refusal {
      switch refusal {
      case .http(let code): refuse(code)
      case .status(let status): answer(status)
      }
    } catch let status as RPCStatus {
      answer(status)
    } catch {
      answer(RPCStatus(.internal, "internal error"))
    }
    if endsStream { receivedEnd() }
  }

  private func begin(_ head: CallHead) throws {
    let route = try server.dispatcher.route(head.path)
    self.route = route
    call = ServerCall(
      method: route.method, metadata: head.metadata, peer: connection.peer, timeout: head.timeout)
    request = UnaryRequest(
      limit: server.configuration.maxMessageSize, encoding: head.encoding)
    guard let timeout = head.timeout else { return }
    guard timeout > .zero else { return expire() }
    deadline = server.eventLoop.timer(after: timeout) { [weak self] in self?.expire() }
  }

  func received(fields: [HTTP2Field], endsStream: Bool) {}

  func received(data: RawSpan) {
    guard !isAnswered else { return }
    do {
      try request?.receive(data)
    } catch {
      answer(error)
    }
  }

  func receivedEnd() {
    guard !isAnswered, let route, let call, let request else { return }
    self.request = nil
    do {
      let message = try request.finish()
      task = server.eventLoop.start { await self.run(route, call, message) }
    } catch {
      answer(error)
    }
  }

  func closed(_ code: HTTP2ErrorCode) {
    isAnswered = true
    deadline?.cancel()
    task?.cancel()
  }

  private func expire() {
    stream.codeAfterEnd = .cancel
    answer(RPCStatus(.deadlineExceeded, "the call's deadline has passed"))
    task?.cancel()
  }

  // MARK: The answer

  private func run(_ route: Dispatcher.Route, _ call: ServerCall, _ message: [UInt8]) async {
    do {
      answer(try await route.handler(call, message))
    } catch let status as RPCStatus {
      answer(status)
    } catch is CancellationError {
      answer(RPCStatus(.cancelled, "the call was cancelled"))
    } catch {
      server.logger.error(
        "a handler has failed",
        metadata: ["method": "\(call.path)", "error": "\(type(of: error))"])
      answer(RPCStatus(.internal, "internal error"))
    }
  }

  private func answer(_ message: [UInt8]) {
    guard !isAnswered else { return }
    endAnswer()
    var framed = message
    MessageDeframer.writePrefix(into: &framed)
    stream.respond(Self.head + fields(call?.initialMetadata))
    stream.write(framed)
    stream.finish(trailers: fields(RPCStatus.ok.trailers) + fields(call?.trailingMetadata))
    connection.scheduleFlush()
  }

  private func answer(_ status: RPCStatus) {
    guard !isAnswered else { return }
    endAnswer()
    stream.respondAndEnd(
      Self.head + fields(status.trailers) + fields(call?.trailingMetadata))
    connection.scheduleFlush()
  }

  /// Answers what is not gRPC.
  private func refuse(_ httpStatus: Int) {
    guard !isAnswered else { return }
    endAnswer()
    stream.respondAndEnd([HTTP2Field(":status", String(httpStatus))])
    connection.scheduleFlush()
  }

  private func endAnswer() {
    isAnswered = true
    deadline?.cancel()
    deadline = nil
    request = nil
  }

  private func fields(_ metadata: Metadata?) -> [HTTP2Field] { fields(metadata?.fields ?? []) }

  private func fields(_ fields: [RPCField]) -> [HTTP2Field] {
    fields.map { HTTP2Field($0.name, $0.value) }
  }
}
