import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Erasure of a user") struct ErasureTests {
  @Test("takes every row of theirs out of every table, folded or not, and no one else's")
  func everything() async throws {
    try await withStore { store in
      for user in ["alice", "bob"] {
        try await fill(store, user)
        try await store.saveInOrder(Planted().runs(user: user))
      }
      try await store.fold()
      _ = try await store.learn()
      _ = try await store.review()
      _ = try await store.retain(
        try RetentionPolicy([.init(statuses: [.failed], seconds: 86_400)]))
      for user in ["alice", "bob"] {
        let running = execution(user: user, status: .running)
        try await store.saveAll([execution(user: user), running])
        let heartbeat = ExecutionHeartbeat(id: running.id, timeoutSeconds: 60)
        try await store.heartbeat(heartbeat, reach: .user(user))
        // One that came at the very end of an execution.
        _ = try await store.run(
          "INSERT INTO heartbeats SELECT '\(user)', gen_random_uuid(), now(), 60")
      }
      let bobs = try await rows(of: "bob", store)
      #expect(bobs.filter { $0.value > 0 }.count >= 7)
      #expect(bobs["heartbeats"] == 2)
      let counted = try await UserErasure.count(
        "alice", try await store.options(), on: store.eventLoop)
      let erased = try await erase("alice", store)
      #expect(erased.executions == counted.executions)
      // Deletions are changes too, until they are erased with the others.
      #expect(erased.changes == counted.changes + counted.executions)
      #expect(erased.rollups == counted.rollups)
      #expect(erased.patterns == counted.patterns)
      #expect(try await rows(of: "alice", store).values.allSatisfy { $0 == 0 })
      #expect(try await rows(of: "bob", store) == bobs)
      try await store.fold()
      #expect(try await store.count("execution_rollups") > 0)
      // Bob's one that was saved last; nothing of what the log still says of Alice.
      #expect(try await store.learn() == 1)
      _ = try await store.review()
      #expect(try await rows(of: "alice", store).values.allSatisfy { $0 == 0 })
      #expect(try await store.check(.verify).differing == 0)
      #expect(try await erase("alice", store) == UserErasure.Counts())
    }
  }

  @Test("goes on with changes that come meanwhile, and what is left adds up")
  func meanwhile() async throws {
    try await withStore { store in
      let options = try await store.options()
      let folder = RollupFolder(options, bite: 10, on: store.eventLoop)
      folder.fold(every: .milliseconds(1))
      defer { folder.close() }
      let rows = (0..<600).map { execution(user: $0.isMultiple(of: 2) ? "alice" : "bob") }
      try await store.saveAll(Array(rows.prefix(400)))
      let others = Call(on: store.eventLoop) {
        try await store.saveAll(Array(rows.suffix(200)))
        for row in rows.prefix(100) {
          var fields = ExecutionFields()
          fields.workflowType = "other"
          do {
            _ = try await store.beginUpdate(row.id, fields, [.workflowType]).answer()
          } catch let error as HistoryError where error.code == .notFound {
            // Erased.
          }
        }
      }
      while !others.isOver { _ = try await erase("alice", store) }
      try await others.answer()
      let left = try await store.scannedStatistics(window("alice"))
      #expect(try await store.statistics(window("alice")).snapped(to: left) == left)
      _ = try await erase("alice", store)
      #expect(try await self.rows(of: "alice", store).values.allSatisfy { $0 == 0 })
      #expect(try await store.statistics(window("bob")).all.total == 300)
      while try await store.unfolded() > 0 { await store.eventLoop.sleep(for: .milliseconds(2)) }
      #expect(try await store.check(.verify).differing == 0)
    }
  }

  @Test("of a log that is longer than what is looked through at once is whole")
  func longLog() async throws {
    try await withStore { store in
      // 8 KiB take some 70 of them.
      _ = try await store.run(
        """
        INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type, status)
        SELECT '\(execution().id)', CASE WHEN n % 40000 = 0 THEN 'alice' ELSE 'bob' END, n, 't', 3
        FROM generate_series(1, 200000) AS n
        """)
      _ = try await store.run(
        "UPDATE change_log_readers SET watermark = pg_snapshot_xmin(pg_current_snapshot())")
      #expect(try await erase("alice", store) == UserErasure.Counts(changes: 5))
      #expect(try await store.count("workflow_execution_changes") == 199_995)
    }
  }

  // MARK: Their rows

  private func erase(_ user: String, _ store: PostgresHistoryStore) async throws
    -> UserErasure.Counts
  {
    try await UserErasure.run(user, try await store.options(), on: store.eventLoop)
  }

  private func fill(_ store: PostgresHistoryStore, _ user: String) async throws {
    // More errors and tasks than a rollup counts itself.
    try await store.saveAll(
      (0..<100).map { index in
        let letters = [index / 10, index % 10].map { Character(UnicodeScalar(UInt8(97 + $0))) }
        return execution(
          at: ago(days: 3), user: user, status: .failed, error: "error " + String(letters),
          tasks: #"[{"task_name": "\#(String(letters))"}]"#)
      })
    try await store.saveAll((0..<500).map { execution(user: user, type: "t\($0 % 3)") })
  }

  /// How many rows of a user each table has that knows users: also those that are still to come.
  private func rows(of user: String, _ store: PostgresHistoryStore) async throws -> [String: Int64]
  {
    let tables = try await store.run(
      """
      SELECT relname::text FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
      WHERE relkind IN ('r', 'p') AND NOT relispartition AND attname = 'user_id'
        AND pg_table_is_visible(pg_class.oid) AND relnamespace = 'public'::regnamespace
      """)
    var counts: [String: Int64] = [:]
    for index in 0..<tables.count {
      let table: String = try tables[index].value(0)
      counts[table] = try await store.run(
        "SELECT count(*) FROM \(table) WHERE user_id = '\(user)'")[0].value(0)
    }
    #expect(counts.count >= 5)
    return counts
  }

  private func window(_ user: String) -> WindowQuery {
    WindowQuery(
      userID: user, workflowType: nil, start: ago(days: 10), end: testNow.plus(days: 1))
  }
}
