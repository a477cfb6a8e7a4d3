internal import Identity
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func watchWorkflowExecutions(
    _ request: WatchWorkflowExecutionsRequest,
    _ responses: ResponseWriter<WatchWorkflowExecutionsResponse>, _ call: ServerCall
  ) async throws {
    let filter = try ExecutionFilter(
      checkingUserID: try call.usersToRead(request.userID, all: request.isOfAllUsers),
      workflowID: request.workflowID, workflowType: request.workflowType,
      statuses: request.statuses, createdAfter: request.createdAfter,
      createdBefore: request.createdBefore)
    let query = try WatchQuery(filter, checkingResumeToken: request.resumeToken)
    let watch = try await store.watch(query)
    defer { watch.cancel() }
    while true {
      try await responses.write(WatchWorkflowExecutionsResponse(changes: try await watch.next()))
    }
  }
}
