import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PatternLearning
@testable import PostgresHistoryStore

@Suite("Learning from the table") struct LearningScanTests {
  private func run(
    _ source: LearningRun.Source, _ store: PostgresHistoryStore
  ) async throws -> LearningRun.Counts {
    try await LearningRun.run(
      from: source, reviewing: nil, sealing: store.sealing, try await store.options(),
      on: store.eventLoop)
  }

  @Test("learns what the log does not have any more, and forgets what was learned before")
  func lostLog() async throws {
    try await withStore { store in
      let planted = Planted()
      try await store.saveInOrder(planted.runs())
      try await store.saveAll([execution(status: .running)])
      #expect(try await run(.changeLog, store).executions == 361)
      let learned = try await store.patterns(of: "alice")
      #expect(learned.contains { $0.pattern.rule == planted.rule })
      _ = try await store.run("TRUNCATE workflow_execution_changes")
      let counts = try await run(.table, store)
      #expect(counts.executions == 361)
      #expect(counts.found == Int64(learned.count))
      #expect(try await store.executionsLearned("alice") == ["etl": 361])
      #expect(try await store.patterns(of: "alice").map(\.id) == learned.map(\.id))
    }
  }

  @Test(
    "counts each ending once while executions end, and wherever it is cut short", arguments: 0..<3)
  func meanwhile(seed: Int) async throws {
    try await withStore { store in
      var generator = SeededGenerator(state: UInt64(seed))
      let rows = (0..<300).map { number in
        execution(
          at: ago(days: .random(in: 0..<20, using: &generator)), user: "user-\(number % 3)",
          status: number % 2 == 0 ? .completed : .running)
      }
      try await store.saveAll(rows)
      try await store.learn()
      try await store.analysts.primary.transaction { transaction in
        _ = try await transaction.query(AdvisoryLock.learning.take)
        _ = try await transaction.query(
          Statement("", "TRUNCATE learned_histories, learned_periods, learning_patterns"))
        try await LearningScan.begin(in: transaction)
      }
      // Half of those that run end while the scan goes on, of any id, and others are new.
      let ending = rows.filter { $0.status == .running }.shuffled(using: &generator).prefix(75)
      let writes = Call(on: store.eventLoop) {
        for row in ending {
          var fields = ExecutionFields()
          fields.status = .failed
          _ = try await store.beginUpdate(row.id, fields, [.status]).answer()
          try await store.saveAll([execution(user: row.userID)])
        }
      }
      while !writes.isOver {
        let learner = try await store.learner(bite: 5)
        let call = Call(on: store.eventLoop) { try await learner.learnAll() }
        for _ in 0..<Int.random(in: 10..<200, using: &generator) { await store.eventLoop.yield() }
        learner.close()
        _ = await call.failure()
      }
      try await writes.answer()
      try await store.learn()
      var sum: Int64 = 0
      for user in 0..<3 {
        sum += try await store.executionsLearned("user-\(user)").values.reduce(0, +)
      }
      #expect(sum == 150 + 75 + 75)
      #expect(try await store.count("learning_scans") == 0)
    }
  }
}
