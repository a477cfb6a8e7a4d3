import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("What is taken from an execution")
struct ObservationTests {
  private func fields(_ json: String) throws -> [String] {
    InputField.fields(of: try JSONDocument(checking: Array(json.utf8)))
      .map { "\($0.path) = \($0.value)" }
  }

  private func timings(_ json: String) throws -> [TaskTiming] {
    TaskTiming.timings(of: try JSONDocument(checking: Array(json.utf8)))
  }

  @Test("is each scalar of the input, by its path; the elements of an array have one path")
  func scalars() throws {
    #expect(
      try fields(
        #"""
        {"a": "x", "b": {"c": true, "d": null, "e f": -7},
         "g": [1, "1", 1, {"h": false}, [2]], "i": {}, "j": []}
        """#) == [
          #"$.a = "x""#, "$.b.c = true", "$.b.d = null", #"$.b["e f"] = -7"#, "$.g[*] = 1",
          #"$.g[*] = "1""#, "$.g[*].h = false", "$.g[*][*] = 2",
        ])
    #expect(try fields(#""x""#) == [#"$ = "x""#])
    #expect(try fields("[]") == [])
  }

  @Test("is a number by its size where it is not a small whole one")
  func numbers() throws {
    #expect(
      try fields(#"{"a": [999, 1000, -1000, 0.05, 1e3, 99999, 1e300, 12.0, 0, -0.0]}"#) == [
        "$.a[*] = 999", "$.a[*] = 1e3..<1e4", "$.a[*] = -1e4<..-1e3", "$.a[*] = 1e-2..<1e-1",
        "$.a[*] = 1e4..<1e5", "$.a[*] = 1e300..<1e301", "$.a[*] = 12", "$.a[*] = 0",
      ])
  }

  @Test("has escapes resolved")
  func escapes() throws {
    #expect(
      try fields(#"{"\u0061\n": "\ud83d\ude00\u00e9\t\\\"\/"}"#)
        == [#"$["a\u000a"] = "😀é\u0009\\\"/""#])
  }

  @Test("is nothing that is too long, too deep or too much")
  func limits() throws {
    let long = String(repeating: "x", count: InputValue.longestText + 1)
    #expect(try fields(#"{"a": "\#(long)", "b": "\#(long.dropLast())"}"#).count == 1)
    #expect(try fields(#"{"\#(long)": 1, "b": 2}"#) == ["$.b = 2"])
    let deep = InputField.deepest
    func nested(_ depth: Int) -> String {
      String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    }
    #expect(try fields(nested(deep)).count == 1)
    #expect(try fields(nested(deep + 1)).isEmpty)
    let many = (0..<1000).map { "\"f\($0)\": \($0)" }.joined(separator: ",")
    #expect(try fields("{\(many)}").count == InputField.mostFields)
  }

  @Test(
    "is what there is of a text that is no JSON",
    arguments: [
      "", "{", #"{"a"#, #"{"a":"#, "}}]]", #"{"a": "\u12"#, #"{"a": "\"#, "[1,", "nul", #""\ud800"#,
    ])
  func malformed(text: String) {
    _ = InputField.fields(of: JSONDocument(uncheckedUTF8: Array(text.utf8)))
    _ = TaskTiming.timings(of: JSONDocument(uncheckedUTF8: Array(text.utf8)))
  }

  @Test("is how long its tasks took, added up by name")
  func tasks() throws {
    #expect(
      try timings(
        #"""
        [{"task_name": "a", "status": "COMPLETED", "duration_seconds": 1.5, "error": null},
         {"duration_seconds": 2, "nested": {"task_name": "no", "duration_seconds": 9},
          "task_name": "b"},
         {"task_name": "a", "duration_seconds": 0.5}, {"task_name": "c"},
         {"duration_seconds": 4}, {"task_name": "d", "duration_seconds": -1}, 7]
        """#) == [TaskTiming(name: "a", seconds: 2), TaskTiming(name: "b", seconds: 2)])
    #expect(try timings(#"{"task_name": "a", "duration_seconds": 1}"#).isEmpty)
  }

  @Test("is nothing before it has ended", arguments: WorkflowStatus.allCases)
  func status(status: WorkflowStatus) {
    var execution = WorkflowExecution(
      id: ExecutionID(high: 0x019C_0000_0000 << 16 | 7 << 12, low: 0b10 << 62), workflowID: "wf",
      workflowType: "etl", userID: "ada", status: status, inputData: nil, outputData: nil,
      taskResults: nil, errorMessage: nil, startTime: nil, endTime: nil, durationSeconds: 3,
      executionMetadata: nil, version: 1, createdAt: Timestamp(microseconds: 0),
      updatedAt: Timestamp(microseconds: 0))
    execution.inputData = JSONDocument(uncheckedUTF8: Array(#"{"a":1}"#.utf8))
    let observation = Observation(execution)
    #expect((observation != nil) == [.completed, .failed].contains(status))
    #expect(observation?.hasFailed ?? false == (status == .failed))
    #expect(observation?.inputs.count ?? 1 == 1)
  }

  @Test(
    "has the UTC hour and weekday of its id",
    arguments: [
      (0, 0, 4), (3_599, 0, 4), (3_600, 1, 4), (86_400 * 3 + 7_200, 2, 7), (86_400 * 4, 0, 1),
    ])
  func instants(seconds: Int64, hour: UInt8, weekday: UInt8) {
    var generator = SeededGenerator(state: 1)
    let id = ExecutionID.make(
      at: Timestamp(microseconds: seconds * 1_000_000), using: &generator)
    let observation = Observation(
      userID: "ada", id: id, workflowID: "wf", workflowType: "etl", hasFailed: false,
      durationSeconds: nil)
    #expect(observation.hour == hour)
    #expect(observation.weekday == weekday)
  }
}
