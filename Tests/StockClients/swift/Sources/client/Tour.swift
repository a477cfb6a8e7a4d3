import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import SwiftProtobuf

/// Calls of every kind, as one user.
struct Tour {
  private typealias Execution = WorkflowHistory_V1_WorkflowExecution

  let history: WorkflowHistory_V1_WorkflowHistoryService.Client<HTTP2ClientTransport.Posix>
  let caller: Metadata

  /// Returns the id of an execution that it has saved.
  func run() async throws -> String {
    let saved = try await save(
      execution("wf-123") { $0.inputData = .with { $0.json = #"{"rows": 10}"# } })
    try await get(saved.id)
    try await complete(saved)
    try await beRefused()
    try await saveMany()
    try await watch()
    try await readHistory()
    try await readFigures()
    return saved.id
  }

  @discardableResult
  private func save(_ execution: Execution) async throws -> Execution {
    let answer = try await history.saveWorkflowExecution(
      .with { $0.execution = execution }, metadata: caller)
    try show(answer)
    return answer.execution
  }

  private func get(_ id: String) async throws {
    try show(await history.getWorkflowExecution(.with { $0.id = id }, metadata: caller))
  }

  private func complete(_ saved: Execution) async throws {
    let answer = try await history.updateWorkflowExecution(
      .with {
        $0.execution.id = saved.id
        $0.execution.status = .completed
        $0.execution.outputData.json = #"{"written": 10}"#
        $0.updateMask.paths = ["status", "output_data"]
        $0.expectedVersion = saved.version
      }, metadata: caller)
    try show(answer)
  }

  private func beRefused() async throws {
    do {
      try await save(execution("wf-123") { $0.workflowType = "" })
    } catch let error as RPCError where error.code == .invalidArgument {
      try show(refusal(error))
    }
  }

  /// One stream, of which each request is answered: the second execution is refused, and holds up
  /// none.
  private func saveMany() async throws {
    let portions = [
      [execution("wf-bulk-0"), execution("wf-bulk-1") { $0.workflowType = "" }],
      [execution("wf-bulk-2") { $0.status = .completed }],
    ]
    try await history.saveWorkflowExecutions(metadata: caller) { writer in
      for portion in portions { try await writer.write(.with { $0.executions = portion }) }
    } onResponse: { response in
      for try await answer in response.messages { try show(answer) }
    }
  }

  /// The first answer says that changes are told from now on. To leave the closure ends the call.
  private func watch() async throws {
    try await history.watchWorkflowExecutions(
      .with { $0.workflowID = "wf-watched" }, metadata: caller
    ) { response in
      var answers = response.messages.makeAsyncIterator()
      guard let began = try await answers.next() else { return }
      try show(began)
      try await save(execution("wf-watched"))
      while let told = try await answers.next() {
        try show(told)
        if !told.changes.isEmpty { return }
      }
    }
  }

  private func readHistory() async throws {
    var request = WorkflowHistory_V1_GetUserWorkflowHistoryRequest()
    request.pageSize = 3
    request.includeTotal = true
    repeat {
      let page = try await history.getUserWorkflowHistory(request, metadata: caller)
      try show(page)
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
  }

  private func readFigures() async throws {
    try show(await history.getWorkflowStatistics(.with { $0.days = 7 }, metadata: caller))
    try show(await history.getPerformanceMetrics(.with { $0.days = 7 }, metadata: caller))
  }

  private func execution(
    _ workflowID: String, _ change: (inout Execution) -> Void = { _ in }
  ) -> Execution {
    .with {
      $0.workflowID = workflowID
      $0.workflowType = "etl"
      $0.status = .running
      change(&$0)
    }
  }
}

/// What the service found wrong with a request, from the status details of the error.
private func refusal(_ error: RPCError) throws -> WorkflowHistory_V1_SaveRefusal {
  let details = try error.unpackGoogleRPCStatus()?.details.compactMap(\.badRequest) ?? []
  return .with {
    $0.code = Int32(error.code.rawValue)
    $0.message = error.message
    $0.fieldViolations = details.flatMap(\.violations).map { violation in
      .with {
        $0.field = violation.field
        $0.description_p = violation.description
      }
    }
  }
}

func show<Answer: Message>(_ answer: Answer) throws {
  print(#"{"type": "\#(Answer.protoMessageName)", "value": \#(try answer.jsonString())}"#)
}
