internal import Identity
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func watchWorkflowExecutions(
    _ request: WatchWorkflowExecutionsRequest,
    _ responses: ResponseWriter<WatchWorkflowExecutionsResponse>, _ call: ServerCall
  ) async throws {
    let query = try WatchQuery(
      checkingUserID: try call.userToWatch(request), workflowID: request.workflowID,
      workflowType: request.workflowType, statuses: request.statuses,
      createdAfter: request.createdAfter, createdBefore: request.createdBefore,
      resumeToken: request.resumeToken)
    let watch = try await store.watch(query)
    defer { watch.cancel() }
    while true {
      try await responses.write(WatchWorkflowExecutionsResponse(changes: try await watch.next()))
    }
  }
}

extension ServerCall {
  /// Whose changes the caller asks for; nil: those of all users.
  fileprivate func userToWatch(_ request: WatchWorkflowExecutionsRequest) throws -> String? {
    guard request.isOfAllUsers else { return try userToRead(request.userID) }
    guard request.userID.isEmpty else {
      throw HistoryError.invalid("user_id", "can't stand together with all_users")
    }
    guard try caller().canActForAnyUser else {
      throw RPCStatus(.permissionDenied, "all_users needs the scope history:any")
    }
    return nil
  }
}
