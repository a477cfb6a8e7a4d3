internal import ProtobufMessages
internal import RPC
public import RPCClient
public import Reactor
internal import WorkflowHistory
public import WorkflowHistoryMessages

/// A client of WorkflowHistoryService, good on any thread.
///
/// Its methods throw ``RPCStatus``, whose details say which fields were refused, or when to try
/// again. ``close()`` it at the end.
public struct WorkflowHistoryClient: Sendable {
  private let loop: Loop
  private let channel: LoopBound<RPCChannel>
  private let token: String
  private let timeout: Duration?
  private let calls = RunningCalls()

  /// Connects to a server.
  ///
  /// - Parameters:
  ///   - token: the access token that each call carries.
  ///   - timeout: how long a call may take; nil: for ever.
  public static func connect(
    to address: SocketAddress, _ security: RPCChannel.Security, token: String,
    timeout: Duration? = .seconds(60)
  ) async throws -> WorkflowHistoryClient {
    let loop = try Loop(name: "workflow-history-client")
    do {
      let channel = try await loop.bind { eventLoop in
        try await RPCChannel.connect(to: address, security, on: eventLoop)
      }
      return WorkflowHistoryClient(loop: loop, channel: channel, token: token, timeout: timeout)
    } catch {
      await loop.stop()
      throw error
    }
  }

  private init(loop: Loop, channel: LoopBound<RPCChannel>, token: String, timeout: Duration?) {
    self.loop = loop
    self.channel = channel
    self.token = token
    self.timeout = timeout
  }

  /// Saves a new execution, or returns the one that the same save made before.
  public func save(_ request: SaveWorkflowExecutionRequest) async throws
    -> SaveWorkflowExecutionResponse
  { try await call("SaveWorkflowExecution", request) }

  /// Returns one execution with its documents.
  public func get(_ request: GetWorkflowExecutionRequest) async throws
    -> GetWorkflowExecutionResponse
  { try await call("GetWorkflowExecution", request) }

  /// Returns a page of a user's executions, newest first.
  public func history(_ request: GetUserWorkflowHistoryRequest) async throws
    -> GetUserWorkflowHistoryResponse
  { try await call("GetUserWorkflowHistory", request) }

  /// Returns counts, rates and durations over the last days.
  public func statistics(_ request: GetWorkflowStatisticsRequest) async throws
    -> GetWorkflowStatisticsResponse
  { try await call("GetWorkflowStatistics", request) }

  /// Returns speed classes, error patterns, tips and the efficiency trend over the last days.
  public func metrics(_ request: GetPerformanceMetricsRequest) async throws
    -> GetPerformanceMetricsResponse
  { try await call("GetPerformanceMetrics", request) }

  /// Returns a page of the patterns that were learned from a user's history.
  public func patterns(_ request: ListLearnedPatternsRequest) async throws
    -> ListLearnedPatternsResponse
  { try await call("ListLearnedPatterns", request) }

  /// Returns what to expect of an execution.
  public func estimate(_ request: EstimateWorkflowExecutionRequest) async throws
    -> EstimateWorkflowExecutionResponse
  { try await call("EstimateWorkflowExecution", request) }

  /// Changes the masked fields of one execution.
  public func update(_ request: UpdateWorkflowExecutionRequest) async throws
    -> UpdateWorkflowExecutionResponse
  { try await call("UpdateWorkflowExecution", request) }

  /// Says that a RUNNING execution is still run: FAILED_PRECONDITION where it is not RUNNING any more.
  public func heartbeat(_ request: HeartbeatWorkflowExecutionRequest) async throws
    -> HeartbeatWorkflowExecutionResponse
  { try await call("HeartbeatWorkflowExecution", request) }

  /// Deletes one execution, for good.
  public func delete(_ request: DeleteWorkflowExecutionRequest) async throws
    -> DeleteWorkflowExecutionResponse
  { try await call("DeleteWorkflowExecution", request) }

  /// Closes the connection, and ends the client's thread. Calls that run, and those that come later, are
  /// UNAVAILABLE.
  public func close() async {
    guard calls.close() else { return await calls.ended() }
    await channel.run { $0.close() }
    await calls.ended()
    await loop.stop()
  }

  private func call<Request: EncodableMessage & Sendable, Response: DecodableMessage & Sendable>(
    _ method: String, _ request: Request
  ) async throws -> Response {
    try calls.begin()
    defer { calls.end() }
    var metadata = Metadata()
    metadata.add("authorization", "Bearer \(token)")
    let prepared = metadata
    return try await channel.run { channel in
      try await channel.unary(
        "/\(WorkflowHistoryAPI.service.fullName)/\(method)", request, as: Response.self,
        metadata: prepared, timeout: timeout)
    }
  }
}
