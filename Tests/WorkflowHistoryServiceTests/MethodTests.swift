import Identity
import PatternLearning
import ProtobufMessages
import RPC
import Testing
import WorkflowHistory
import WorkflowHistoryMessages
import WorkflowHistoryTesting

@Suite("The methods")
struct MethodTests {
  private let service = Service(
    caller: Principal(userID: "alice", scopes: [.historyWrite]))

  @Test("a save gets its defaults and is answered with what is stored")
  func save() async throws {
    let answer = try await service.call(
      "SaveWorkflowExecution", SaveWorkflowExecutionRequest(execution: Samples.fields),
      as: SaveWorkflowExecutionResponse.self)
    guard case .save(let save) = service.store.requests.first else {
      Issue.record("no save")
      return
    }
    #expect(save.execution.startTime == Samples.now)
    #expect(save.execution.id.createdAt == Samples.now)
    #expect(answer.execution == save.execution)
  }

  @Test("two saves without an id get two ids")
  func freshIDs() async throws {
    let request = SaveWorkflowExecutionRequest(execution: Samples.fields)
    for _ in 0..<2 { try await service.call("SaveWorkflowExecution", request) }
    let ids = service.store.requests.compactMap {
      if case .save(let save) = $0 { save.execution.id } else { nil }
    }
    #expect(Set(ids).count == 2)
  }

  @Test("a save without an execution names the field")
  func executionMissing() async throws {
    let status = try await service.status(
      "SaveWorkflowExecution", SaveWorkflowExecutionRequest(execution: nil))
    #expect(status?.code == .invalidArgument)
    #expect(
      status?.details
        == [.badRequest([FieldViolation(field: "execution", description: "is required")])])
    #expect(service.store.requests.isEmpty)
  }

  @Test("an execution is asked for by its id")
  func get() async throws {
    let answer = try await service.call(
      "GetWorkflowExecution", GetWorkflowExecutionRequest(id: Samples.id),
      as: GetWorkflowExecutionResponse.self)
    #expect(answer.execution == Samples.execution)
    #expect(service.store.requests == [.execution(Samples.id, .user("alice"))])
  }

  @Test("a page is asked for with every filter")
  func history() async throws {
    let before = Timestamp(microseconds: 9)
    let answer = try await service.call(
      "GetUserWorkflowHistory",
      GetUserWorkflowHistoryRequest(
        workflowID: "w", workflowType: "t", statuses: [.failed, .paused],
        createdAfter: Timestamp(microseconds: 5), createdBefore: before, pageSize: 7, offset: 3,
        isFull: true, includesTotal: true), as: GetUserWorkflowHistoryResponse.self)
    #expect(
      service.store.requests == [
        .history(
          HistoryQuery(
            userID: "alice", workflowID: "w", workflowType: "t", statuses: [.failed, .paused],
            createdAfter: Timestamp(microseconds: 5), createdBefore: before, pageSize: 7,
            offset: 3, includesDocuments: true, includesTotal: true))
      ])
    #expect(answer.page.executions == [Samples.execution])
    #expect(answer.page.nextPageToken == "next")
    #expect(answer.page.total == 1)
  }

  @Test("a page token goes to the store as it came")
  func pageToken() async throws {
    try await service.call(
      "GetUserWorkflowHistory", GetUserWorkflowHistoryRequest(pageToken: "opaque"))
    #expect(
      service.store.requests == [.history(HistoryQuery(userID: "alice", pageToken: "opaque"))])
  }

  @Test("a window ends now, and has 30 days where none are named")
  func windows() async throws {
    func window(days: Int64) -> WindowQuery {
      WindowQuery(
        userID: "alice", workflowType: "etl",
        start: Timestamp(microseconds: Samples.now.microseconds - days * 86_400_000_000),
        end: Samples.now)
    }
    let statistics = try await service.call(
      "GetWorkflowStatistics", GetWorkflowStatisticsRequest(workflowType: "etl", days: 7),
      as: GetWorkflowStatisticsResponse.self)
    let metrics = try await service.call(
      "GetPerformanceMetrics", GetPerformanceMetricsRequest(workflowType: "etl"),
      as: GetPerformanceMetricsResponse.self)
    #expect(
      service.store.requests == [.statistics(window(days: 7)), .metrics(window(days: 30))])
    #expect(statistics.statistics.all.counts[.failed] == 2)
    #expect(metrics.metrics.speedClasses.count == 5)
  }

  @Test("patterns are asked for by all filters, and answered with their page")
  func patterns() async throws {
    let answer = try await service.call(
      "ListLearnedPatterns",
      ListLearnedPatternsRequest(
        workflowType: "etl", kinds: [.sequence, .failureAssociation], includesRetired: true,
        pageSize: 7, pageToken: "token"), as: ListLearnedPatternsResponse.self)
    #expect(
      service.store.requests == [
        .patterns(
          PatternQuery(
            userID: "alice", workflowType: "etl", kinds: [.sequence, .failureAssociation],
            includesRetired: true, pageSize: 7, pageToken: "token"))
      ])
    #expect(answer.page == PatternPage(patterns: [Samples.pattern], nextPageToken: "next"))
  }

  @Test("an estimate of a type is asked for with what the input holds, as of now")
  func estimateOfType() async throws {
    let answer = try await service.call(
      "EstimateWorkflowExecution",
      EstimateWorkflowExecutionRequest(
        workflowType: "etl", inputData: JSONDocument(uncheckedUTF8: Array(#"{"rows": 7}"#.utf8))),
      as: EstimateWorkflowExecutionResponse.self)
    #expect(
      service.store.requests == [
        .estimate(
          EstimateQuery(
            userID: "alice", workflowType: "etl",
            inputs: [InputField(path: "$.rows", value: .integer(7))], createdAt: Samples.now,
            now: Samples.now))
      ])
    #expect(answer.estimate == Samples.estimate)
  }

  @Test("an estimate of an execution is by its row, which the caller must reach, whoever is named")
  func estimateOfExecution() async throws {
    let row = Samples.execution
    let query = EstimateQuery(
      userID: row.userID, workflowType: row.workflowType, createdAt: row.createdAt,
      now: Samples.now, runningSince: row.startTime)
    for (scopes, reach) in [(Set<Scope>(), Reach.user("bob")), ([.historyAny], .anyone)] {
      let service = Service(caller: Principal(userID: "bob", scopes: scopes))
      let request = EstimateWorkflowExecutionRequest(userID: "carol", executionID: Samples.id)
      try await service.call("EstimateWorkflowExecution", request)
      #expect(service.store.requests == [.execution(Samples.id, reach), .estimate(query)])
    }
  }

  @Test("an update goes to the store with its mask, its version and the time")
  func update() async throws {
    var fields = ExecutionFields()
    fields.id = Samples.id
    fields.status = .paused
    let answer = try await service.call(
      "UpdateWorkflowExecution",
      UpdateWorkflowExecutionRequest(
        execution: fields, updateMask: ["status"], expectedVersion: 2, allowReopen: true),
      as: UpdateWorkflowExecutionResponse.self)
    var changed = ExecutionFields()
    changed.status = .paused
    #expect(
      service.store.requests == [
        .update(
          ExecutionUpdate(
            id: Samples.id, mask: [.status], fields: changed, expectedVersion: 2,
            allowsReopen: true), .user("alice"), Samples.now)
      ])
    #expect(answer.execution == Samples.execution)
  }

  @Test("a deletion goes to the store with its version, and is answered without content")
  func delete() async throws {
    for (sent, expected) in [(0, nil), (2, 2)] as [(Int32, Int32?)] {
      _ = try await service.call(
        "DeleteWorkflowExecution",
        DeleteWorkflowExecutionRequest(id: Samples.id, expectedVersion: sent),
        as: DeleteWorkflowExecutionResponse.self)
      let deletion = ExecutionDeletion(id: Samples.id, expectedVersion: expected)
      #expect(service.store.requests.last == .deletion(deletion, .user("alice")))
    }
  }

  @Test("a heartbeat reaches the store with the caller's reach, and its timeout or a minute")
  func heartbeat() async throws {
    for (sent, expected) in [(0, 60), (90, 90)] as [(Int32, Int32)] {
      _ = try await service.call(
        "HeartbeatWorkflowExecution",
        HeartbeatWorkflowExecutionRequest(id: Samples.id, timeoutSeconds: sent),
        as: HeartbeatWorkflowExecutionResponse.self)
      let heartbeat = ExecutionHeartbeat(id: Samples.id, timeoutSeconds: expected)
      #expect(service.store.requests.last == .heartbeat(heartbeat, .user("alice")))
    }
  }

  @Test("a request that breaks a rule names its field, and reaches nothing")
  func violations() async throws {
    let requests: [(String, any EncodableMessage, String)] = [
      ("GetUserWorkflowHistory", GetUserWorkflowHistoryRequest(pageSize: 101), "page_size"),
      ("GetWorkflowStatistics", GetWorkflowStatisticsRequest(days: 366), "days"),
      ("GetPerformanceMetrics", GetPerformanceMetricsRequest(days: -1), "days"),
      ("ListLearnedPatterns", ListLearnedPatternsRequest(pageSize: -1), "page_size"),
      (
        "ListLearnedPatterns",
        ListLearnedPatternsRequest(pageToken: String(repeating: "A", count: 2000)), "page_token"
      ),
      ("EstimateWorkflowExecution", EstimateWorkflowExecutionRequest(), "workflow_type"),
      (
        "EstimateWorkflowExecution",
        EstimateWorkflowExecutionRequest(workflowType: "etl", executionID: Samples.id),
        "workflow_type"
      ),
      (
        "EstimateWorkflowExecution",
        EstimateWorkflowExecutionRequest(
          inputData: JSONDocument(uncheckedUTF8: Array("{}".utf8)), executionID: Samples.id),
        "input_data"
      ),
      (
        "UpdateWorkflowExecution",
        UpdateWorkflowExecutionRequest(execution: ExecutionFields(), updateMask: ["status"]),
        "execution.id"
      ),
      (
        "HeartbeatWorkflowExecution",
        HeartbeatWorkflowExecutionRequest(id: Samples.id, timeoutSeconds: -1), "timeout_seconds"
      ),
      (
        "DeleteWorkflowExecution",
        DeleteWorkflowExecutionRequest(id: Samples.id, expectedVersion: -1), "expected_version"
      ),
      (
        "SaveWorkflowExecution", SaveWorkflowExecutionRequest(execution: ExecutionFields()),
        "execution.workflow_id"
      ),
    ]
    for (method, request, field) in requests {
      let status = try await service.status(method, request)
      #expect(status?.code == .invalidArgument, "\(method)")
      guard case .badRequest(let violations) = status?.details.first else {
        Issue.record("\(method) has no violations")
        continue
      }
      #expect(violations.contains { $0.field == field }, "\(method)")
    }
    #expect(service.store.requests.isEmpty)
  }
}
