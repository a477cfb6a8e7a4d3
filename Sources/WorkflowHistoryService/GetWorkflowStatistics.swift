internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func getWorkflowStatistics(_ request: GetWorkflowStatisticsRequest, _ call: ServerCall)
    async throws -> GetWorkflowStatisticsResponse
  {
    let query = try WindowQuery(
      checkingUserID: try call.userToRead(request.userID),
      workflowType: request.workflowType, days: request.days, now: clock())
    return GetWorkflowStatisticsResponse(statistics: try await store(for: call).statistics(query))
  }
}
