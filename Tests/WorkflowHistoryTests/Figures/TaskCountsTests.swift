import Testing
import WorkflowHistory

@Suite("What the tasks of executions did")
struct TaskCountsTests {
  private func runs(_ json: String) throws -> [TaskRun] {
    var runs: [TaskRun] = []
    TaskRun.read(try JSONDocument(checking: Array(json.utf8))) { runs.append($0) }
    return runs
  }

  private func counts(_ json: String) throws -> TaskCounts {
    TaskCounts(of: try JSONDocument(checking: Array(json.utf8)))
  }

  @Test("is in objects of an array, whatever else these hold")
  func objects() throws {
    #expect(
      try runs(
        #"""
        [ {"output": [{"task_name": "x"}, "]}"], "task_name": "a", "duration_seconds": 1.5},
          [{"task_name": "in an array"}], 7, "task_name", null, {"status": "FAILED"}, {},
          {"task_name": 5}, {"task_name": {"a": 1}, "duration_seconds": 1}, {"task_name": ""},
          {"\u0074ask_name": "\"é\u00e9\"", "duration_seconds": "1"}]
        """#) == [
          TaskRun(name: "a", hasFailed: false, durationSeconds: 1.5),
          TaskRun(name: "\"éé\"", hasFailed: false, durationSeconds: nil),
        ])
    #expect(try runs(#"{"task_name": "a"}"#).isEmpty)
    #expect(try runs(#""task_name""#).isEmpty)
    #expect(try runs("[]").isEmpty)
  }

  @Test("has the last of members of one name, as jsonb keeps it")
  func duplicates() throws {
    #expect(
      try runs(
        #"""
        [{"task_name": "a", "task_name": "b", "status": "FAILED", "status": "COMPLETED",
          "duration_seconds": 1, "duration_seconds": [2], "error": "e", "error": null},
         {"task_name": "a", "task_name": null}]
        """#) == [TaskRun(name: "b", hasFailed: false, durationSeconds: nil)])
  }

  @Test(
    "has failed by its status, or by an error that says anything",
    arguments: [
      (#""status": "FAILED""#, true), (#""status": "failed""#, true),
      (#""status": "FaIleD""#, true),
      (#""status": "FAILED ""#, false), (#""status": "COMPLETED""#, false),
      (#""status": 4"#, false),
      (#""error": "e""#, true), (#""error": """#, false), (#""error": null"#, false),
      (#""error": false"#, false), (#""error": true"#, true), (#""error": 0"#, false),
      (#""error": -0.0"#, false), (#""error": 1"#, true), (#""error": [ ]"#, false),
      (#""error": {}"#, false), (#""error": [[]]"#, true), (#""error": {"a": null}"#, true),
      (#""error": "\"""#, true), (#""error": "", "status": "FAILED""#, true),
    ])
  func failures(members: String, hasFailed: Bool) throws {
    #expect(
      try runs(#"[{"task_name": "a", \#(members)}]"#)
        == [TaskRun(name: "a", hasFailed: hasFailed, durationSeconds: nil)])
    #expect(
      try runs(#"[{\#(members), "task_name": "a", "duration_seconds": 2}]"#)
        == [TaskRun(name: "a", hasFailed: hasFailed, durationSeconds: 2)])
  }

  @Test(
    "has a duration from 0 to a billion seconds, or none",
    arguments: [
      ("0", 0), ("1e9", 1e9), ("1000000000.1", nil), ("-1", nil), ("1e399", nil), ("null", nil),
      ("0.25", 0.25),
    ] as [(String, Double?)])
  func durations(text: String, seconds: Double?) throws {
    #expect(
      try runs(#"[{"task_name": "a", "duration_seconds": \#(text)}]"#)
        == [TaskRun(name: "a", hasFailed: false, durationSeconds: seconds)])
  }

  @Test("is added up by name, of names that are not too long and not too many")
  func adding() throws {
    let long = String(repeating: "é", count: 64)
    let counts = try counts(
      #"""
      [{"task_name": "a", "duration_seconds": 0.0000005}, {"task_name": "a", "status": "FAILED"},
       {"task_name": "a", "duration_seconds": 2}, {"task_name": "\#(long)"},
       {"task_name": "\#(long)n"}]
      """#)
    #expect(
      counts.counts == [
        "a": TaskFigures(
          executions: 1, runs: 3, failedRuns: 1, timedRuns: 2, durationSumMicroseconds: 2_000_000),
        ExactText(long): TaskFigures(
          executions: 1, runs: 1, failedRuns: 0, timedRuns: 0, durationSumMicroseconds: 0),
      ])
    let many = (0..<200).map { #"{"task_name": "t\#($0 % 100)"}"# }.joined(separator: ",")
    let first = try self.counts("[\(many)]").counts
    #expect(Set(first.keys.map(\.text)) == Set((0..<64).map { "t\($0)" }))
    #expect(first.values.allSatisfy { $0.runs == 2 && $0.executions == 1 })
  }

  @Test("can be added and taken away in any order, and past 64 bits")
  func sums() throws {
    let longest = try counts(#"[{"task_name": "a", "duration_seconds": 1e9}]"#)
    var sum = TaskCounts()
    sum.merge(longest, times: -1)
    #expect(sum.counts["a"]?.runs == -1)
    sum.merge(longest, times: 20_001)
    #expect(sum.counts["a"]?.durationSumMicroseconds == 20_000_000_000_000_000_000)
    #expect(try TaskCounts(encoded: sum.encoded) == sum)
    sum.merge(longest, times: -20_000)
    #expect(sum.isEmpty && sum.encoded == [])
  }

  @Test("is 9 bytes beside its name for a task of some seconds")
  func size() throws {
    let five = ["extract", "validate", "transform", "load", "notify"]
    let tasks = five.map {
      #"{"task_name": "\#($0)", "status": "COMPLETED", "duration_seconds": 12.345678}"#
    }
    let bytes = try counts("[\(tasks.joined(separator: ","))]").encoded
    #expect(bytes.count == 1 + five.reduce(0) { $0 + 9 + $1.utf8.count })
    #expect(try TaskCounts(encoded: bytes).encoded == bytes)
    for count in 1..<bytes.count {
      #expect((try? TaskCounts(encoded: Array(bytes.prefix(count))))?.encoded != bytes)
    }
  }

  @Test("is shown of the ten tasks that took most time, ties by name")
  func slowest() {
    func task(_ name: String, _ microseconds: Int128, runs: Int64 = 1) -> TaskSummary.Task {
      TaskSummary.Task(
        name: name,
        figures: TaskFigures(
          executions: runs, runs: runs, failedRuns: name == "t3" ? 2 : 1, timedRuns: 2,
          durationSumMicroseconds: microseconds))
    }
    let tasks = (0..<20).map { task("t\($0)", Int128($0 % 10)) } + [task("gone", 99, runs: 0)]
    let summary = TaskSummary(of: tasks.shuffled())
    #expect(
      summary.slowest.map(\.name) == [
        "t19", "t9", "t18", "t8", "t17", "t7", "t16", "t6", "t15", "t5",
      ])
    #expect(summary.count == 20)
    #expect(summary.all.durationSumMicroseconds == 90)
    let first = summary.metrics[0]
    #expect(first.timeShare == 10 && first.failureShare == 4.76)
    #expect(first.averageDurationSeconds == 0.000_004_5)
    #expect(TaskSummary(of: []).metrics.isEmpty)
  }
}
