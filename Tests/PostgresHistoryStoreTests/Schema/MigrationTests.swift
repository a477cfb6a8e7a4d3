import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Migrations") struct MigrationTests {
  private func withDatabase(
    _ body: @Sendable (PostgresOptions, EventLoop) async throws -> Void
  ) async throws {
    let cluster = try await PostgresCluster.shared.value
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let conninfo = try await cluster.makeDatabase(on: eventLoop)
      try await body(PostgresOptions(conninfo: conninfo), eventLoop)
    }
    await loop.stop()
  }

  @Test("servers that migrate at once do it once, and share one key for page tokens")
  func concurrent() async throws {
    try await withDatabase { options, eventLoop in
      var failures: [any Error] = []
      let tasks = (0..<4).map { _ in
        eventLoop.start {
          do {
            try await PostgresHistoryStore.migrate(options, now: testNow, on: eventLoop)
          } catch {
            failures.append(error)
          }
        }
      }
      for task in tasks { await task.wait() }
      #expect(failures.isEmpty)
      let connection = try await PostgresConnection.connect(to: options, on: eventLoop)
      defer { connection.close() }
      let counts = try await connection.query(
        Statement(
          "",
          """
          SELECT (SELECT count(*) FROM history_migrations), (SELECT count(*) FROM history_settings),
            (SELECT count(*) FROM pg_inherits
              WHERE inhparent = 'workflow_executions'::regclass)
          """))
      #expect(try counts[0].value(0) == Int64(Migration.all.count))
      #expect(try counts[0].value(1) == Int64(1))
      #expect(try counts[0].value(2) == Int64(5))
    }
  }

  @Test("a database that a later version migrated is refused in one line")
  func newer() async throws {
    try await withDatabase { options, eventLoop in
      try await PostgresHistoryStore.migrate(options, now: testNow, on: eventLoop)
      let connection = try await PostgresConnection.connect(
        to: options, pipelining: .separate, on: eventLoop)
      defer { connection.close() }
      _ = try await connection.query(
        Statement("", "INSERT INTO history_migrations (number, name) VALUES (999, 'later')"))
      let error = await failure(MigrationError.self) {
        try await PostgresHistoryStore.migrate(options, now: testNow, on: eventLoop)
      }
      #expect(error?.description.contains("999") == true)
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test("a step that fails leaves nothing of it")
  func failing() async throws {
    try await withDatabase { options, eventLoop in
      let connection = try await PostgresConnection.connect(
        to: options, pipelining: .separate, on: eventLoop)
      defer { connection.close() }
      let broken = Migration(
        number: (Migration.all.last?.number ?? 0) + 1, name: "broken",
        steps: ["CREATE TABLE half ()", "CREATE nonsense"])
      let failed = await failure(PostgresError.self) {
        try await connection.transaction { transaction in
          try await PostgresHistoryStore.apply(Migration.all + [broken], in: transaction)
        }
      }
      #expect(failed != nil)
      let tables = try await connection.query(
        Statement(
          "", "SELECT to_regclass('half') IS NULL AND to_regclass('workflow_executions') IS NULL"))
      #expect(try tables[0].value(0) == true)
    }
  }

  @Test("executions that were saved before there were fingerprints are given theirs")
  func fingerprints() async throws {
    try await withDatabase { options, eventLoop in
      let connection = try await PostgresConnection.connect(
        to: options, pipelining: .separate, on: eventLoop)
      defer { connection.close() }
      try await connection.transaction { transaction in
        try await PostgresHistoryStore.apply([.initial], in: transaction)
        try await PartitionMaker.make(
          [.executions(of: Month(of: testNow))], in: transaction)
      }
      // More than are filled in at once, some without an error.
      _ = try await connection.query(
        Statement(
          "",
          """
          INSERT INTO workflow_executions (id, workflow_id, workflow_type, user_id, status, version,
            created_at, updated_at, save_digest, error_message)
          SELECT ('\(execution().id.description.prefix(24))' || lpad(n::text, 12, '0'))::uuid,
            'w', 't', 'u', 4, 1, now(), now(), decode(repeat('00', 32), 'hex'),
            CASE WHEN n % 10 > 0 THEN 'disk ' || n || ' is full' END
          FROM generate_series(1, 1200) AS n
          """))
      try await connection.transaction { transaction in
        try await PostgresHistoryStore.apply(Migration.all, in: transaction)
      }
      let counts = try await connection.query(
        Statement(
          "",
          """
          SELECT count(*) FILTER (WHERE error_fingerprint = 'disk <n> is full'),
            count(*) FILTER (WHERE error_fingerprint IS NULL),
            count(*) FILTER (WHERE sealed_with IS NULL),
            (SELECT sum(failed)::bigint FROM execution_rollups)
          FROM workflow_executions
          """))
      #expect(try counts[0].value(0) == Int64(1080))
      #expect(try counts[0].value(1) == Int64(120))
      #expect(try counts[0].value(2) == Int64(1200))
      #expect(try counts[0].value(3) == Int64(1200))
    }
  }

  @Test("a row's digest is as long as its sealing says, in a partition of any age")
  func digests() async throws {
    try await withStore { store in
      let later = Timestamp(microseconds: testNow.microseconds + 400 * 86_400_000_000)
      try await store.saveAll([execution(), execution(at: later)])
      let error = await failure(PostgresError.self) {
        try await store.run("UPDATE workflow_executions SET sealed_with = 'a'")
      }
      #expect(error?.constraint == "workflow_executions_digest")
    }
  }

  @Test("the indexes have the names that operators know")
  func indexes() async throws {
    try await withStore { store in
      let names = try await store.run(
        """
        SELECT string_agg(indexname, ' ' ORDER BY indexname) FROM pg_indexes
        WHERE tablename = 'workflow_executions' AND indexname LIKE 'idx%'
        """)
      #expect(
        try names[0].value(0)
          == "idx_workflow_executions_error_created"
          + " idx_workflow_executions_error_fingerprint idx_workflow_executions_status"
          + " idx_workflow_executions_user_created idx_workflow_executions_user_id"
          + " idx_workflow_executions_workflow_id")
    }
  }
}
