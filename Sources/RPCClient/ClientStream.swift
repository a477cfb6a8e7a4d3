internal import HTTP2
public import RPC
internal import Reactor

/// One call that streams at the client: it sends the requests, collects the responses, and learns how
/// the call ends.
final class ClientStream: HTTP2StreamDelegate {
  private let connection: ClientConnection
  private let eventLoop: EventLoop
  private let responses: MessageQueue
  private var stream: HTTP2Stream?
  private var answer = AnswerStatus()
  private var deadline: LoopTimer?
  /// Nil while the call runs.
  private var status: RPCStatus?
  /// The bytes for which the server gets no credit until the caller has taken what came.
  private var withheld = 0
  /// Who waits for the server to read on.
  private var writer: CheckedContinuation<Void, Never>?

  /// How far a caller may write ahead of what the server takes.
  private static let maxAhead = 64 << 10

  init(limit: Int, connection: ClientConnection, on eventLoop: EventLoop) {
    self.connection = connection
    self.eventLoop = eventLoop
    responses = MessageQueue(
      limit: limit, encoding: nil, codec: MessageCodec(), isSingle: false)
  }

  /// Begins the call.
  func begin(_ fields: [RPCField], timeout: Duration?) throws(RPCStatus) {
    let stream = try connection.request(fields, delegate: self)
    stream.releasesAtOnce = false
    responses.drained = { self.release() }
    self.stream = stream
    deadline = timeout.map { timeout in
      eventLoop.timer(after: timeout) { self.abandon(.deadlineHasPassed) }
    }
    connection.scheduleFlush()
  }

  // MARK: The caller's end

  /// Sends a request, when the server has taken those before it but for some.
  func write(_ framed: consuming [UInt8]) async throws(RPCStatus) {
    if let stream, stream.pendingBytes > Self.maxAhead {
      let cancelled = { self.abandon(.wasCancelled) }
      await eventLoop.withCancellation(cancelled: cancelled) { await caughtUp(stream) }
    }
    if let status { throw status.code == .ok ? .tookNoMore : status }
    stream?.write(framed)
    connection.scheduleFlush()
  }

  private func caughtUp(_ stream: HTTP2Stream) async {
    precondition(writer == nil, "a call's requests are written by one task at a time")
    await withCheckedContinuation { continuation in
      writer = continuation
      // It may have ended on the way here.
      if status != nil { return resumeWriter() }
      stream.whenDrained(to: Self.maxAhead / 2) { self.resumeWriter() }
    }
  }

  private func resumeWriter() {
    writer?.resume()
    writer = nil
  }

  /// There are no more requests.
  func finish() {
    stream?.finish()
    connection.scheduleFlush()
  }

  /// The next response; nil where the call has ended well.
  func next() async throws(RPCStatus) -> [UInt8]? {
    let cancelled = { self.abandon(.wasCancelled) }
    return try await eventLoop.withCancellation(cancelled: cancelled) { await taken() }.get()
  }

  private func taken() async -> Result<[UInt8]?, RPCStatus> {
    do {
      return .success(try await responses.next())
    } catch {
      return .failure(error as? RPCStatus ?? .wasCancelled)
    }
  }

  /// Ends the call at once: nobody needs it any more.
  func abandon(_ status: RPCStatus) {
    guard self.status == nil else { return }
    responses.cancel(status)
    end(status)
    stream?.reset(.cancel)
    stream = nil
    connection.scheduleFlush()
  }

  // MARK: The stream's end

  func received(fields: [HTTP2Field], endsStream: Bool) {
    answer.receive(fields.map { RPCField($0.name, $0.value) }, endsStream: endsStream)
  }

  func received(data: RawSpan) {
    guard status == nil else { return }
    do throws(RPCStatus) {
      try responses.receive(data)
      withheld += data.byteCount
      if responses.isHungry { release() }
    } catch {
      abandon(error)
    }
  }

  /// Lets the server send on: the caller has taken what had come.
  private func release() {
    guard withheld > 0 else { return }
    stream?.release(withheld)
    withheld = 0
    connection.scheduleFlush()
  }

  func receivedEnd() {}

  func closed(_ code: HTTP2ErrorCode) {
    stream = nil
    guard status == nil else { return }
    var status = answer.final
    if status.code == .ok, !responses.isBetweenMessages {
      status = RPCStatus(.internal, "the server's answer ended in the midst of a message")
    }
    if status.code == .ok { try? responses.finish() } else { responses.fail(status) }
    end(status)
  }

  private func end(_ status: RPCStatus) {
    self.status = status
    deadline?.cancel()
    deadline = nil
    responses.drained = nil
    resumeWriter()
  }
}

extension RPCStatus {
  /// The call's deadline has passed, whatever the server thinks.
  static let deadlineHasPassed = RPCStatus(.deadlineExceeded, "the call's deadline has passed")
  /// The caller's task was cancelled, or the call was.
  public static let wasCancelled = RPCStatus(.cancelled, "the call was cancelled")
  /// Of a request that was written after the server had ended the call well.
  static let tookNoMore = RPCStatus(.cancelled, "the server has ended the call, and reads no more")
}
