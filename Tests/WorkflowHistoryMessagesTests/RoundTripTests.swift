import PatternLearning
import ProtobufMessages
import Testing
import WorkflowHistory
import WorkflowHistoryMessages

@Suite("Messages come back as they were encoded")
struct RoundTripTests {
  @Test("A save, with all fields, with none and without an execution")
  func save() throws {
    for fields in [Samples.fields, ExecutionFields(), nil] {
      let request = SaveWorkflowExecutionRequest(execution: fields)
      #expect(try roundTrip(request) == request)
    }
  }

  @Test("An update, with all fields and with none")
  func update() throws {
    let full = UpdateWorkflowExecutionRequest(
      execution: Samples.fields, updateMask: ["status", "end_time"], expectedVersion: -3,
      allowReopen: true)
    let bare = UpdateWorkflowExecutionRequest(execution: ExecutionFields(), updateMask: [])
    for request in [full, bare] { #expect(try roundTrip(request) == request) }
  }

  @Test("The responses of save, get and update")
  func answers() throws {
    for execution in [Samples.execution, Samples.bareExecution] {
      let saved = SaveWorkflowExecutionResponse(execution: execution)
      #expect(try roundTrip(saved) == saved)
      let got = GetWorkflowExecutionResponse(execution: execution)
      #expect(try roundTrip(got) == got)
      let updated = UpdateWorkflowExecutionResponse(execution: execution)
      #expect(try roundTrip(updated) == updated)
    }
  }

  @Test("A get")
  func get() throws {
    let request = GetWorkflowExecutionRequest(id: Samples.id)
    #expect(try roundTrip(request) == request)
  }

  @Test("A deletion and its response")
  func delete() throws {
    for version in [0, 7, -3] as [Int32] {
      let request = DeleteWorkflowExecutionRequest(id: Samples.id, expectedVersion: version)
      #expect(try roundTrip(request) == request)
    }
    let response = DeleteWorkflowExecutionResponse()
    #expect(try roundTrip(response) == response)
  }

  @Test("A request to watch, with all fields and with none, and changes")
  func watch() throws {
    let full = WatchWorkflowExecutionsRequest(
      userID: "u", isOfAllUsers: true, workflowID: "w", workflowType: "t",
      statuses: WorkflowStatus.allCases, createdAfter: Samples.execution.createdAt,
      createdBefore: Samples.execution.createdAt, resumeToken: "token")
    for request in [full, WatchWorkflowExecutionsRequest()] {
      #expect(try roundTrip(request) == request)
    }
    var execution = Samples.execution
    (execution.inputData, execution.outputData, execution.taskResults) = (nil, nil, nil)
    let events = ChangeKind.allCases.map { kind in
      ExecutionEvent(
        kind: kind, executionID: Samples.id, userID: "u", version: 2, workflowType: "t",
        status: .failed, changedAt: execution.createdAt,
        execution: kind == .deleted ? nil : execution, resumeToken: "token")
    }
    for events in [events, []] {
      let response = WatchWorkflowExecutionsResponse(
        changes: WatchedChanges(events: events, resumeToken: "next"))
      #expect(try roundTrip(response) == response)
    }
  }

  @Test("A heartbeat and its response")
  func heartbeat() throws {
    for timeout in [0, 90, -3] as [Int32] {
      let request = HeartbeatWorkflowExecutionRequest(id: Samples.id, timeoutSeconds: timeout)
      #expect(try roundTrip(request) == request)
    }
    let response = HeartbeatWorkflowExecutionResponse()
    #expect(try roundTrip(response) == response)
  }

  @Test("A request to save many, and what became of them")
  func saveMany() throws {
    for executions in [[ExecutionFields()], [Samples.fields, ExecutionFields()]] {
      let request = SaveWorkflowExecutionsRequest(executions: executions)
      #expect(try roundTrip(request) == request)
    }
    let refusal = SaveRefusal(
      code: 3, message: "no", violations: [FieldViolation(field: "f", description: "d")])
    let response = SaveWorkflowExecutionsResponse(outcomes: [
      SaveOutcome(index: 0, id: Samples.id),
      SaveOutcome(index: .max, id: nil, refusal: refusal),
    ])
    #expect(try roundTrip(response) == response)
  }

  @Test("A request to export, with all fields and with none, and parts of an export")
  func export() throws {
    let full = ExportWorkflowExecutionsRequest(
      userID: "u", isOfAllUsers: true, workflowID: "w", workflowType: "t",
      statuses: WorkflowStatus.allCases, createdAfter: Samples.execution.createdAt,
      createdBefore: Samples.execution.createdAt, includesTotal: true)
    for request in [full, ExportWorkflowExecutionsRequest()] {
      #expect(try roundTrip(request) == request)
    }
    let archived = [Samples.execution, Samples.bareExecution].map {
      ArchivedExecution($0, saveDigest: Array(0..<32))
    }
    for part in [ExportPart(executions: archived, total: 1 << 40), ExportPart(executions: [])] {
      let response = ExportWorkflowExecutionsResponse(part: part)
      #expect(try roundTrip(response) == response)
    }
  }

  @Test("A request to import, and what became of it")
  func importing() throws {
    let bare = ArchivedExecution(fields: ExecutionFields())
    let full = ArchivedExecution(Samples.execution, saveDigest: Array(0..<32))
    let request = ImportWorkflowExecutionsRequest(executions: [full, bare])
    #expect(try roundTrip(request) == request)
    let response = ImportWorkflowExecutionsResponse(outcomes: [
      SaveOutcome(index: 0, id: Samples.id)
    ])
    #expect(try roundTrip(response) == response)
    // Without an execution there is nothing to import.
    let empty = try ImportWorkflowExecutionsRequest.decode([0x0A, 0x00], arena: Arena())
    guard case .failure(let error) = empty.items[0] else {
      Issue.record("no execution was taken")
      return
    }
    #expect(error.violations.map(\.field) == ["execution"])
  }

  @Test("A request for patterns of all kinds, one for any, and pages of them")
  func patterns() throws {
    let full = ListLearnedPatternsRequest(
      userID: "u", workflowType: "t", kinds: PatternKind.allCases, includesRetired: true,
      pageSize: 100, pageToken: "token")
    for request in [full, ListLearnedPatternsRequest()] {
      #expect(try roundTrip(request) == request)
    }
    let pages = [
      PatternPage(patterns: []),
      PatternPage(patterns: PatternKind.allCases.map(Samples.pattern), nextPageToken: "next"),
    ]
    for page in pages {
      let response = ListLearnedPatternsResponse(page: page)
      #expect(try roundTrip(response) == response)
    }
  }

  @Test("A request for an estimate, with all fields and with none, and estimates")
  func estimate() throws {
    let full = EstimateWorkflowExecutionRequest(
      userID: "u", workflowType: "t", inputData: Samples.json("[1]"), executionID: Samples.id)
    for request in [full, EstimateWorkflowExecutionRequest()] {
      #expect(try roundTrip(request) == request)
    }
    var estimate = ExecutionEstimate(
      workflowType: "etl", p50DurationSeconds: 0, p90DurationSeconds: 5.5,
      durationSupport: 5_000_000_000, failureProbability: 0.25, failureSupport: 12,
      conditions: ["at night", "in \u{1F600}"],
      running: .init(elapsedSeconds: 0, longerPercent: 99.5))
    for estimate in [estimate, ExecutionEstimate(workflowType: "t")] {
      let response = EstimateWorkflowExecutionResponse(estimate: estimate)
      #expect(try roundTrip(response) == response)
    }
    estimate.running?.longerPercent = nil
    let response = EstimateWorkflowExecutionResponse(estimate: estimate)
    #expect(try roundTrip(response) == response)
  }

  @Test("A history request, with all fields and with none")
  func history() throws {
    let full = GetUserWorkflowHistoryRequest(
      userID: "u", workflowID: "w", workflowType: "t", statuses: WorkflowStatus.allCases,
      createdAfter: Samples.instant, createdBefore: Timestamp(microseconds: -1_000_001),
      pageSize: 100, pageToken: "token", offset: 7, isFull: true, includesTotal: true)
    for request in [full, GetUserWorkflowHistoryRequest()] {
      #expect(try roundTrip(request) == request)
    }
  }

  @Test("A page, full and empty; a total of 0 reads as none")
  func page() throws {
    let full = HistoryPage(
      executions: [Samples.execution, Samples.bareExecution], nextPageToken: "next", total: 5001)
    let empty = HistoryPage(executions: [], nextPageToken: nil, total: nil)
    for page in [full, empty] {
      let response = GetUserWorkflowHistoryResponse(page: page)
      #expect(try roundTrip(response) == response)
    }
    var none = empty
    none.total = 0
    #expect(try roundTrip(GetUserWorkflowHistoryResponse(page: none)).page.total == nil)
  }

  @Test("Statistics, with all figures and with none")
  func statistics() throws {
    let request = GetWorkflowStatisticsRequest(userID: "u", workflowType: "t", days: 365)
    #expect(try roundTrip(request) == request)
    let full = WorkflowStatistics(
      query: Samples.window, all: Samples.figures,
      byType: [("etl", Samples.figures), ("other", ExecutionFigures())])
    let empty = WorkflowStatistics(
      query: Samples.bareWindow, all: ExecutionFigures(), byType: [])
    var unlisted = full
    unlisted.typeCount = 5_000_000_000
    for statistics in [full, empty, unlisted] {
      let response = GetWorkflowStatisticsResponse(statistics: statistics)
      #expect(try roundTrip(response) == response)
    }
  }

  @Test("Performance metrics, with all parts and with none")
  func metrics() throws {
    let request = GetPerformanceMetricsRequest(userID: "u", workflowType: "t", days: 1)
    #expect(try roundTrip(request) == request)
    let empty = PerformanceMetrics(
      query: Samples.bareWindow, speedClasses: [], durations: DurationSpread(), errorPatterns: [],
      tips: [], efficiencyTrend: [], slowestTasks: [], daily: [])
    for metrics in [Samples.metrics, empty] {
      let response = GetPerformanceMetricsResponse(metrics: metrics)
      #expect(try roundTrip(response) == response)
    }
  }

  @Test("A document of 4 MB comes back byte for byte, and no memory is kept")
  func large() throws {
    let text = Array("\"".utf8) + [UInt8](repeating: 0x61, count: 4_000_000) + Array("\"".utf8)
    var fields = ExecutionFields()
    fields.inputData = JSONDocument(uncheckedUTF8: text)
    let request = SaveWorkflowExecutionRequest(execution: fields)
    #expect(try roundTrip(request) == request)
  }
}
