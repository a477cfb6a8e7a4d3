internal import Postgres

/// What the planner knows of the tables.
///
/// Autovacuum gathers it within minutes where it runs; a restored database, or one without it, would
/// go on with guesses.
struct PlannerStatistics {
  private let pool: PostgresPool

  init(_ pool: PostgresPool) { self.pool = pool }

  /// Analyses the tables that have rows and were never analysed, beside readers and writers. Returns
  /// their names.
  func gatherMissing() async throws -> [String] {
    let found = try await pool.query(Self.missing)
    let names: [String] = try (0..<found.count).map { try found[$0].value(0) }
    for name in names { _ = try await pool.query(Statement("", "ANALYZE \(name)")) }
    return names
  }

  /// Partitions of executions and of the change log, and rollups. A few rows need no statistics.
  private static let missing = Statement(
    "statistics_missing",
    """
    SELECT relid::regclass::text FROM pg_stat_user_tables
    WHERE relname ~ '^workflow_execution(s|_changes)_\\d{4}_|^execution(_error|_task)?_rollups$'
      AND last_analyze IS NULL AND last_autoanalyze IS NULL AND n_live_tup >= 1000
      AND pg_table_is_visible(relid)
    ORDER BY relname
    """)
}
