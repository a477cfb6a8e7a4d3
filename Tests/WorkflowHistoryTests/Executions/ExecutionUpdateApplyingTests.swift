import Testing

@testable import WorkflowHistory

@Suite("An update that is applied")
struct ExecutionUpdateApplyingTests {
  let later = now.plus(60)

  @Test("changes the masked fields, version and updated_at, and nothing else")
  func masked() throws {
    let row = try storedRow {
      $0.inputData = try json("{\"a\": 1}")
      $0.errorMessage = "no"
      $0.version = 7
    }
    var expected = row
    expected.outputData = try json("[1]")
    expected.workflowType = "ml"
    expected.version = 8
    expected.updatedAt = later
    let update = try checkedUpdate("output_data", "workflow_type") {
      $0.outputData = expected.outputData
      $0.workflowType = "ml"
      $0.errorMessage = "yes"
    }
    #expect(try update.apply(to: row, now: later) == expected)
  }

  @Test("gives each masked field its new value")
  func everyField() throws {
    let fields = try savedFields {
      $0.status = .failed
      $0.workflowType = "ml"
      $0.inputData = try json("[1]")
      $0.outputData = try json("[2]")
      $0.taskResults = try json("[3]")
      $0.errorMessage = "no"
      $0.startTime = now.plus(-9)
      $0.endTime = now.plus(-2)
      $0.durationSeconds = 6.5
      $0.executionMetadata = try json("{\"k\": 4}")
    }
    let update = ExecutionUpdate(
      id: try storedRow().id, mask: Set(ExecutionUpdate.Field.allCases), fields: fields,
      expectedVersion: 1, allowsReopen: false)
    let expected = try storedRow {
      $0.status = .failed
      $0.workflowType = "ml"
      $0.inputData = fields.inputData
      $0.outputData = fields.outputData
      $0.taskResults = fields.taskResults
      $0.errorMessage = "no"
      $0.startTime = now.plus(-9)
      $0.endTime = now.plus(-2)
      $0.durationSeconds = 6.5
      $0.executionMetadata = fields.executionMetadata
      $0.version = 2
      $0.updatedAt = later
    }
    #expect(try update.apply(to: storedRow(), now: later) == expected)
  }

  @Test("clears a masked field that is absent, or gives it the default of a save")
  func clears() throws {
    let row = try storedRow {
      $0.inputData = try json("[1]")
      $0.outputData = try json("[2]")
      $0.taskResults = try json("[3]")
      $0.executionMetadata = try json("{\"a\": 4}")
      $0.errorMessage = "no"
      $0.endTime = now.plus(3)
      $0.durationSeconds = 3
    }
    let cleared = try checkedUpdate(
      "input_data", "output_data", "task_results", "execution_metadata", "error_message",
      "start_time", "end_time", "duration_seconds"
    ) { $0.errorMessage = "" }.apply(to: row, now: later)
    #expect(cleared.inputData == nil)
    #expect(cleared.outputData == nil)
    #expect(try cleared.taskResults == json("[]"))
    #expect(try cleared.executionMetadata == json("{}"))
    #expect(cleared.errorMessage == nil)
    #expect(cleared.startTime == later)
    #expect(cleared.endTime == nil)
    #expect(cleared.durationSeconds == nil)
  }

  @Test("is aborted where the row has another version, whatever else is wrong")
  func version() throws {
    let row = try storedRow { ($0.version, $0.status) = (4, .completed) }
    for (expected, code) in [(3, .aborted), (5, .aborted), (4, nil), (0, nil)]
      as [(Int32, HistoryError.Code?)]
    {
      let update = try checkedUpdate("error_message", expectedVersion: expected)
      #expect(refusal { try update.apply(to: row, now: later) }?.code == code)
    }
    let reopening = try checkedUpdate("status", expectedVersion: 3) { $0.status = .running }
    let refused = refusal { try reopening.apply(to: row, now: later) }
    #expect(refused?.code == .aborted)
    #expect(refused?.message == "the execution is at version 4, not 3: read it again")
  }

  @Test("is refused where the versions have run out")
  func lastVersion() throws {
    let update = try checkedUpdate("error_message")
    let last = try storedRow { $0.version = .max }
    #expect(refusal { try update.apply(to: last, now: later) }?.code == .failedPrecondition)
    let before = try storedRow { $0.version = .max - 1 }
    #expect(try update.apply(to: before, now: later).version == .max)
  }

  @Test("never moves updated_at back")
  func updatedAt() throws {
    let update = try checkedUpdate("error_message")
    #expect(try update.apply(to: storedRow(), now: now.plus(-5)).updatedAt == now)
    #expect(try update.apply(to: storedRow(), now: later).updatedAt == later)
  }

  @Test("turns a terminal status back only with leave", arguments: WorkflowStatus.allCases)
  func reopens(status: WorkflowStatus) throws {
    for ended in [WorkflowStatus.completed, .failed] {
      let row = try storedRow {
        ($0.status, $0.endTime, $0.durationSeconds) = (ended, now.plus(2), 2)
      }
      let closed = try checkedUpdate("status") { $0.status = status }
      let open = try checkedUpdate("status", allowReopen: true) { $0.status = status }
      let reopened = try open.apply(to: row, now: later)
      #expect(reopened.status == status)
      if status.isTerminal {
        #expect(refusal { try closed.apply(to: row, now: later) } == nil)
        #expect(reopened.endTime == now.plus(2))
        #expect(reopened.durationSeconds == 2)
      } else {
        #expect(refusal { try closed.apply(to: row, now: later) }?.code == .failedPrecondition)
        #expect(reopened.endTime == nil, "it has not ended")
        #expect(reopened.durationSeconds == nil)
      }
    }
  }

  @Test("that turns a status back keeps the end and the duration that it names")
  func reopensWithTimes() throws {
    let row = try storedRow {
      ($0.status, $0.endTime, $0.durationSeconds) = (.failed, now.plus(2), 2)
    }
    let named = try checkedUpdate("status", "end_time", "duration_seconds", allowReopen: true) {
      ($0.status, $0.endTime, $0.durationSeconds) = (.paused, now.plus(9), 5)
    }.apply(to: row, now: later)
    #expect(named.endTime == now.plus(9))
    #expect(named.durationSeconds == 5)
  }

  @Test("ends now where the status turns terminal and there is no end")
  func endsNow() throws {
    for status in [WorkflowStatus.completed, .failed] {
      let ended = try checkedUpdate("status") { $0.status = status }.apply(
        to: storedRow(), now: later)
      #expect(ended.endTime == later)
      #expect(ended.durationSeconds == 60)
      let cleared = try checkedUpdate("status", "end_time") { $0.status = status }
        .apply(to: storedRow { $0.endTime = now.plus(1) }, now: later)
      #expect(cleared.endTime == later, "a terminal execution has an end")
      #expect(cleared.durationSeconds == 60)
    }
    let given = try checkedUpdate("status", "end_time") {
      ($0.status, $0.endTime) = (.completed, now.plus(2))
    }.apply(to: storedRow(), now: later)
    #expect(given.endTime == now.plus(2))
    #expect(given.durationSeconds == 2)
    let known = try checkedUpdate("status") { $0.status = .completed }
      .apply(to: storedRow { ($0.endTime, $0.durationSeconds) = (now.plus(3), 1) }, now: later)
    #expect(known.endTime == now.plus(3), "it was there before")
    #expect(known.durationSeconds == 1)
    let running = try checkedUpdate("status") { $0.status = .paused }.apply(
      to: storedRow(), now: later)
    #expect(running.endTime == nil)
    let again = try checkedUpdate("end_time")
      .apply(to: storedRow { ($0.status, $0.endTime) = (.failed, now.plus(1)) }, now: later)
    #expect(again.endTime == later, "cleared, it gets the default of a terminal execution")
  }

  @Test("makes the duration follow the times, unless the mask names it")
  func duration() throws {
    let row = try storedRow {
      ($0.status, $0.endTime, $0.durationSeconds) = (.completed, now.plus(10), 7)
    }
    func duration(
      _ paths: [String], _ change: (inout ExecutionFields) -> Void = { _ in }
    ) throws -> Double? {
      var fields = ExecutionFields()
      fields.id = row.id
      change(&fields)
      return try ExecutionUpdate(
        checking: fields, paths: paths, expectedVersion: 0, allowReopen: false
      ).apply(to: row, now: later).durationSeconds
    }
    #expect(try duration(["end_time"]) { $0.endTime = now.plus(20) } == 20)
    #expect(try duration(["start_time"]) { $0.startTime = now.plus(4) } == 6)
    #expect(
      try duration(["end_time", "duration_seconds"]) {
        ($0.endTime, $0.durationSeconds) = (now.plus(20), 19)
      } == 19)
    #expect(try duration(["end_time"]) { $0.endTime = now.plus(10) } == 7, "it is no change")
    #expect(try duration(["error_message"]) == 7)
    #expect(try duration(["duration_seconds"]) == 10, "cleared, it gets the default of a save")
    #expect(try duration(["duration_seconds"]) { $0.durationSeconds = 0 } == 0)
  }

  @Test("is refused where it ends before it starts, given, kept or by default")
  func order() throws {
    let row = try storedRow { ($0.endTime, $0.durationSeconds) = (now.plus(10), 10) }
    let field = ["execution.end_time"]
    let start = try checkedUpdate("start_time") { $0.startTime = now.plus(11) }
    #expect(refusedFields { try start.apply(to: row, now: later) } == field)
    let end = try checkedUpdate("end_time") { $0.endTime = now.plus(-1) }
    #expect(refusedFields { try end.apply(to: row, now: later) } == field)
    let startNow = try checkedUpdate("start_time")
    let refused = refusal { try startNow.apply(to: row, now: later) }
    #expect(refused?.violations.map(\.field) == field)
    #expect(refused?.message.contains("give start_time too") == true)
    let ends = try checkedUpdate("status") { $0.status = .failed }
    let future = try storedRow { $0.startTime = later.plus(1) }
    #expect(refusedFields { try ends.apply(to: future, now: later) } == field)
    #expect(refusedFields { try ends.apply(to: future, now: later.plus(1)) } == [])
  }

  @Test("is refused where the times make a duration of over 1,000,000,000 seconds")
  func durationLimit() throws {
    let far = now.plus(1_000_000_000)
    let longest = try checkedUpdate("end_time") { $0.endTime = far }
    #expect(try longest.apply(to: storedRow(), now: later).durationSeconds == 1_000_000_000)
    let longer = try checkedUpdate("end_time") { $0.endTime = far.plus(1e-6) }
    #expect(
      refusedFields { try longer.apply(to: storedRow(), now: later) } == ["execution.end_time"])
    let given = try checkedUpdate("end_time", "duration_seconds") {
      ($0.endTime, $0.durationSeconds) = (far.plus(1e-6), 3)
    }
    let row = try given.apply(to: storedRow(), now: later)
    #expect(row.durationSeconds == 3)
    let other = try checkedUpdate("error_message") { $0.errorMessage = "no" }
    #expect(refusedFields { try other.apply(to: row, now: later) } == [], "it derives none")
  }

  @Test("is refused where the row it makes is over 4 MiB - 64 KiB, by its biggest document")
  func size() throws {
    let half = try json("\"" + String(repeating: "a", count: 2_000_000) + "\"")
    let row = try storedRow { $0.inputData = half }
    let room = ExecutionRules.renderedLimit - row.renderedSize - 2
    let fits = try json("\"" + String(repeating: "b", count: room) + "\"")
    let tooBig = try json("\"" + String(repeating: "b", count: room + 1) + "\"")
    let fitting = try checkedUpdate("output_data") { $0.outputData = fits }
    #expect(try fitting.apply(to: row, now: later).renderedSize == ExecutionRules.renderedLimit)
    let update = try checkedUpdate("output_data") { $0.outputData = tooBig }
    #expect(refusedFields { try update.apply(to: row, now: later) } == ["execution.output_data"])
    let error = try checkedUpdate("error_message") { $0.errorMessage = "a" }
    let full = try fitting.apply(to: row, now: later)
    #expect(refusedFields { try error.apply(to: full, now: later) } == ["execution.output_data"])
  }
}
