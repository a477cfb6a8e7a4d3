import Postgres
import PostgresTesting
import Reactor
import WorkflowHistory

@testable import PostgresHistoryStore

/// A lock on the table of executions, for which the store's statements wait.
struct TableLock {
  /// A session beside the one that holds the lock: in that one's transaction, what is seen of other
  /// sessions does not change.
  private let watcher: PostgresConnection
  private let holder: PostgresConnection

  /// Runs `body` while the table is locked.
  static func `while`<T>(
    on store: PostgresHistoryStore, _ mode: String, _ body: (TableLock) async throws -> T
  ) async throws -> T {
    let database: String = try await store.run("SELECT current_database()::text")[0].value(0)
    let cluster = try await PostgresCluster.shared.value
    let options = PostgresOptions(conninfo: cluster.conninfo(database: database))
    let holder = try await PostgresConnection.connect(
      to: options, pipelining: .separate, on: store.eventLoop)
    defer { holder.close() }
    let watcher = try await PostgresConnection.connect(to: options, on: store.eventLoop)
    defer { watcher.close() }
    for sql in ["BEGIN", "LOCK TABLE workflow_executions IN \(mode) MODE"] {
      _ = try await holder.query(Statement("", sql))
    }
    let value = try await body(TableLock(watcher: watcher, holder: holder))
    _ = try await holder.query(Statement("", "ROLLBACK"))
    return value
  }

  /// Waits until so many statements, whose text holds `part`, wait for the lock.
  func untilWaitedFor(count: Int = 1, by part: String = "") async throws {
    while try await waiters(part) < count {}
  }

  /// Waits until no statement waits for the lock.
  func untilNotWaitedFor() async throws {
    while try await waiters("") > 0 {}
  }

  /// Locks a row as well.
  func lockRow(_ id: ExecutionID) async throws {
    _ = try await holder.query(
      Statement("", "SELECT FROM workflow_executions WHERE id = '\(id)' FOR UPDATE"))
  }

  /// Inserts a row of an id, which is not committed.
  func insertRow(_ id: ExecutionID) async throws {
    _ = try await holder.query(
      Statement(
        "",
        """
        INSERT INTO workflow_executions (id, workflow_id, workflow_type, user_id, status, version,
          created_at, updated_at, save_digest)
        VALUES ('\(id)', 'wf-1', 'etl', 'alice', 1, 1, now(), now(), sha256('another'))
        """))
  }

  /// Ends the sessions that wait for the lock.
  func cutWaiters() async throws {
    _ = try await watcher.query(
      Statement(
        "",
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'
        """))
  }

  private func waiters(_ part: String) async throws -> Int64 {
    let statement = Statement(
      "waiters",
      """
      SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND state = 'active' AND wait_event_type = 'Lock' AND position($1 IN query) > 0
      """, [.text])
    return try await watcher.query(statement, [.text(part)])[0].value(0)
  }
}
