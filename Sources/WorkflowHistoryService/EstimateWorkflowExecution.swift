internal import PatternLearning
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func estimateWorkflowExecution(_ request: EstimateWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> EstimateWorkflowExecutionResponse
  {
    let query = try await estimateQuery(request, call)
    return EstimateWorkflowExecutionResponse(
      estimate: try await patternStore(for: call).estimate(query))
  }

  /// What is asked for: an execution of a type, or a stored one, whose row says the rest.
  private func estimateQuery(_ request: EstimateWorkflowExecutionRequest, _ call: ServerCall)
    async throws -> EstimateQuery
  {
    guard let id = request.executionID else {
      return try EstimateQuery(
        checkingUserID: try call.userToRead(request.userID), workflowType: request.workflowType,
        inputData: request.inputData, now: clock())
    }
    call.isAbout(execution: id)
    let caller = try call.caller()
    try EstimateQuery.checkBesideID(
      workflowType: request.workflowType, inputData: request.inputData)
    let execution = try await store(for: call).execution(id, reach: caller.reach)
    return EstimateQuery(execution, now: clock())
  }
}
