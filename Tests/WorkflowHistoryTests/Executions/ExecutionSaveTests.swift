import Testing

@testable import WorkflowHistory

@Suite("A save")
struct ExecutionSaveTests {
  @Test("that says the least gets every default")
  func defaults() throws {
    let execution = try save().execution
    #expect(execution.id.isVersion7)
    #expect(execution.userID == "ada")
    #expect(execution.status == .running)
    #expect(execution.inputData == nil)
    #expect(execution.outputData == nil)
    #expect(try execution.taskResults == json("[]"))
    #expect(try execution.executionMetadata == json("{}"))
    #expect(execution.errorMessage == nil)
    #expect(execution.startTime == now)
    #expect(execution.endTime == nil)
    #expect(execution.durationSeconds == nil)
    #expect(execution.version == 1)
    #expect(execution.createdAt == Timestamp(microseconds: 1_772_366_400_123_000))
    #expect(execution.createdAt == execution.id.createdAt)
    #expect(execution.updatedAt == now)
  }

  @Test("keeps all that it was given, to the last bit")
  func keepsFields() throws {
    var generator = SeededGenerator(state: 9)
    let given = try savedFields {
      $0.id = .make(at: now.plus(-60), using: &generator)
      $0.userID = "ada"
      $0.status = .failed
      $0.inputData = try json("{\"a\": 12345678901234567890}")
      $0.outputData = try json("null")
      $0.taskResults = try json("[1]")
      $0.errorMessage = "no \"db\""
      $0.startTime = now.plus(-90)
      $0.endTime = now.plus(-30)
      $0.durationSeconds = 59.723323822021484
      $0.executionMetadata = try json("{\"k\": 1}")
    }
    let save = try save { $0 = given }
    #expect(save.sent == given)
    #expect(save.reach == .user("ada"))
    let execution = save.execution
    #expect(execution.id == given.id)
    #expect(execution.workflowID == "wf-123")
    #expect(execution.workflowType == "etl")
    #expect(execution.inputData == given.inputData)
    #expect(execution.outputData == given.outputData)
    #expect(execution.taskResults == given.taskResults)
    #expect(execution.errorMessage == "no \"db\"")
    #expect(execution.startTime == given.startTime)
    #expect(execution.endTime == given.endTime)
    #expect(execution.durationSeconds == 59.723323822021484)
    #expect(execution.executionMetadata == given.executionMetadata)
    #expect(execution.createdAt == given.id?.createdAt)
  }

  @Test("with a terminal status ends now where no end is given", arguments: WorkflowStatus.allCases)
  func endsNow(status: WorkflowStatus) throws {
    let execution = try save {
      $0.status = status
      $0.startTime = now.plus(-2.5)
    }.execution
    let isTerminal = status == .completed || status == .failed
    #expect(execution.endTime == (isTerminal ? now : nil))
    #expect(execution.durationSeconds == (isTerminal ? 2.5 : nil))
  }

  @Test("takes end - start for the duration where none is given, whatever the status")
  func duration() throws {
    let times = savedFields {
      $0.startTime = now
      $0.endTime = now.plus(0.000001)
    }
    #expect(try save { $0 = times }.execution.durationSeconds == 1e-6)
    #expect(
      try save {
        $0 = times; $0.durationSeconds = 0
      }.execution.durationSeconds == 0)
    #expect(
      try save {
        $0 = times; $0.durationSeconds = 7
      }.execution.durationSeconds == 7)
    #expect(try save { $0.durationSeconds = 7 }.execution.durationSeconds == 7)
    #expect(try save { $0.status = .completed }.execution.durationSeconds == 0)
  }

  @Test("is refused where it ends before it starts, given or by default")
  func endBeforeStart() {
    let field = ["execution.end_time"]
    #expect(
      refusedFields {
        try save {
          $0.startTime = now; $0.endTime = now.plus(-1e-6)
        }
      } == field)
    #expect(
      refusedFields {
        try save {
          $0.startTime = now; $0.endTime = now
        }
      } == [])
    #expect(
      refusedFields {
        try save {
          $0.status = .completed; $0.startTime = now.plus(1)
        }
      } == field,
      "the end is now, the start is later")
    #expect(refusedFields { try save { $0.endTime = now.plus(-1) } } == field, "the start is now")
    #expect(refusedFields { try save { $0.startTime = now.plus(1) } } == [], "it has not ended")
  }

  @Test("remembers what was sent before defaults, with the user filled in and no empty texts")
  func sent() throws {
    let sent = try save {
      $0.userID = ""
      $0.errorMessage = ""
    }.sent
    #expect(sent == savedFields { $0.userID = "ada" })
  }

  @Test("may be for another user only where the caller reaches anyone")
  func reach() throws {
    let other = try save(reach: .anyone) { $0.userID = "grace" }
    #expect(other.execution.userID == "grace")
    #expect(other.sent.userID == "grace")
    #expect(try save(reach: .anyone).execution.userID == "ada")
    let named = refusal { try save { $0.userID = "grace" } }
    #expect(named?.code == .permissionDenied)
    let unnamed = refusal { try save(user: "grace") }
    #expect(unnamed?.code == .permissionDenied)
    // The same characters in other bytes are another user.
    let spelled = refusal {
      try save(user: "e\u{301}", reach: .user("e\u{301}")) { $0.userID = "\u{E9}" }
    }
    #expect(spelled?.code == .permissionDenied)
  }

  @Test("is refused without workflow_id, workflow_type or status", arguments: [nil, ""])
  func required(text: String?) {
    #expect(refusedFields { try save { $0.workflowID = text } } == ["execution.workflow_id"])
    #expect(refusedFields { try save { $0.workflowType = text } } == ["execution.workflow_type"])
    #expect(refusedFields { try save { $0.status = nil } } == ["execution.status"])
    #expect(refusedFields { try save(user: "", reach: .anyone) } == ["execution.user_id"])
  }

  @Test("counts the length of names in characters, up to 255", arguments: ["a", "é", "工", "😀"])
  func nameLength(character: String) {
    let longest = String(repeating: character, count: 255)
    let tooLong = longest + character
    #expect(
      refusedFields {
        try save(reach: .anyone) {
          ($0.workflowID, $0.workflowType, $0.userID) = (longest, longest, longest)
        }
      } == [])
    #expect(
      refusedFields {
        try save(reach: .anyone) {
          ($0.workflowID, $0.workflowType, $0.userID) = (tooLong, tooLong, tooLong)
        }
      } == ["execution.workflow_id", "execution.workflow_type", "execution.user_id"])
    let huge = String(repeating: character, count: 1_000_000)
    #expect(refusedFields { try save { $0.workflowID = huge } } == ["execution.workflow_id"])
  }

  @Test("counts what a reader sees as one, and Unicode as two, as two")
  func scalars() {
    let combined = String(repeating: "e\u{301}", count: 128)
    #expect(combined.count == 128)
    #expect(refusedFields { try save { $0.workflowID = combined } } == ["execution.workflow_id"])
  }

  @Test("counts the length of the error message in bytes, up to 65,536")
  func errorMessageLength() {
    let longest = String(repeating: "é", count: 32_768)
    #expect(refusedFields { try save { $0.errorMessage = longest } } == [])
    #expect(
      refusedFields { try save { $0.errorMessage = longest + "a" } } == ["execution.error_message"])
  }

  @Test("is refused where a text contains NUL")
  func nul() {
    let text = "a\u{0}b"
    #expect(
      refusedFields {
        try save(reach: .anyone) {
          ($0.workflowID, $0.workflowType) = (text, text)
          ($0.userID, $0.errorMessage) = (text, text)
        }
      } == [
        "execution.workflow_id", "execution.workflow_type", "execution.user_id",
        "execution.error_message",
      ])
  }

  @Test(
    "is refused where the duration is no length of time",
    arguments: [-1, -.leastNonzeroMagnitude, .infinity, -.infinity, .nan] as [Double])
  func badDuration(seconds: Double) {
    #expect(
      refusedFields { try save { $0.durationSeconds = seconds } } == ["execution.duration_seconds"])
  }

  @Test("may have a duration of 1,000,000,000 seconds, and no more, given or from its times")
  func durationLimit() throws {
    let limit = 1_000_000_000.0
    #expect(try save { $0.durationSeconds = limit }.execution.durationSeconds == limit)
    #expect(
      refusedFields { try save { $0.durationSeconds = limit.nextUp } }
        == ["execution.duration_seconds"])
    let start = now.plus(-limit)
    #expect(
      try save {
        ($0.startTime, $0.endTime) = (start, now)
      }.execution.durationSeconds == limit)
    let times = savedFields { ($0.startTime, $0.endTime) = (start, now.plus(1e-6)) }
    #expect(refusedFields { try save { $0 = times } } == ["execution.end_time"])
    #expect(
      refusedFields {
        try save {
          $0 = times
          $0.durationSeconds = 5
        }
      } == [])
    #expect(
      refusedFields {
        try save {
          $0 = times
          $0.durationSeconds = limit * 2
        }
      } == ["execution.duration_seconds"])
  }

  @Test("that gives only an end in the past is told to give the start")
  func endWithoutStart() {
    let description = refusal { try save { $0.endTime = now.plus(-1) } }?.violations.first?
      .description
    #expect(
      description
        == "is before start_time, which is the time of this call when left out: give start_time too"
    )
    let ordered = refusal {
      try save { ($0.startTime, $0.endTime) = (now, now.plus(-1)) }
    }
    #expect(ordered?.message.contains("give start_time") == false)
  }

  @Test("is refused where a time lies outside of the years 1 to 9999")
  func badTimes() {
    let (early, late) = (Timestamp(microseconds: .min), Timestamp(microseconds: .max))
    #expect(
      refusedFields { try save { ($0.startTime, $0.endTime) = (early, late) } }
        == ["execution.start_time", "execution.end_time"])
    let range = Timestamp.representable
    #expect(
      refusedFields {
        try save {
          ($0.startTime, $0.endTime) = (range.lowerBound, range.upperBound)
          $0.durationSeconds = 1
        }
      } == [])
  }

  @Test(
    "takes a caller's id of the last 31 days and the next 5 minutes",
    arguments: [
      (0, true), (-2_678_399.999, true), (-2_678_400.001, false), (299.999, true),
      (300.999, false), (-34_560_000, false),
    ] as [(Double, Bool)])
  func idTime(seconds: Double, fits: Bool) {
    var generator = SeededGenerator(state: 2)
    let id = ExecutionID.make(at: now.plus(seconds), using: &generator)
    #expect(refusedFields { try save { $0.id = id } } == (fits ? [] : ["execution.id"]))
  }

  @Test("takes no id that is older than the shortest time for which executions are kept")
  func idRetention() throws {
    let retention = try RetentionPolicy([
      .init(statuses: [.failed], seconds: 7200), .init(seconds: 9000),
    ])
    var generator = SeededGenerator(state: 2)
    for (seconds, fits) in [(-7199.999, true), (-7200.001, false)] {
      let id = ExecutionID.make(at: now.plus(seconds), using: &generator)
      let refused = refusedFields { try save(retention: retention) { $0.id = id } }
      #expect(refused == (fits ? [] : ["execution.id"]))
    }
    #expect(refusedFields { try save(retention: retention) } == [])
  }

  @Test(
    "is refused where the caller's id is no UUIDv7",
    arguments: ["f47ac10b-58cc-4372-a567-0e02b2c3d479", "00000000-0000-0000-0000-000000000000"])
  func idVersion(text: String) {
    #expect(refusedFields { try save { $0.id = ExecutionID(text) } } == ["execution.id"])
  }

  @Test("may be 4 MiB - 64 KiB as rendered, and no more; the biggest document is named")
  func size() throws {
    let small = try save().execution
    let room = ExecutionRules.renderedLimit - small.renderedSize - 2
    let longest = try json("\"" + String(repeating: "a", count: room) + "\"")
    let longer = try json("\"" + String(repeating: "a", count: room + 1) + "\"")
    #expect(try save { $0.inputData = longest }.execution.renderedSize == 4_128_768)
    #expect(refusedFields { try save { $0.inputData = longer } } == ["execution.input_data"])
    #expect(refusedFields { try save { $0.outputData = longer } } == ["execution.output_data"])
    let inPlaceOfDefault = try json("\"" + String(repeating: "a", count: room + 3) + "\"")
    #expect(
      refusedFields { try save { $0.taskResults = inPlaceOfDefault } }
        == ["execution.task_results"], "it takes the place of the 2 bytes of []")
    #expect(
      refusedFields {
        try save { ($0.inputData, $0.executionMetadata) = (small.taskResults, longer) }
      }
        == ["execution.execution_metadata"])
  }

  @Test("is refused for its size as jsonb renders it, not as it was sent")
  func sizeAsRendered() throws {
    let numbers = [String](repeating: "1e300", count: 14_000).joined(separator: ",")
    let document = try json("[\(numbers)]")
    #expect(document.utf8.count < 100_000)
    #expect(refusedFields { try save { $0.outputData = document } } == ["execution.output_data"])
  }

  @Test("is answered with all that is wrong with it")
  func allViolations() {
    let refused = refusal {
      try save {
        $0 = ExecutionFields()
        $0.id = ExecutionID(high: 0, low: 0)
        $0.durationSeconds = .nan
        $0.startTime = now
        $0.endTime = now.plus(-1)
      }
    }
    #expect(refused?.code == .invalidArgument)
    #expect(
      refused?.violations.map(\.field) == [
        "execution.id", "execution.workflow_id", "execution.workflow_type", "execution.status",
        "execution.duration_seconds", "execution.end_time",
      ])
    #expect(refused?.message.contains("execution.status: is required; ") == true)
  }
}
