internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func getPerformanceMetrics(_ request: GetPerformanceMetricsRequest, _ call: ServerCall)
    async throws -> GetPerformanceMetricsResponse
  {
    let query = try WindowQuery(
      checkingUserID: try call.userToRead(request.userID),
      workflowType: request.workflowType, days: request.days, now: clock())
    return GetPerformanceMetricsResponse(
      metrics: try await store(for: call).performanceMetrics(query))
  }
}
