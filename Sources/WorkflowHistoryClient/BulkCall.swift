internal import ProtobufMessages
internal import RPC
internal import RPCClient
internal import WorkflowHistory
internal import WorkflowHistoryMessages

/// A call that takes executions and answers each of them, in their order.
protocol BulkCall: AnyObject {
  func write(_ executions: [ArchivedExecution]) async throws(RPCStatus)
  /// There are no more executions.
  func finish()
  /// The next outcomes; nil after the last.
  func next() async throws(RPCStatus) -> [SaveOutcome]?
  func cancel()
}

/// What such a call does with its executions.
enum BulkMethod {
  /// Saves their fields, and looks at nothing else.
  case save
  /// Imports them.
  case `import`

  /// Begins a call.
  func begin(
    on channel: RPCChannel, metadata: Metadata
  ) throws(RPCStatus) -> any BulkCall {
    switch self {
    case .save:
      StreamedBulk(
        try channel.stream(
          Caller.path("SaveWorkflowExecutions"), of: SaveWorkflowExecutionsRequest.self,
          to: SaveWorkflowExecutionsResponse.self, metadata: metadata)
      ) {
        SaveWorkflowExecutionsRequest(executions: $0.map(\.fields))
      } outcomes: {
        $0.outcomes
      }
    case .import:
      StreamedBulk(
        try channel.stream(
          Caller.path("ImportWorkflowExecutions"), of: ImportWorkflowExecutionsRequest.self,
          to: ImportWorkflowExecutionsResponse.self, metadata: metadata)
      ) {
        ImportWorkflowExecutionsRequest(executions: $0)
      } outcomes: {
        $0.outcomes
      }
    }
  }
}

/// One of the service's streams of saves.
private final class StreamedBulk<
  Request: EncodableMessage & Sendable, Response: DecodableMessage & Sendable
>: BulkCall {
  private let call: StreamingCall<Request, Response>
  private let request: ([ArchivedExecution]) -> Request
  private let outcomes: (Response) -> [SaveOutcome]

  init(
    _ call: StreamingCall<Request, Response>,
    request: @escaping ([ArchivedExecution]) -> Request,
    outcomes: @escaping (Response) -> [SaveOutcome]
  ) {
    self.call = call
    self.request = request
    self.outcomes = outcomes
  }

  func write(_ executions: [ArchivedExecution]) async throws(RPCStatus) {
    try await call.write(request(executions))
  }

  func finish() { call.finish() }

  func next() async throws(RPCStatus) -> [SaveOutcome]? { try await call.next().map(outcomes) }

  func cancel() { call.cancel() }
}
