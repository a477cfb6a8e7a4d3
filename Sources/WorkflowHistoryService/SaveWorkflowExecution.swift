internal import Identity
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func saveWorkflowExecution(_ request: SaveWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> SaveWorkflowExecutionResponse
  {
    call.isAbout(user: request.execution?.userID, execution: request.execution?.id)
    let caller = try call.writer()
    guard let fields = request.execution else {
      throw HistoryError.invalid("execution", "is required")
    }
    let save = try ExecutionSave(
      checking: fields, userID: caller.userID, reach: caller.reach, retention: retention,
      now: clock(), using: &generator)
    call.isAbout(user: save.execution.userID, execution: save.execution.id)
    return SaveWorkflowExecutionResponse(execution: try await store.save(save))
  }
}
