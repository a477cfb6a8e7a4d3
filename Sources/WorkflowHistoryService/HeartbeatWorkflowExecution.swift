internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func heartbeatWorkflowExecution(_ request: HeartbeatWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> HeartbeatWorkflowExecutionResponse
  {
    call.isAbout(execution: request.id)
    let caller = try call.writer()
    let heartbeat = try ExecutionHeartbeat(
      id: request.id, checkingTimeout: request.timeoutSeconds)
    try await store.heartbeat(heartbeat, reach: caller.reach)
    return HeartbeatWorkflowExecutionResponse()
  }
}
