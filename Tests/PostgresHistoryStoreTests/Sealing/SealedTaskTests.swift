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

  @Test("are counted once with those of executions that are plain still", arguments: [0, 80])
  func mixed(spilled: Int) async throws {
    try await withStore { plain in
      let store = try await plain.another("a")
      let unsealing = try await plain.another("-a")
      defer { for one in [store, unsealing] { one.close() } }
      // The last is among the first ten for neither half of its time.
      let names = (0..<12).map { "task \($0)" } + ["halves"]
      let seconds = names.indices.map { $0 < 12 ? 100 + $0 : 99 }
      func rows(_ parity: Int) -> [WorkflowExecution] {
        names.indices.filter { $0 == 12 || $0 % 2 == parity }.map { index in
          execution(
            tasks: #"[{"task_name": "\#(names[index])", "duration_seconds": \#(seconds[index])}]"#)
        }
      }
      // More than a rollup counts itself, so that those that come after them are spilled.
      try await plain.saveAll((0..<spilled).map { planted($0) })
      try await plain.fold()
      for _ in 0..<2 {
        try await plain.saveAll(rows(0))
        try await store.saveAll(rows(1))
        try await plain.fold()
      }
      #expect(try await (plain.count("execution_task_rollups") > 0) == (spilled > 0))
      for reader in [store, unsealing] {
        let metrics = try await reader.performanceMetrics(window)
        let tasks = metrics.slowestTasks.filter { !$0.name.hasPrefix("planted") }
        #expect(tasks.first?.name == "halves")
        #expect(tasks.first?.runs == 4)
        #expect(tasks.dropFirst().prefix(4).map(\.name) == (8...11).reversed().map { "task \($0)" })
        #expect(Set(tasks.map(\.name)).count == tasks.count)
      }
      let before = try await store.performanceMetrics(window).slowestTasks
      #expect(try await plain.seal("a").executionsLeft == 0)
      #expect(try await store.performanceMetrics(window).slowestTasks == before)
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
