internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func getWorkflowExecution(_ request: GetWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> GetWorkflowExecutionResponse
  {
    call.isAbout(execution: request.id)
    let caller = try call.caller()
    return GetWorkflowExecutionResponse(
      execution: try await store(for: call).execution(request.id, reach: caller.reach))
  }
}
