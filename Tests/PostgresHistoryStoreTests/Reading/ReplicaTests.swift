import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Replicas") struct ReplicaTests {
  @Test("take the reads, but for those that must see every write, and are not missed when away")
  func reads() async throws {
    let primary = try PostgresCluster()
    let standby = try PostgresCluster(standbyOf: primary)
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let database = PostgresOptions(conninfo: primary.conninfo())
      try await PostgresHistoryStore.migrate(database, now: testNow, on: eventLoop)
      let operators = try await PostgresConnection.connect(
        to: PostgresOptions(conninfo: standby.conninfo()), on: eventLoop)
      defer { operators.close() }
      func operate(_ sql: String) async throws -> Bool {
        try await operators.query(Statement("", sql))[0].value(0)
      }
      // Once it has what was migrated, it stands still.
      while try await !operate("SELECT to_regclass('history_settings') IS NOT NULL") {}
      _ = try await operate("SELECT pg_wal_replay_pause() IS NULL")
      while try await !operate("SELECT pg_get_wal_replay_pause_state() = 'paused'") {}

      let store = PostgresHistoryStore(
        database, replicas: PostgresOptions(conninfo: standby.conninfo()), on: eventLoop)
      defer { store.close() }
      try await store.connect()
      let replicas = [store.readers.replicas, store.analysts.replicas].compactMap { $0 }
      #expect(replicas.count == 2)
      for pool in replicas { try await pool.connect() }

      let sent = save(execution())
      let saved = try await store.save(sent)
      let id = saved.id
      let reach = Reach.user(saved.userID)
      #expect(try await code { try await store.execution(id, reach: reach) } == .notFound)
      #expect(try await store.consistent.execution(id, reach: reach) == saved)
      // A retry of the save is answered from what it met.
      #expect(try await store.save(sent) == saved)

      _ = try await operate("SELECT pg_wal_replay_resume() IS NULL")
      while try await code({ try await store.execution(id, reach: reach) }) != nil {}
      #expect(try await store.execution(id, reach: reach) == saved)

      standby.kill9()
      #expect(try await store.execution(id, reach: reach) == saved)
      #expect(store.isConnected)
    }
    await loop.stop()
  }

  @Test("that have not heard of a migration yet leave the reads to the primary")
  func oldSchema() async throws {
    let primary = try PostgresCluster()
    let standby = try PostgresCluster(standbyOf: primary)
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let operators = try await PostgresConnection.connect(
        to: PostgresOptions(conninfo: standby.conninfo()), on: eventLoop)
      defer { operators.close() }
      _ = try await operators.query(Statement("", "SELECT pg_wal_replay_pause()"))
      let paused = Statement("", "SELECT pg_get_wal_replay_pause_state() = 'paused'")
      while try await !operators.query(paused)[0].value(0, as: Bool.self) {}
      let database = PostgresOptions(conninfo: primary.conninfo())
      try await PostgresHistoryStore.migrate(database, now: testNow, on: eventLoop)

      let store = PostgresHistoryStore(
        database, replicas: PostgresOptions(conninfo: standby.conninfo()), on: eventLoop)
      defer { store.close() }
      try await store.connect()
      for pool in [store.readers.replicas, store.analysts.replicas] { try await pool?.connect() }
      let saved = try await store.save(save(execution()))
      let reach = Reach.user(saved.userID)
      #expect(try await store.execution(saved.id, reach: reach) == saved)
      let window = WindowQuery(
        userID: saved.userID, workflowType: nil, start: Timestamp(microseconds: 0),
        end: Timestamp(microseconds: testNow.microseconds + 1_000_000))
      #expect(try await store.statistics(window).all.total == 1)
    }
    await loop.stop()
  }

  @Test("a read whose session is ended is read again in another")
  func readAgain() async throws {
    try await withStore { store in
      while store.readers.primary.openConnections < 2 {
        await store.eventLoop.sleep(for: .milliseconds(1))
      }
      _ = try await store.run("SELECT pg_advisory_lock(1)")
      var answer: QueryResult?
      let read = store.eventLoop.start {
        answer = try? await store.readers.query(
          Statement("", "SELECT 1 FROM pg_advisory_xact_lock(1)"))
      }
      let end =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        + " WHERE datname = current_database() AND wait_event_type = 'Lock'"
      while try await store.run(end)[0].value(0) == Int64(0) {}
      _ = try await store.run("SELECT pg_advisory_unlock(1)")
      await read.wait()
      #expect(answer?.count == 1)
    }
  }
}
