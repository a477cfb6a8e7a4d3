internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func deleteWorkflowExecution(_ request: DeleteWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> DeleteWorkflowExecutionResponse
  {
    call.isAbout(execution: request.id)
    let caller = try call.writer()
    let deletion = try ExecutionDeletion(id: request.id, checking: request.expectedVersion)
    try await store.delete(deletion, reach: caller.reach)
    return DeleteWorkflowExecutionResponse()
  }
}
