import Postgres
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Batches that can't be written as they are") struct ConflictTests {
  @Test(
    "saves of ids that another transaction is about to save fail alone, and soon",
    arguments: [1, 40])
  func conflicting(count: Int) async throws {
    try await withStore(limits: .oneImpatientWriter) { store in
      let rows = (0..<100).map { _ in execution(status: .running) }
      let updated = execution(status: .running)
      try await store.saveAll([updated])
      try await countInsertions(store)
      try await TableLock.while(on: store, "ROW SHARE") { lock in
        for row in rows[..<count] { try await lock.insertRow(row.id) }
        // The first save's lock would wait for the insertions.
        let first = store.beginSave(execution())
        let calls = rows.map { store.beginSave($0) }
        let update = store.beginUpdate(updated.id, note(1), [.executionMetadata])
        for (index, call) in calls.enumerated() {
          let failure = await call.failure() as? HistoryError
          #expect(failure?.code == (index < count ? .aborted : nil))
          if index < count { #expect(failure?.retryAfter != nil) }
        }
        #expect(try await update.answer().version == 2)
        #expect(await first.failure() == nil)
      }
      // One wait of a second for all, beside that of the first save, and short ones.
      #expect(try await store.count("usual_tries") <= 2)
      #expect(try await store.count("brief_tries") > 0)
      #expect(store.writes.count == 0)
      #expect(try await store.count("workflow_executions") == 102 - Int64(count))
    }
  }

  @Test("a partition that is missing is made while long statements of analysts run")
  func partitionWhileAnalysing() async throws {
    try await withStore { store in
      let analysis = Call(on: store.eventLoop) { try await store.run("SELECT pg_sleep(25)") }
      let rows = (0..<20).map { _ in execution(at: other) }
      try await store.saveAll(rows)
      #expect(!analysis.isOver)
      analysis.cancel()
      #expect(try await store.execution(rows[0].id, reach: .anyone) == rows[0])
    }
  }

  @Test("saves whose partition can't be made now may be tried again, and others are made")
  func partitionRefused() async throws {
    try await withStore(limits: .oneImpatientWriter) { store in
      let (late, good) = ((0..<10).map { _ in execution(at: other) }, execution())
      let running = execution(status: .running)
      try await store.saveAll([running])
      let holder = try await PostgresConnection.connect(
        to: try await store.options(), pipelining: .separate, on: store.eventLoop)
      try await holder.transaction { (transaction) async throws in
        _ = try await transaction.query(AdvisoryLock.schema.take)
        let (refused, made, update) = try await store.piledUp {
          (
            late.map { store.beginSave($0) }, store.beginSave(good),
            store.beginUpdate(running.id, note(1), [.executionMetadata])
          )
        }
        for call in refused {
          let failure = await call.failure() as? HistoryError
          #expect(failure?.code == .unavailable)
          #expect(failure?.retryAfter != nil)
        }
        #expect(try await made.answer() == good)
        #expect(try await update.answer().version == 2)
      }
      holder.close()
      try await store.saveAll(late)
      #expect(store.writes.count == 0)
    }
  }

  @Test("a row that this program can't read fails its own write, and no other")
  func unreadable() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<10).map { _ in execution(status: .running) }
      try await store.saveAll(rows)
      for table in ["workflow_executions", Partition.executions(of: Month(of: testNow)).name] {
        try await run(
          store, "ALTER TABLE \(table) DROP CONSTRAINT IF EXISTS workflow_executions_status")
      }
      try await run(store, "UPDATE workflow_executions SET status = 99 WHERE id = '\(rows[3].id)'")
      let (updates, saved, retries) = try await store.piledUp {
        (
          rows[..<6].map { store.beginUpdate($0.id, note(1), [.executionMetadata]) },
          store.beginSave(execution()), rows[6...].map { store.beginSave($0) }
        )
      }
      for (index, call) in updates.enumerated() {
        let failure = await call.failure() as? HistoryError
        #expect(failure?.code == (index == 3 ? .internal : nil))
      }
      #expect(await saved.failure() == nil)
      for call in retries { #expect(await call.failure() == nil) }
      let (again, retry) = try await store.piledUp {
        (store.beginSave(rows[3]), store.beginSave(rows[7]))
      }
      #expect((await again.failure() as? HistoryError)?.code == .internal)
      #expect(await retry.failure() == nil)
    }
  }

  @Test("a write that has no answer once it is committed fails, and no other")
  func unanswered() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<10).map { execution(user: $0 % 5 == 4 ? "bob" : "alice", status: .running) }
      try await store.saveAll(rows)
      try await run(
        store,
        """
        CREATE FUNCTION keep_from_bob() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RETURN CASE WHEN OLD.user_id <> 'bob' THEN coalesce(NEW, OLD) END; END $$
        """)
      try await run(
        store,
        "CREATE TRIGGER keep_from_bob BEFORE UPDATE OR DELETE ON workflow_executions"
          + " FOR EACH ROW EXECUTE FUNCTION keep_from_bob()")
      let (updates, deletions, saved) = try await store.piledUp {
        (
          rows[..<5].map { store.beginUpdate($0.id, note(1), [.executionMetadata]) },
          rows[5...].map { store.beginDelete($0.id) }, store.beginSave(execution())
        )
      }
      for (row, call) in zip(rows, updates) {
        let failure = await call.failure() as? HistoryError
        #expect(failure?.code == (row.userID == "bob" ? .internal : nil))
      }
      for (row, call) in zip(rows[5...], deletions) {
        let failure = await call.failure() as? HistoryError
        #expect(failure?.code == (row.userID == "bob" ? .internal : nil))
      }
      #expect(await saved.failure() == nil)
    }
  }

  @Test("the server ends the sessions of a process that stands still amid a transaction")
  func idleTransactions() async throws {
    try await withStore { store in
      let folder = RollupFolder(try await store.options(), on: store.eventLoop)
      defer { folder.close() }
      try await folder.pool.connect()
      for pool in [store.writers[0].pool, store.analysts.primary, folder.pool] {
        let limit = try await pool.query(
          Statement("", "SHOW idle_in_transaction_session_timeout"))
        #expect(try limit[0].value(0) == "10s")
      }
      let maintaining = PostgresOptions.maintaining(try await store.options())
      #expect(maintaining.idleTransactionTimeout == .seconds(10))
    }
  }

  /// Counts the statements that insert executions, by how long they wait for locks. What counts is no part
  /// of their transactions.
  private func countInsertions(_ store: PostgresHistoryStore) async throws {
    for name in ["usual", "brief"] {
      try await run(store, "CREATE SEQUENCE \(name)_numbers")
      try await run(
        store,
        "CREATE VIEW \(name)_tries AS SELECT FROM \(name)_numbers,"
          + " generate_series(1, last_value) WHERE is_called")
    }
    try await run(
      store,
      """
      CREATE FUNCTION count_try() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        CASE current_setting('lock_timeout')
          WHEN '1s' THEN PERFORM nextval('usual_numbers');
          WHEN '10ms' THEN PERFORM nextval('brief_numbers');
          ELSE
        END CASE;
        RETURN NULL;
      END $$
      """)
    try await run(
      store,
      "CREATE TRIGGER count_try BEFORE INSERT ON workflow_executions"
        + " FOR EACH STATEMENT EXECUTE FUNCTION count_try()")
  }

  private func run(_ store: PostgresHistoryStore, _ sql: String) async throws {
    _ = try await store.readers.primary.query(Statement("", sql))
  }

  /// In a month that has no partition.
  private let other = Timestamp(microseconds: testNow.microseconds + 200 * 86_400_000_000)
}
