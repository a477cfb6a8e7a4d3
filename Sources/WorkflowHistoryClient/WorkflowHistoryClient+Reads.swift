internal import ProtobufMessages
public import WorkflowHistoryMessages

extension WorkflowHistoryClient {
  /// Returns one execution with its documents: NOT_FOUND where no execution has the id.
  public func get(_ request: GetWorkflowExecutionRequest) async throws(WorkflowHistoryError)
    -> GetWorkflowExecutionResponse
  { try await read("GetWorkflowExecution", request) }

  /// Returns a page of a user's executions, newest first.
  public func history(_ request: GetUserWorkflowHistoryRequest) async throws(WorkflowHistoryError)
    -> GetUserWorkflowHistoryResponse
  { try await read("GetUserWorkflowHistory", request) }

  /// Returns counts, rates and durations over the last days.
  public func statistics(_ request: GetWorkflowStatisticsRequest) async throws(WorkflowHistoryError)
    -> GetWorkflowStatisticsResponse
  { try await read("GetWorkflowStatistics", request) }

  /// Returns speed classes, error patterns, tips and the efficiency trend over the last days.
  public func metrics(_ request: GetPerformanceMetricsRequest) async throws(WorkflowHistoryError)
    -> GetPerformanceMetricsResponse
  { try await read("GetPerformanceMetrics", request) }

  /// Returns a page of the patterns that were learned from a user's history.
  public func patterns(_ request: ListLearnedPatternsRequest) async throws(WorkflowHistoryError)
    -> ListLearnedPatternsResponse
  { try await read("ListLearnedPatterns", request) }

  /// Returns what to expect of an execution.
  public func estimate(
    _ request: EstimateWorkflowExecutionRequest
  ) async throws(WorkflowHistoryError) -> EstimateWorkflowExecutionResponse {
    try await read("EstimateWorkflowExecution", request)
  }

  private func read<
    Request: EncodableMessage & Sendable, Response: DecodableMessage & Sendable
  >(_ method: String, _ request: Request) async throws(WorkflowHistoryError) -> Response {
    try await call(method, request, .read)
  }

  func call<Request: EncodableMessage & Sendable, Response: DecodableMessage & Sendable>(
    _ method: String, _ request: Request, _ kind: CallKind
  ) async throws(WorkflowHistoryError) -> Response {
    try await link.run { caller async throws(WorkflowHistoryError) in
      try await caller.unary(method, request, to: Response.self, kind)
    }
  }
}
