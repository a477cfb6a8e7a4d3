import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Tasks of sealed executions") struct SealedTaskTests {
  private let window = WindowQuery(
    userID: "alice", workflowType: nil,
    start: Timestamp(microseconds: testNow.microseconds - 90 * 86_400_000_000),
    end: Timestamp(microseconds: testNow.microseconds + 60_000_000))

  /// Two names for each execution; the longer is that of more time.
  private func planted(_ number: Int, at instant: Timestamp = testNow) -> WorkflowExecution {
    let tasks = ["planted often", "planted \(number)"].map {
      #"{"task_name": "\#($0)", "duration_seconds": \#($0.count)}"#
    }
    return execution(at: instant, tasks: "[\(tasks.joined(separator: ", "))]")
  }

  @Test("are counted under labels that only who has the key can read")
  func labels() async throws {
    try await withStore { plain in
      let store = try await plain.another("a")
      defer { store.close() }
      try await store.saveAll((0..<80).map { planted($0 % 2) })
      try await store.fold()
      try await store.saveAll([planted(1)])
      #expect(try await !plain.everything().contains("planted"))
      let tasks = try await store.performanceMetrics(window).slowestTasks
      #expect(tasks.map(\.name) == ["planted often", "planted 1", "planted 0"])
      #expect(tasks.map(\.runs) == [81, 41, 40])
      let shown = try await plain.performanceMetrics(window)
      #expect(shown.slowestTasks.map(\.runs) == [81, 41, 40])
      #expect(shown.slowestTasks.allSatisfy { PayloadSealing.isPseudonym($0.name) })
      // The same task of another user has another label.
      let sealing = try #require(store.sealing)
      let label = sealing.taskLabel(of: "planted often", userID: "alice")
      #expect(shown.slowestTasks[0].name == label)
      #expect(sealing.taskName(of: label, userID: "alice") == "planted often")
      #expect(sealing.taskName(of: label, userID: "bob") == nil)
    }
  }

  @Test("that were plain are sealed, and made plain again, also those of executions gone")
  func converted() async throws {
    try await withStore { plain in
      let old = Timestamp(microseconds: testNow.microseconds - 60 * 86_400_000_000)
      // More on a day than its rollup counts itself, and one that looks like a label.
      try await plain.saveAll((0..<80).map { planted($0, at: old) } + (0..<80).map { planted($0) })
      let lookalike = #"[{"task_name": "sealed  planted", "duration_seconds": 0}]"#
      try await plain.saveAll([execution(at: old, tasks: lookalike)])
      try await plain.fold()
      let before = try await plain.performanceMetrics(window)
      _ = try await plain.retain(RetentionPolicy([.init(seconds: 30 * 86_400)]))
      #expect(try await plain.count("execution_task_rollups") > 0)

      #expect(try await plain.seal("a").executions == 80)
      #expect(try await !plain.everything().contains("planted"))
      #expect(try await plain.check(.verify).differing == 0)
      let store = try await plain.another("a")
      defer { store.close() }
      let sealed = try await store.performanceMetrics(window).slowestTasks
      #expect(sealed[0] == before.slowestTasks[0])
      #expect(sealed.map(\.runs) == before.slowestTasks.map(\.runs))
      #expect(sealed.allSatisfy { $0.name.hasPrefix("planted") })
      #expect(try await plain.seal("a") == SealingRun.Counts())

      #expect(try await plain.seal("-a").executions == 80)
      #expect(try await !plain.everything().contains("sealed  A"))
      #expect(try await plain.performanceMetrics(window).slowestTasks == before.slowestTasks)
      #expect(try await plain.check(.verify).differing == 0)
    }
  }
}
