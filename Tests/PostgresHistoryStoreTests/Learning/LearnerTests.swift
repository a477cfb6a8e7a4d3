import Logging
import PatternLearning
import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("The learner") struct LearnerTests {
  /// How often executions ended, by user and type, as what was done to them says.
  private final class Endings {
    var counts: [String: [String: Int64]] = [:]

    func count(_ row: WorkflowExecution) {
      guard row.status.isTerminal else { return }
      counts[row.userID, default: [:]][row.workflowType, default: 0] += 1
    }
  }

  private func update(
    _ row: WorkflowExecution, to status: WorkflowStatus, _ store: PostgresHistoryStore
  ) async throws -> WorkflowExecution {
    var fields = ExecutionFields()
    fields.status = status
    return try await store.beginUpdate(row.id, fields, [.status]).answer()
  }

  /// Saves, ends, reopens and retypes executions of four users.
  private func change(
    _ store: PostgresHistoryStore, _ endings: Endings, _ generator: inout SeededGenerator
  ) async throws {
    let rows = (0..<40).map { _ in
      execution(
        at: ago(days: .random(in: 0..<25, using: &generator)),
        user: "user-\(Int.random(in: 0..<4, using: &generator))",
        type: "type-\(Int.random(in: 0..<3, using: &generator))",
        status: WorkflowStatus.allCases.randomElement(using: &generator) ?? .running)
    }
    try await store.saveAll(rows)
    for row in rows { endings.count(row) }
    for row in rows.shuffled(using: &generator).prefix(15) {
      var status = row.status
      for next in [WorkflowStatus.running, .failed, .completed, .running, .completed]
        .prefix(Int.random(in: 1...5, using: &generator))
      {
        let updated = try await update(row, to: next, store)
        if !status.isTerminal { endings.count(updated) }
        status = next
      }
      var fields = ExecutionFields()
      fields.workflowID = "wf-2"
      fields.executionMetadata = JSONDocument("[1]")
      _ = try await store.beginUpdate(row.id, fields, [.executionMetadata]).answer()
    }
  }

  private func expect(_ endings: Endings, in store: PostgresHistoryStore) async throws {
    #expect(endings.counts.count == 4)
    for (user, counts) in endings.counts {
      #expect(try await store.executionsLearned(user) == counts)
    }
  }

  @Test(
    "counts each ending once, for its own user, whoever learns at once and wherever one is stopped",
    arguments: 0..<3)
  func once(seed: Int) async throws {
    try await withStore { store in
      var generator = SeededGenerator(state: UInt64(seed))
      let endings = Endings()
      for _ in 0..<6 {
        try await change(store, endings, &generator)
        let learners = [
          try await store.learner(bite: 7), try await store.learner(bite: 11),
        ]
        let calls = learners.map { learner in
          Call(on: store.eventLoop) { try await learner.learnAll() }
        }
        let stops = Int.random(in: 0...2, using: &generator)
        for _ in 0..<Int.random(in: 0..<40, using: &generator) { await store.eventLoop.yield() }
        for learner in learners.prefix(stops) { learner.close() }
        for call in calls { _ = await call.failure() }
        for learner in learners { learner.close() }
      }
      try await store.learn(bite: 13)
      try await expect(endings, in: store)
      #expect(try await store.learn() == 0)
    }
  }

  @Test("learns what is committed late, and nothing that is not")
  func lateCommit() async throws {
    try await withStore { store in
      let session = try await PostgresConnection.connect(
        to: try await store.options(), pipelining: .separate, on: store.eventLoop)
      defer { session.close() }
      _ = try await session.query(Statement("", "BEGIN"))
      // Deletes a row that was learned, and ends one that was not.
      let rows = [execution(status: .completed), execution(status: .running)]
      try await store.saveAll(rows)
      #expect(try await store.learn() == 1)
      _ = try await session.query(
        Statement("", "UPDATE workflow_executions SET status = 3 WHERE id = '\(rows[1].id)'"))
      _ = try await session.query(
        Statement(
          "",
          """
          INSERT INTO workflow_execution_changes (execution_id, user_id, version, old_workflow_type,
            old_status, workflow_type, status)
          VALUES ('\(rows[1].id)', 'alice', 2, 'etl', 2, 'etl', 3)
          """))
      // Numbered later, and committed before.
      try await store.saveAll([execution()])
      #expect(try await store.learn(heldBack: true) == 0)
      _ = try await session.query(Statement("", "COMMIT"))
      #expect(try await store.learn() == 2)
      #expect(try await store.executionsLearned("alice") == ["etl": 3])
    }
  }

  @Test("learns nothing of executions that are deleted before, and keeps what it learned of others")
  func deletions() async throws {
    try await withStore { store in
      let rows = (0..<4).map { _ in execution() }
      try await store.saveAll(Array(rows[..<2]))
      try await store.learn()
      try await store.saveAll(Array(rows[2...]))
      for row in rows[1...2] { try await store.delete(row.id) }
      #expect(try await store.learn() == 1)
      #expect(try await store.executionsLearned("alice") == ["etl": 3])
    }
  }

  @Test("reads documents of any size a few at a time, and takes smaller bites where they take long")
  func largeDocuments() async throws {
    try await withStore { store in
      let text = String(repeating: "x", count: 2 << 20)
      try await store.saveAll(
        (0..<12).map { _ in
          execution(input: JSONDocument(#"{"region": "eu", "text": "\#(text)"}"#))
        })
      let learner = try await store.learner(bite: 100)
      defer { learner.close() }
      var time = Duration.zero
      learner.clock = {
        time += .milliseconds(300)
        return time
      }
      #expect(try await learner.learnAll() == 12)
      #expect(learner.bite.rows < 100)
      #expect(try await store.executionsLearned("alice") == ["etl": 12])
    }
  }

  @Test("knows the errors of what was sealed when it ended, whatever it is by now")
  func errors() async throws {
    for ids in ["a", "ba", "-a"] {
      try await withSealedStore { store in
        for _ in 0..<2 { try await store.saveAll([planted()]) }
        #expect(try await store.seal(ids).executionsLeft == 0)
        let reader = try await store.another(ids == "-a" ? nil : ids)
        defer { reader.close() }
        #expect(try await reader.learn() == 2)
        let history = try #require(try await reader.learnedHistory("alice"))
        #expect(history.retryFigures()["etl"]?.error == "planted error <n>", "\(ids)")
      }
    }
  }

  @Test("goes on from what is left of the log where it comes too late, and says so")
  func tooLate() async throws {
    try await withStore { store in
      let told = Told()
      let learner = try await store.learner()
      defer { learner.close() }
      learner.log = Logger(label: "test") { _ in TellingHandler(told: told) }
      try await store.saveAll([execution()])
      _ = try await store.run(
        "UPDATE change_log_horizon SET horizon = pg_snapshot_xmin(pg_current_snapshot())")
      try await store.saveAll([execution()])
      #expect(try await learner.learnAll() == 1)
      #expect(told.lines.count == 1)
      #expect(told.lines.first?.contains("patterns learn --from-table") == true)
      #expect(try await learner.learnAll() == 0)
      #expect(told.lines.count == 1)
    }
  }

  @Test("keeps the log for as long as it is retained, and no longer")
  func retention() async throws {
    try await withStore { store in
      let old = Day(number: try await store.run(PartitionMaker.today.sql)[0].value(0)) - 9
      try await store.analysts.primary.transaction { transaction in
        try await PartitionMaker.make([.changes(of: old)], in: transaction)
      }
      let row = execution()
      try await store.saveAll([row])
      try await store.learn()
      _ = try await store.run(
        """
        INSERT INTO workflow_execution_changes
          (changed_at, execution_id, user_id, version, workflow_type, status)
        SELECT now() - interval '9 days', '\(row.id)', 'alice', 1, 'etl', 3
        """)
      try await store.fold()
      let week = Duration.seconds(7 * 86_400)
      #expect(try await store.changeLog.dropPassed(retention: week * 2).isEmpty)
      #expect(
        try await store.changeLog.dropPassed(retention: week)
          == [Partition.changes(of: old).name])
      #expect(try await store.learn() == 0)
      try await store.saveAll([execution()])
      #expect(try await store.learn() == 1)
    }
  }
}
