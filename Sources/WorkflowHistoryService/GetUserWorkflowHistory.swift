internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func getUserWorkflowHistory(_ request: GetUserWorkflowHistoryRequest, _ call: ServerCall)
    async throws -> GetUserWorkflowHistoryResponse
  {
    let query = try HistoryQuery(
      checkingUserID: try call.userToRead(request.userID),
      workflowID: request.workflowID, workflowType: request.workflowType,
      statuses: request.statuses, isAbandonedOnly: request.isAbandonedOnly,
      createdAfter: request.createdAfter, createdBefore: request.createdBefore,
      pageSize: request.pageSize, pageToken: request.pageToken, offset: request.offset,
      includesDocuments: request.isFull, includesTotal: request.includesTotal)
    return GetUserWorkflowHistoryResponse(page: try await store(for: call).history(query))
  }
}
