internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func updateWorkflowExecution(_ request: UpdateWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> UpdateWorkflowExecutionResponse
  {
    call.isAbout(execution: request.execution.id)
    let caller = try call.writer()
    let update = try ExecutionUpdate(
      checking: request.execution, paths: request.updateMask,
      expectedVersion: request.expectedVersion, allowReopen: request.allowReopen)
    let updated = try await store.update(update, reach: caller.reach, now: clock())
    call.isAbout(user: updated.userID, execution: updated.id)
    return UpdateWorkflowExecutionResponse(execution: updated)
  }
}
