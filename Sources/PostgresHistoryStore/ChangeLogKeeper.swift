internal import Postgres
internal import WorkflowHistory

/// How far a reader of the change log is behind.
struct ChangeLogLag: Equatable {
  /// The reader's name.
  var reader: String
  /// How many changes it has not seen, at most ``rowLimit``.
  var rows: Int64
  /// The age of the oldest of them, in seconds; 0 where there is none.
  var seconds: Double

  /// What is counted at most.
  static let rowLimit = 1_000_000
}

/// Keeps the change log as short as its readers and its operator allow.
struct ChangeLogKeeper {
  private let pool: PostgresPool

  init(_ pool: PostgresPool) { self.pool = pool }

  /// How far each registered reader is behind, by name.
  func lags() async throws -> [ChangeLogLag] {
    let result = try await pool.query(Self.lags)
    return try (0..<result.count).map { index in
      ChangeLogLag(
        reader: try result[index].value(0), rows: try result[index].value(1),
        seconds: try result[index].value(2))
    }
  }

  /// Drops the days that ended at least `retention` ago and that every registered reader has
  /// passed. Returns the partitions' names.
  ///
  /// The horizon is moved first, in a transaction of its own: whoever reads what was dropped
  /// without being registered is told. What an earlier call was kept from finishing is finished.
  func dropPassed(retention: Duration) async throws -> [String] {
    let due = try await pool.transaction { (transaction) async throws in
      _ = try await transaction.query(PartitionMaker.lock)
      let old = try await transaction.query(
        Self.oldPartitions, [.float8(Double(retention.components.seconds))])
      var due: [(name: String, state: String)] = []
      for index in 0..<old.count {
        let name: String = try old[index].value(0)
        let state: String = try old[index].value(1)
        if state == "attached" {
          let passed = try await transaction.query(
            Statement("", Self.movesHorizon.replacing("$PARTITION", with: name)))
          guard passed.count > 0 else { continue }
        }
        due.append((name, state))
      }
      return due
    }
    for (name, state) in due { try await drop(name, state) }
    return due.map(\.name)
  }

  /// Dropping a partition that is attached would lock the whole log.
  private func drop(_ name: String, _ state: String) async throws {
    if state != "detached" {
      let how = state == "attached" ? "CONCURRENTLY" : "FINALIZE"
      _ = try await pool.query(
        Statement("", "ALTER TABLE workflow_execution_changes DETACH PARTITION \(name) \(how)"))
    }
    _ = try await pool.query(Statement("", "DROP TABLE IF EXISTS \(name)"))
  }

  /// The days that ended so long ago, oldest first, and how far they are on their way out.
  private static let oldPartitions = Statement(
    "log_old_partitions",
    """
    SELECT relname::text, CASE WHEN inhrelid IS NULL THEN 'detached'
      WHEN inhdetachpending THEN 'detaching' ELSE 'attached' END
    FROM pg_class LEFT JOIN pg_inherits ON inhrelid = pg_class.oid
    WHERE relkind = 'r' AND relname ~ '^workflow_execution_changes_\\d{4}_\\d\\d_\\d\\d$'
      AND pg_table_is_visible(pg_class.oid)
      AND (to_date(right(relname::text, 10), 'YYYY_MM_DD') + 1)::timestamp AT TIME ZONE 'UTC'
        <= now() - make_interval(secs => $1)
    ORDER BY relname
    """, [.float8])

  /// Moves the horizon behind a partition, and returns a row, where every reader has passed it.
  private static let movesHorizon = """
    WITH newest AS (
      SELECT transaction_id FROM $PARTITION ORDER BY transaction_id DESC LIMIT 1
    ), slowest AS (
      SELECT watermark FROM change_log_readers ORDER BY watermark LIMIT 1
    )
    UPDATE change_log_horizon SET horizon = greatest(
      horizon,
      coalesce((SELECT (transaction_id::text::numeric + 1)::text::xid8 FROM newest), horizon))
    WHERE coalesce(
      (SELECT newest.transaction_id < slowest.watermark FROM newest, slowest), true)
    RETURNING horizon
    """

  private static let lags = Statement(
    "log_lags",
    """
    SELECT name, rows, coalesce(extract(epoch FROM now() - oldest), 0)::double precision
    FROM change_log_readers, LATERAL (
      SELECT count(*) AS rows, min(changed_at) AS oldest FROM (
        SELECT changed_at FROM workflow_execution_changes WHERE transaction_id >= watermark
        ORDER BY transaction_id LIMIT \(ChangeLogLag.rowLimit)
      ) AS unread
    ) AS lag
    ORDER BY name
    """)
}
