internal import RPC
internal import RPCClient
public import WorkflowHistory
public import WorkflowHistoryMessages

extension WorkflowHistoryClient {
  /// Tells of executions that are saved, updated and deleted, soon after it is committed.
  ///
  /// It begins with the first change that is asked for, after the request's resume token, or without one
  /// from then on. Where it breaks off, as when a server stops, it goes on by itself with another call,
  /// for as long as that takes: nothing is missed, and nothing told twice. Who reads slower than
  /// executions change holds the server back.
  ///
  /// It does not end by itself. It throws what trying again does not help, such as OUT_OF_RANGE where the
  /// resume token is older than what the server keeps, or CANCELLED when its task is cancelled.
  ///
  /// ```swift
  /// for try await change in client.watch(WatchWorkflowExecutionsRequest(statuses: [.failed])) {
  ///   print(change.executionID, change.execution?.errorMessage ?? "")
  ///   token = change.resumeToken
  /// }
  /// ```
  public func watch(_ request: WatchWorkflowExecutionsRequest = .init()) -> ExecutionChanges {
    ExecutionChanges(link: link, request: request)
  }
}

/// The changes that a watch tells of: see ``WorkflowHistoryClient/watch(_:)``. Each iteration is a watch of
/// its own.
public struct ExecutionChanges: AsyncSequence, Sendable {
  /// A change, and the token that goes on after it.
  public typealias Element = ExecutionEvent
  /// Why the watch can't go on.
  public typealias Failure = WorkflowHistoryError

  let link: ClientLink
  let request: WatchWorkflowExecutionsRequest

  /// A watch, which begins with the first ``Iterator/next(isolation:)``.
  public func makeAsyncIterator() -> Iterator {
    Iterator(holder: FeedHolder(link) { [request] in WatchFeed(request, by: $0) })
  }

  /// Takes the changes.
  public struct Iterator: AsyncIteratorProtocol {
    let holder: FeedHolder<WatchFeed>
    private var events: ArraySlice<ExecutionEvent> = []

    init(holder: FeedHolder<WatchFeed>) { self.holder = holder }

    /// The next change. It waits until there is one.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(WorkflowHistoryError) -> ExecutionEvent? { try await next() }

    /// The next change. It waits until there is one.
    public mutating func next() async throws(WorkflowHistoryError) -> ExecutionEvent? {
      while true {
        if let event = events.popFirst() { return event }
        guard let told = try await holder.next() else { return nil }
        events = told[...]
      }
    }
  }
}

/// A watch that goes on with another call where one breaks off.
final class WatchFeed: Feed {
  private typealias Call = StreamingCall<
    WatchWorkflowExecutionsRequest, WatchWorkflowExecutionsResponse
  >
  let caller: Caller
  /// What the next call asks for.
  private var request: WatchWorkflowExecutionsRequest
  private var call: Call?
  /// The token that the call carries.
  private var token: String?
  private var attempts: Attempts

  init(_ request: WatchWorkflowExecutionsRequest, by caller: Caller) {
    self.caller = caller
    self.request = request
    attempts = Attempts(of: .read, by: caller)
  }

  func next() async throws(WorkflowHistoryError) -> [ExecutionEvent]? {
    while true {
      do throws(CallFailure) {
        return try await receive()
      } catch {
        call = nil
        try await attempts.recover(from: error, until: Deadline(after: nil))
      }
    }
  }

  private func receive() async throws(CallFailure) -> [ExecutionEvent] {
    let call = try await running()
    do throws(RPCStatus) {
      guard let response = try await call.next() else {
        throw RPCStatus(.unavailable, "the server has ended the watch")
      }
      request.resumeToken = response.changes.resumeToken
      attempts.succeeded()
      return response.changes.events
    } catch {
      throw CallFailure(status: error, wasSent: true, token: token)
    }
  }

  private func running() async throws(CallFailure) -> Call {
    if let call { return call }
    let ready = try await caller.ready(until: Deadline(after: caller.options.timeout))
    do throws(RPCStatus) {
      let call: Call = try ready.channel.stream(
        Caller.path("WatchWorkflowExecutions"), of: WatchWorkflowExecutionsRequest.self,
        to: WatchWorkflowExecutionsResponse.self, metadata: ready.metadata)
      (self.call, token) = (call, ready.token)
      try await call.write(request)
      call.finish()
      return call
    } catch {
      throw CallFailure(status: error, wasSent: true, token: ready.token)
    }
  }

  func cancel() { call?.cancel() }
}
