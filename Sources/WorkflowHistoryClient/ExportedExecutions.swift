internal import RPC
internal import RPCClient
public import WorkflowHistory
public import WorkflowHistoryMessages

extension WorkflowHistoryClient {
  /// Returns all executions that meet the filters, oldest first, as they all were at one instant.
  ///
  /// They are read as they are taken, and never more than some MiB ahead. The export begins with the first
  /// that is asked for, which is tried again as other reads are. After that it can't be gone on with: where
  /// it breaks off, what broke it is thrown, and a new export is another instant's. One of which nothing is
  /// taken for a minute is ABORTED.
  ///
  /// ```swift
  /// for try await archived in client.export(ExportWorkflowExecutionsRequest(workflowType: "etl")) {
  ///   try keep(archived)
  /// }
  /// ```
  public func export(
    _ request: ExportWorkflowExecutionsRequest = .init()
  ) -> ExportedExecutions {
    ExportedExecutions(link: link, request: request)
  }
}

/// The executions of an export: see ``WorkflowHistoryClient/export(_:)``. Each iteration is an export of its
/// own.
public struct ExportedExecutions: AsyncSequence, Sendable {
  /// An execution, which another service can import.
  public typealias Element = ArchivedExecution
  /// Why the export can't go on.
  public typealias Failure = WorkflowHistoryError

  let link: ClientLink
  let request: ExportWorkflowExecutionsRequest

  /// An export, which begins with the first ``Iterator/next(isolation:)``.
  public func makeAsyncIterator() -> Iterator {
    Iterator(holder: FeedHolder(link) { [request] in ExportFeed(request, by: $0) })
  }

  /// Takes the executions.
  public struct Iterator: AsyncIteratorProtocol {
    let holder: FeedHolder<ExportFeed>
    private var part: ArraySlice<ArchivedExecution> = []

    init(holder: FeedHolder<ExportFeed>) { self.holder = holder }

    /// How many executions the export has, where the request asked for that: known when the first was
    /// taken.
    public private(set) var total: Int64?

    /// The next execution; nil after the last.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(WorkflowHistoryError) -> ArchivedExecution? { try await next() }

    /// The next execution; nil after the last.
    public mutating func next() async throws(WorkflowHistoryError) -> ArchivedExecution? {
      while true {
        if let next = part.popFirst() { return next }
        guard let received = try await holder.next() else { return nil }
        total = total ?? received.total
        part = received.executions[...]
      }
    }
  }
}

/// An export, part by part.
final class ExportFeed: Feed {
  private typealias Call = StreamingCall<
    ExportWorkflowExecutionsRequest, ExportWorkflowExecutionsResponse
  >

  let caller: Caller
  private let request: ExportWorkflowExecutionsRequest
  private var call: Call?
  /// The token that the call carries.
  private var token: String?
  private var attempts: Attempts
  private var hasBegun = false

  init(_ request: ExportWorkflowExecutionsRequest, by caller: Caller) {
    self.caller = caller
    self.request = request
    attempts = Attempts(of: .read, by: caller)
  }

  func next() async throws(WorkflowHistoryError) -> ExportPart? {
    let deadline = Deadline(after: caller.options.timeout)
    while true {
      do throws(CallFailure) {
        let part = try await receive()
        hasBegun = true
        return part
      } catch {
        call = nil
        guard !hasBegun else { throw WorkflowHistoryError(error.status) }
        try await attempts.recover(from: error, until: deadline)
      }
    }
  }

  private func receive() async throws(CallFailure) -> ExportPart? {
    let call = try await running()
    do throws(RPCStatus) {
      return try await call.next()?.part
    } catch {
      throw CallFailure(status: error, wasSent: true, token: token)
    }
  }

  private func running() async throws(CallFailure) -> Call {
    if let call { return call }
    let ready = try await caller.ready(until: Deadline(after: caller.options.timeout))
    do throws(RPCStatus) {
      let call: Call = try ready.channel.stream(
        Caller.path("ExportWorkflowExecutions"), of: ExportWorkflowExecutionsRequest.self,
        to: ExportWorkflowExecutionsResponse.self, metadata: ready.metadata)
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
