import Testing

@testable import WorkflowHistory

@Suite("An update")
struct ExecutionUpdateTests {
  @Test("keeps what its mask names, and drops the rest, whatever it is")
  func mask() throws {
    let update = try checkedUpdate("output_data", "status", "status", expectedVersion: 3) {
      $0.status = .paused
      $0.outputData = try json("[1]")
      $0.inputData = try json("[2]")
      $0.workflowID = "a\u{0}"
      $0.userID = "eve"
      $0.durationSeconds = .nan
      $0.startTime = Timestamp(microseconds: .min)
      $0.errorMessage = String(repeating: "a", count: 65_537)
    }
    #expect(update.mask == [.status, .outputData])
    #expect(update.expectedVersion == 3)
    #expect(!update.allowsReopen)
    var kept = ExecutionFields()
    kept.status = .paused
    kept.outputData = try json("[1]")
    #expect(update.fields == kept)
  }

  @Test("may name each field that can change", arguments: ExecutionUpdate.Field.allCases)
  func everyField(field: ExecutionUpdate.Field) throws {
    let update = try checkedUpdate(field.rawValue) {
      ($0.status, $0.workflowType) = (.paused, "ml")
    }
    #expect(update.mask == [field])
    #expect(update.expectedVersion == nil)
  }

  @Test("names these fields and no others")
  func fieldNames() {
    #expect(
      ExecutionUpdate.Field.allCases.map(\.rawValue) == [
        "workflow_type", "status", "input_data", "output_data", "task_results", "error_message",
        "start_time", "end_time", "duration_seconds", "execution_metadata",
      ])
  }

  @Test(
    "is refused where its mask names a field that is unknown, or that never changes",
    arguments: [
      "id", "user_id", "workflow_id", "created_at", "updated_at", "version", "", "*", "Status",
      "outputData", "execution.status", "output_data.json", "status,end_time",
      "status = 3; DROP TABLE workflow_executions",
    ])
  func refusedPath(path: String) {
    let refused = refusal { try checkedUpdate("status", path) { $0.status = .paused } }
    #expect(refused?.code == .invalidArgument)
    #expect(refused?.violations.map(\.field) == ["update_mask"])
    #expect(refused?.violations.first?.description.hasPrefix("'\(path)' can't be updated") == true)
  }

  @Test("is refused with no path, and with no more of its paths than an answer has room for")
  func pathCount() {
    #expect(refusedFields { try checkedUpdate() } == ["update_mask"])
    let long = String(repeating: "x", count: 10_000)
    let refused = refusal { try checkedUpdate(long, long, long, long, long) }
    #expect(refused?.violations.map(\.field) == ["update_mask", "update_mask", "update_mask"])
    #expect((refused?.message.utf8.count ?? .max) < 2000)
  }

  @Test("is refused by the same rules as a save, field by field")
  func checks() {
    let none = refusal {
      try ExecutionUpdate(
        checking: ExecutionFields(), paths: ["status", "workflow_type"], expectedVersion: -1,
        allowReopen: false)
    }
    #expect(none?.code == .invalidArgument)
    #expect(
      none?.violations.map(\.field) == [
        "execution.id", "expected_version", "execution.workflow_type", "execution.status",
      ])
    let bad = refusedFields {
      try checkedUpdate(
        "workflow_type", "error_message", "start_time", "end_time", "duration_seconds"
      ) {
        $0.workflowType = String(repeating: "a", count: 256)
        $0.errorMessage = "a\u{0}"
        $0.startTime = Timestamp(microseconds: .min)
        $0.endTime = Timestamp(microseconds: .max)
        $0.durationSeconds = 1_000_000_000.1
      }
    }
    #expect(
      bad == [
        "execution.workflow_type", "execution.error_message", "execution.start_time",
        "execution.end_time", "execution.duration_seconds",
      ])
    #expect(
      refusedFields { try checkedUpdate("workflow_type") { $0.workflowType = "" } }
        == ["execution.workflow_type"])
  }
}
