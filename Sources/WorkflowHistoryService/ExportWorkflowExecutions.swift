internal import Identity
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func exportWorkflowExecutions(
    _ request: ExportWorkflowExecutionsRequest,
    _ responses: ResponseWriter<ExportWorkflowExecutionsResponse>, _ call: ServerCall
  ) async throws {
    let filter = try ExecutionFilter(
      checkingUserID: try call.usersToRead(request.userID, all: request.isOfAllUsers),
      workflowID: request.workflowID, workflowType: request.workflowType,
      statuses: request.statuses, createdAfter: request.createdAfter,
      createdBefore: request.createdBefore)
    let query = ExportQuery(filter, includesTotal: request.includesTotal)
    try await store.export(query) { part in
      try await responses.write(ExportWorkflowExecutionsResponse(part: part))
    }
  }
}
