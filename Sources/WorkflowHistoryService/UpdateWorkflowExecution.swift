internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func updateWorkflowExecution(_ request: UpdateWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> UpdateWorkflowExecutionResponse
  {
    let caller = try call.writer()
    call[AuditTarget.self] = AuditTarget(executionID: request.execution.id)
    let update = try ExecutionUpdate(
      checking: request.execution, paths: request.updateMask,
      expectedVersion: request.expectedVersion, allowReopen: request.allowReopen)
    let updated = try await store.update(update, reach: caller.reach, now: clock())
    call[AuditTarget.self] = AuditTarget(userID: updated.userID, executionID: updated.id)
    return UpdateWorkflowExecutionResponse(execution: updated)
  }
}
