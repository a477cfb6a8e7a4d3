internal import ProtobufMessages
internal import RPC
internal import RPCClient
internal import Reactor
internal import WorkflowHistoryMessages

/// What makes a client's calls. It lives on the client's loop.
final class Caller {
  let eventLoop: EventLoop
  let options: ClientOptions
  let tokens: TokenSource
  private let channel: ReconnectingChannel
  private(set) var isClosed = false
  /// The waits between attempts.
  private var waits: [LoopTask] = []
  /// Those that somebody may take elements of.
  private var feeds: [ObjectIdentifier: any Feed] = [:]

  init(
    _ channel: ReconnectingChannel, _ tokens: TokenSource, _ options: ClientOptions,
    on eventLoop: EventLoop
  ) {
    self.channel = channel
    self.tokens = tokens
    self.options = options
    self.eventLoop = eventLoop
  }

  /// What a call needs before it is made.
  struct Ready {
    let channel: RPCChannel
    let metadata: Metadata
    let token: String?
  }

  /// Waits for the connection and the token.
  func ready(until deadline: Deadline) async throws(CallFailure) -> Ready {
    do throws(RPCStatus) {
      let token = try await tokens.current(timeout: deadline.remaining)
      let channel = try await channel.connected(timeout: deadline.remaining)
      var metadata = Metadata()
      if let token { metadata.add("authorization", "Bearer \(token)") }
      if options.readsAreStrong { metadata.add("history-consistency", "strong") }
      return Ready(channel: channel, metadata: metadata, token: token)
    } catch {
      throw CallFailure(status: error, wasSent: false, token: nil)
    }
  }

  /// Makes a unary call, more than once where it must be and may be.
  func unary<Request: EncodableMessage, Response: DecodableMessage>(
    _ method: String, _ request: Request, to response: Response.Type, _ kind: CallKind
  ) async throws(WorkflowHistoryError) -> Response {
    let deadline = Deadline(after: options.timeout)
    var attempts = Attempts(of: kind, by: self)
    while true {
      do throws(CallFailure) {
        let ready = try await ready(until: deadline)
        do throws(RPCStatus) {
          return try await ready.channel.unary(
            Self.path(method), request, as: Response.self, metadata: ready.metadata,
            timeout: deadline.remaining)
        } catch {
          throw CallFailure(status: error, wasSent: true, token: ready.token)
        }
      } catch {
        try await attempts.recover(from: error, until: deadline)
      }
    }
  }

  /// A method's path.
  static func path(_ method: String) -> String {
    "/\(WorkflowHistoryAPI.service.fullName)/\(method)"
  }

  /// Opens the connection, if it is not open.
  func connect() async throws(WorkflowHistoryError) {
    do throws(RPCStatus) {
      _ = try await channel.connected(timeout: options.timeout)
    } catch {
      throw WorkflowHistoryError(error)
    }
  }

  /// Waits between attempts, for less long where the task is cancelled or the client closed.
  func wait(_ delay: Duration, by backoff: Backoff) async {
    let task = eventLoop.start { try? await backoff.sleep(delay) }
    waits.append(task)
    await eventLoop.withCancellation(cancelled: { task.cancel() }) { await task.wait() }
    waits.removeAll { $0 === task }
  }

  /// Keeps a feed until it is dismissed, or the client closed.
  func adopt(_ feed: some Feed) { feeds[ObjectIdentifier(feed)] = feed }

  /// Nobody takes the feed's elements any more.
  func dismiss(_ feed: some Feed) {
    feed.cancel()
    feeds[ObjectIdentifier(feed)] = nil
  }

  /// Closes the connection. Calls that run, and those that come later, are UNAVAILABLE.
  func close() async {
    isClosed = true
    for wait in waits { wait.cancel() }
    tokens.close()
    // First, so that calls end for want of it, and not as if their feeds were dropped.
    await channel.close()
    for feed in feeds.values { feed.cancel() }
    feeds = [:]
  }
}
