internal import PatternLearning
internal import RPC
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func listLearnedPatterns(_ request: ListLearnedPatternsRequest, _ call: ServerCall)
    async throws -> ListLearnedPatternsResponse
  {
    let query = try PatternQuery(
      checkingUserID: try call.userToRead(request.userID), workflowType: request.workflowType,
      kinds: request.kinds, includesRetired: request.includesRetired, pageSize: request.pageSize,
      pageToken: request.pageToken)
    return ListLearnedPatternsResponse(
      page: try await patternStore(for: call).patterns(query))
  }
}
