internal import Identity
internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func saveWorkflowExecutions(
    _ requests: RequestStream<SaveWorkflowExecutionsRequest>,
    _ responses: ResponseWriter<SaveWorkflowExecutionsResponse>, _ call: ServerCall
  ) async throws {
    let caller = try call.writer()
    try await saveAll(of: requests, call) { request in
      let now = clock()
      return request.items.map { item in
        refusable(item) { (fields) throws(HistoryError) in
          try ExecutionSave(
            checking: fields, userID: caller.userID, reach: caller.reach, retention: retention,
            now: now, using: &generator)
        }
      }
    } answer: { outcomes in
      try await responses.write(SaveWorkflowExecutionsResponse(outcomes: outcomes))
    }
  }
}
