import ProtobufMessages
import Testing
import WorkflowHistory
import WorkflowHistoryMessages

/// The refusal of these bytes; nil where they are taken.
private func refusal<Message: DecodableMessage>(
  _ type: Message.Type, _ bytes: [UInt8]
) -> MessageError? {
  do {
    _ = try type.decode(bytes, arena: Arena())
    return nil
  } catch {
    return error
  }
}

/// A length-delimited field.
private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
  precondition(number < 16 && content.count < 128)
  return [number << 3 | 2, UInt8(content.count)] + content
}

private func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }

private func double(_ value: Double) -> [UInt8] {
  [0x09] + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
}

/// A varint field.
private func number(_ field: UInt8, _ value: Int64) -> [UInt8] {
  var rest = UInt64(bitPattern: value)
  var bytes = [field << 3]
  while rest >= 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
    rest >>= 7
  }
  return bytes + [UInt8(rest)]
}

@Suite("Refused fields are named")
struct RefusalTests {
  @Test(
    "In an execution",
    arguments: [
      (text(1, "not-a-uuid"), "execution.id"),
      (field(2, [0x61, 0x00]), "execution.workflow_id"),
      (field(3, [0xFF]), "execution.workflow_type"),
      (field(4, [0xC3]), "execution.user_id"),
      (number(5, 6), "execution.status"),
      (number(5, -1), "execution.status"),
      (number(5, 65_537), "execution.status"),
      (field(6, text(1, "{")), "execution.input_data"),
      (field(6, []), "execution.input_data"),
      (field(6, field(1, [0x22, 0xFF, 0x22])), "execution.input_data.json"),
      (field(7, text(1, "1e100000")), "execution.output_data"),
      (field(8, text(1, #""\u0000""#)), "execution.task_results"),
      (field(9, [0x00]), "execution.error_message"),
      (field(10, number(1, 253_402_300_800)), "execution.start_time"),
      (field(10, number(1, -62_135_596_801)), "execution.start_time"),
      (field(11, number(2, -1)), "execution.end_time"),
      (field(11, number(2, 1_000_000_000)), "execution.end_time"),
      (field(12, double(.nan)), "execution.duration_seconds"),
      (field(12, double(-.infinity)), "execution.duration_seconds"),
      (field(13, text(1, "[1,]")), "execution.execution_metadata"),
    ] as [([UInt8], String)])
  func execution(content: [UInt8], name: String) throws {
    let bytes = field(1, content)
    #expect(refusal(SaveWorkflowExecutionRequest.self, bytes)?.field == name)
    #expect(refusal(UpdateWorkflowExecutionRequest.self, bytes)?.field == name)
    #expect(refusal(SaveWorkflowExecutionResponse.self, bytes) != nil)
  }

  @Test("A status that is unknown is refused with the names of those that are known")
  func statusNames() throws {
    let error = try #require(
      refusal(SaveWorkflowExecutionRequest.self, field(1, number(5, 9))))
    for name in ["PENDING", "RUNNING", "COMPLETED", "FAILED", "PAUSED"] {
      #expect(error.description.contains("WORKFLOW_STATUS_\(name)"))
    }
  }

  @Test("All bad values of an execution are named at once, and none of them is repeated")
  func all() throws {
    let content =
      text(1, "secret") + number(5, 9) + field(6, text(1, "secret"))
      + field(12, double(.infinity))
    let error = try #require(refusal(SaveWorkflowExecutionRequest.self, field(1, content)))
    #expect(
      error.violations.map(\.field) == [
        "execution.id", "execution.status", "execution.input_data", "execution.duration_seconds",
      ])
    #expect(!error.description.contains("secret"))
  }

  @Test(
    "In a history request",
    arguments: [
      (number(4, 1) + number(4, 0), "statuses[1]"),
      (field(4, [1, 2, 6]), "statuses[2]"),
      (number(4, 0), "statuses[0]"),
      (number(10, 3), "view"),
      (number(10, -1), "view"),
      (field(5, number(2, -1)), "created_after"),
      (field(6, number(1, Int64.max)), "created_before"),
      (field(8, [0xFF]), "page_token"),
      (text(7, "x"), "page_size"),
    ] as [([UInt8], String)])
  func history(bytes: [UInt8], name: String) {
    #expect(refusal(GetUserWorkflowHistoryRequest.self, bytes)?.field == name)
  }

  @Test("The view BASIC is taken, and is not full")
  func basic() throws {
    let request = try GetUserWorkflowHistoryRequest.decode(number(10, 1), arena: Arena())
    #expect(!request.isFull)
  }

  @Test("An id that is missing or is no UUID, and an update without an execution")
  func required() {
    #expect(refusal(GetWorkflowExecutionRequest.self, [])?.violations.map(\.field) == ["id"])
    #expect(refusal(GetWorkflowExecutionRequest.self, text(1, "x"))?.field == "id")
    #expect(refusal(DeleteWorkflowExecutionRequest.self, [])?.violations.map(\.field) == ["id"])
    #expect(refusal(DeleteWorkflowExecutionRequest.self, text(1, "x"))?.field == "id")
    #expect(refusal(UpdateWorkflowExecutionRequest.self, [])?.field == "execution")
  }

  @Test("An input that is no JSON, and an id that is no UUID, of an estimate")
  func estimate() {
    #expect(
      refusal(
        EstimateWorkflowExecutionRequest.self, field(3, text(1, "{")) + text(4, "x"))?.violations
        .map(\.field) == ["input_data", "execution_id"])
  }

  @Test("A path in a mask that is no text is named with its index")
  func mask() {
    let bytes = field(1, []) + field(2, text(1, "status") + field(1, [0xFF]))
    #expect(refusal(UpdateWorkflowExecutionRequest.self, bytes)?.field == "update_mask.paths[1]")
  }

  @Test("A response without what it is to carry, or with a part that is no value")
  func responses() {
    #expect(refusal(GetWorkflowExecutionResponse.self, [])?.field == "execution")
    #expect(refusal(GetWorkflowStatisticsResponse.self, [])?.field == "statistics")
    // Field 19, by_type, with one empty type.
    let uncounted = field(1, [0x9A, 0x01, 0x00])
    #expect(
      refusal(GetWorkflowStatisticsResponse.self, uncounted)?.violations.map(\.field).last
        == "statistics.workflow_type_count")
    #expect(refusal(GetPerformanceMetricsResponse.self, [])?.field == "metrics")
    #expect(
      refusal(GetUserWorkflowHistoryResponse.self, field(1, []))?.violations.map(\.field) == [
        "executions[0].id", "executions[0].status", "executions[0].created_at",
        "executions[0].updated_at",
      ])
    let window = field(3, []) + field(4, [])
    for (content, name) in [
      (field(5, text(1, "warp")), "metrics.execution_time_distribution[0].category"),
      (field(6, field(3, []) + field(4, [])), "metrics.error_patterns[0].trend"),
      (field(7, []), "metrics.optimization_tips[0].kind"),
      (field(8, text(1, "2023-02-29")), "metrics.efficiency_trend[0].date"),
      (field(8, text(1, "2023-2-1")), "metrics.efficiency_trend[0].date"),
      (field(8, text(1, "999999-1-1")), "metrics.efficiency_trend[0].date"),
    ] {
      let bytes = field(1, window + content)
      #expect(refusal(GetPerformanceMetricsResponse.self, bytes)?.field == name)
    }
    #expect(
      refusal(ListLearnedPatternsResponse.self, field(1, []))?.field == "patterns[0].kind")
    #expect(refusal(EstimateWorkflowExecutionResponse.self, [])?.field == "estimate")
    // p50_duration_seconds (2), and elapsed_seconds (1) of running (8).
    #expect(
      refusal(
        EstimateWorkflowExecutionResponse.self,
        field(1, field(2, double(.nan)) + field(8, double(.infinity))))?.violations.map(\.field)
        == ["estimate.p50_duration_seconds", "estimate.running.elapsed_seconds"])
  }

  @Test("A kind of patterns that is none")
  func kinds() {
    // kinds (3): 1, 9.
    #expect(refusal(ListLearnedPatternsRequest.self, field(3, [1, 9]))?.field == "kinds[1]")
    #expect(refusal(ListLearnedPatternsRequest.self, field(3, [0]))?.field == "kinds[0]")
  }
}
