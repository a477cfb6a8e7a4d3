import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Executions that are shown of a bottleneck") struct TaskSampleTests {
  private func window(type: String? = nil, days: Int64 = 30) -> WindowQuery {
    WindowQuery(
      userID: "alice", workflowType: type, start: ago(days: days), end: testNow.plus(days: 1))
  }

  private func run(
    _ tasks: [String: Double], hoursAgo: Int64, user: String = "alice", type: String = "etl"
  ) -> WorkflowExecution {
    let json = tasks.map { #"{"task_name": "\#($0)", "duration_seconds": \#($1)}"# }
    let instant = Timestamp(microseconds: testNow.microseconds - hoursAgo * 3_600_000_000)
    return execution(at: instant, user: user, type: type, tasks: "[\(json.joined(separator: ","))]")
  }

  private func samples(_ query: WindowQuery, _ store: PostgresHistoryStore) async throws
    -> [ExecutionID]
  {
    let tips = try await store.performanceMetrics(query).tips
    return try #require(tips.first { $0.kind == .bottleneckTask }).sampleIDs
  }

  @Test("are the newest of the day, of the user's, of the type that is asked for, in the window")
  func newest() async throws {
    try await withStore { store in
      // Its name is the end of another's, and one that holds its bytes is only alike.
      let loads = (0..<8).map { run(["load": 50, "check": 1], hoursAgo: 5 + $0) }
      let older = (0..<2).map { run(["load": 50, "check": 1], hoursAgo: 30 + 24 * $0) }
      let others =
        (0..<30).map { run(["preload": 1], hoursAgo: $0) } + [
          run([#"\u0004load"#: 1], hoursAgo: 1), run([:], hoursAgo: 2),
          run(["load": 5], hoursAgo: 3, user: "bob"), execution(at: ago(days: 1), tasks: "7"),
        ]
      let report = run(["load": 9, "check": 1], hoursAgo: 4, type: "report")
      try await store.saveAll(loads + others + older + [report])
      let newest = [report.id] + loads.map(\.id)
      for _ in 0..<2 {
        #expect(try await samples(window(), store) == Array(newest.prefix(5)))
        #expect(try await samples(window(type: "etl"), store) == Array(newest[1...5]))
        #expect(try await samples(window(type: "report"), store) == [report.id])
        var past = window()
        past.end = Timestamp(microseconds: testNow.microseconds - 25 * 3_600_000_000)
        #expect(try await samples(past, store) == [older[0].id])
        try await store.fold()
      }
    }
  }

  @Test("are found of a task that rollups have spilled")
  func spilled() async throws {
    try await withStore { store in
      let names = (0..<64).map { ("task \($0)", 1.0) }
      try await store.saveAll([run(Dictionary(uniqueKeysWithValues: names), hoursAgo: 30)])
      try await store.fold()
      let load = run(["load": 5000], hoursAgo: 29)
      try await store.saveAll([load, run(["check": 1], hoursAgo: 1)])
      try await store.fold()
      #expect(try await store.count("execution_task_rollups") == 1)
      #expect(try await samples(window(), store) == [load.id])
    }
  }

  @Test("are found under names and under labels")
  func sealed() async throws {
    try await withStore { plain in
      let store = try await plain.another("a")
      defer { store.close() }
      let rows = (0..<2).map { run(["load": 50, "check": 1], hoursAgo: $0) }
      try await store.saveAll([rows[0]])
      try await plain.saveAll([rows[1]])
      #expect(try await samples(window(), store) == rows.map(\.id))
      #expect(try await plain.seal("a").executionsLeft == 0)
      #expect(try await samples(window(), store) == rows.map(\.id))
      // They are told also where the name is not known.
      #expect(try await samples(window(), plain) == rows.map(\.id))
    }
  }
}
