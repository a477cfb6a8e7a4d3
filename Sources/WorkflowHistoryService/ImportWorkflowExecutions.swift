internal import RPC
internal import WorkflowHistory
internal import WorkflowHistoryMessages

extension WorkflowHistoryHandlers {
  func importWorkflowExecutions(
    _ requests: RequestStream<ImportWorkflowExecutionsRequest>,
    _ responses: ResponseWriter<ImportWorkflowExecutionsResponse>, _ call: ServerCall
  ) async throws {
    _ = try call.importer()
    try await saveAll(of: requests, call) { request in
      let now = clock()
      return request.items.map { item in
        refusable(item) { (archived) throws(HistoryError) in
          try ExecutionSave(importing: archived, retention: retention, now: now)
        }
      }
    } answer: { outcomes in
      try await responses.write(ImportWorkflowExecutionsResponse(outcomes: outcomes))
    }
  }
}
