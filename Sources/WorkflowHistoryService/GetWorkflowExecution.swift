internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func getWorkflowExecution(_ request: GetWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> GetWorkflowExecutionResponse
  {
    let caller = try call.caller()
    return try await call.about(request.id) {
      GetWorkflowExecutionResponse(
        execution: try await store(for: call).execution(request.id, reach: caller.reach))
    }
  }
}
