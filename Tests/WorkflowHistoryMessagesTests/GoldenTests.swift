import ProtobufMessages
import Testing
import WorkflowHistory
import WorkflowHistoryMessages

@Suite("Wire bytes")
struct GoldenTests {
  @Test("A save's bytes are those that the proto says")
  func save() throws {
    var fields = ExecutionFields()
    fields.workflowID = "w"
    fields.status = .running
    fields.inputData = Samples.json("[]")
    fields.startTime = Timestamp(microseconds: 1_500_000)
    fields.durationSeconds = 1
    let bytes: [UInt8] =
      [0x0A, 32]
      + [0x12, 1, 0x77]  // workflow_id
      + [0x28, 2]  // status
      + [0x32, 4, 0x0A, 2, 0x5B, 0x5D]  // input_data
      + [0x52, 8, 0x08, 1, 0x10, 0x80, 0xCA, 0xB5, 0xEE, 0x01]  // start_time
      + [0x62, 9, 0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]  // duration_seconds
    let request = SaveWorkflowExecutionRequest(execution: fields)
    #expect(request.encode(arena: Arena(), prefix: 0) == bytes)
    #expect(try SaveWorkflowExecutionRequest.decode(bytes, arena: Arena()) == request)
  }

  @Test("A deletion's bytes are those that the proto says, and its response has none")
  func delete() throws {
    let id = "01912345-6789-7abc-8123-456789abcdef"
    let bytes = [0x0A, 36] + Array(id.utf8) + [0x10, 7]  // id, expected_version
    let request = DeleteWorkflowExecutionRequest(id: Samples.id, expectedVersion: 7)
    #expect(request.encode(arena: Arena(), prefix: 0) == bytes)
    #expect(try DeleteWorkflowExecutionRequest.decode(bytes, arena: Arena()) == request)
    #expect(DeleteWorkflowExecutionResponse().encode(arena: Arena(), prefix: 0) == [])
  }

  @Test("A heartbeat's bytes are those that the proto says, and its response has none")
  func heartbeat() throws {
    let id = "01912345-6789-7abc-8123-456789abcdef"
    let bytes = [0x0A, 36] + Array(id.utf8) + [0x10, 90]  // id, timeout_seconds
    let request = HeartbeatWorkflowExecutionRequest(id: Samples.id, timeoutSeconds: 90)
    #expect(request.encode(arena: Arena(), prefix: 0) == bytes)
    #expect(try HeartbeatWorkflowExecutionRequest.decode(bytes, arena: Arena()) == request)
    #expect(HeartbeatWorkflowExecutionResponse().encode(arena: Arena(), prefix: 0) == [])
  }

  @Test("An abandoned execution, and the filter for them, are bytes of their own")
  func abandoned() throws {
    var execution = Samples.bareExecution
    let plain = GetWorkflowExecutionResponse(execution: execution).encode(arena: Arena(), prefix: 0)
    execution.isAbandoned = true
    let response = GetWorkflowExecutionResponse(execution: execution)
    // Field 17 of the execution, the last.
    #expect(
      response.encode(arena: Arena(), prefix: 0)
        == [plain[0], plain[1] + 3] + plain[2...] + [0x88, 0x01, 1])
    #expect(
      GetUserWorkflowHistoryRequest(isAbandonedOnly: true).encode(arena: Arena(), prefix: 0)
        == [0x60, 1])
    // Whoever sends one says nothing by it.
    let sent = try SaveWorkflowExecutionRequest.decode(
      [0x0A, 0x03, 0x88, 0x01, 1], arena: Arena())
    #expect(sent.execution == ExecutionFields())
  }

  @Test("Nothing but the defaults is no bytes at all")
  func empty() throws {
    #expect(GetUserWorkflowHistoryRequest().encode(arena: Arena(), prefix: 0) == [])
    #expect(
      SaveWorkflowExecutionRequest(execution: nil).encode(arena: Arena(), prefix: 5).count == 5)
    #expect(
      try GetWorkflowStatisticsRequest.decode([], arena: Arena()) == GetWorkflowStatisticsRequest())
  }

  @Test("A message field that is empty is there, and one that is left out is not")
  func presence() throws {
    let arena = Arena()
    #expect(try SaveWorkflowExecutionRequest.decode([], arena: arena).execution == nil)
    let empty = try SaveWorkflowExecutionRequest.decode([0x0A, 0x00], arena: arena)
    #expect(empty.execution == ExecutionFields())
    // duration_seconds and start_time, both empty: 0 seconds, and the instant 0.
    let zeros = try SaveWorkflowExecutionRequest.decode(
      [0x0A, 0x04, 0x62, 0x00, 0x52, 0x00], arena: arena)
    #expect(zeros.execution?.durationSeconds == 0)
    #expect(zeros.execution?.startTime == Timestamp(microseconds: 0))
  }

  @Test("An execution that occurs twice is merged, its status kept")
  func merged() throws {
    let request = try SaveWorkflowExecutionRequest.decode(
      [0x0A, 0x02, 0x28, 0x02, 0x0A, 0x03, 0x12, 0x01, 0x77], arena: Arena())
    #expect(request.execution?.status == .running)
    #expect(request.execution?.workflowID == "w")
  }

  @Test("Nanoseconds are cut to microseconds, before 1970 too")
  func nanoseconds() throws {
    // created_after (5): seconds -1, nanos 1999.
    let seconds = [UInt8](repeating: 0xFF, count: 9) + [0x01]
    let content = [0x08] + seconds + [0x10, 0xCF, 0x0F]
    let request = try GetUserWorkflowHistoryRequest.decode(
      [0x2A, UInt8(content.count)] + content, arena: Arena())
    #expect(request.createdAfter == Timestamp(microseconds: -999_999))
  }

  @Test("The service has the methods of the proto, of which these stream")
  func service() {
    let service = WorkflowHistoryAPI.service
    #expect(service.fullName == "workflow_history.v1.WorkflowHistoryService")
    #expect(
      service.methods.map(\.name) == [
        "SaveWorkflowExecution", "SaveWorkflowExecutions", "GetWorkflowExecution",
        "GetUserWorkflowHistory", "GetWorkflowStatistics", "GetPerformanceMetrics",
        "UpdateWorkflowExecution", "HeartbeatWorkflowExecution", "DeleteWorkflowExecution",
        "ListLearnedPatterns", "EstimateWorkflowExecution",
        "WatchWorkflowExecutions", "ExportWorkflowExecutions", "ImportWorkflowExecutions",
      ])
    for method in service.methods {
      #expect(method.path == "/workflow_history.v1.WorkflowHistoryService/\(method.name)")
      #expect(method.requestType == "workflow_history.v1.\(method.name)Request")
      #expect(method.responseType == "workflow_history.v1.\(method.name)Response")
      let takesStreams = ["SaveWorkflowExecutions", "ImportWorkflowExecutions"]
      #expect(method.isClientStreaming == takesStreams.contains(method.name))
      let streams = takesStreams + ["WatchWorkflowExecutions", "ExportWorkflowExecutions"]
      #expect(method.isServerStreaming == streams.contains(method.name))
      #expect(method.idempotency == .unknown && !method.isDeprecated)
    }
    #expect(WorkflowHistoryAPI.fileDescriptorSet.count > 1000)
  }
}
