internal import Postgres
internal import Reactor
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
  static let rowLimit = 100_000
}

/// Keeps the change log as short as its readers and its operator allow.
struct ChangeLogKeeper {
  private let pool: PostgresPool
  private let eventLoop: EventLoop

  init(_ pool: PostgresPool, on eventLoop: EventLoop) {
    self.pool = pool
    self.eventLoop = eventLoop
  }

  /// How far each registered reader is behind, by name.
  func lags() async throws -> [ChangeLogLag] {
    let result = try await pool.query(Self.lags)
    return try (0..<result.count).map { index in
      ChangeLogLag(
        reader: try result[index].value(0), rows: try result[index].value(1),
        seconds: try result[index].value(2))
    }
  }

  /// Drops the days that ended at least `retention` ago and that every reader has passed for which the
  /// log is held. Returns the partitions' names.
  ///
  /// The horizon moves with them: whoever else reads what was dropped is told. A
  /// day that long statements keep in use is left for the next time, with those after it.
  func dropPassed(retention: Duration) async throws -> [String] {
    let old = try await pool.query(
      Self.oldPartitions, [.float8(Double(retention.components.seconds))])
    var dropped: [String] = []
    for index in 0..<old.count {
      let day = Partition.changes(of: Day(number: try old[index].value(0)))
      let isDropped = try await LockAttempts.run(on: eventLoop) {
        try await pool.transaction { (transaction) async throws in
          try await drop(day, in: transaction)
        }
      }
      guard isDropped == true else { break }
      dropped.append(day.name)
    }
    return dropped
  }

  /// Drops a day; false where a reader for which it is held has not passed it.
  private func drop(_ day: Partition, in transaction: Transaction) async throws -> Bool {
    _ = try await transaction.query(AdvisoryLock.schema.take)
    let passed = try await transaction.query(
      Statement("", Self.movesHorizon.replacing("$PARTITION", with: day.name)))
    guard passed.count > 0 else { return false }
    try await day.lock(in: transaction)
    try await day.drop(in: transaction)
    return true
  }

  /// The days that ended so long ago, oldest first.
  private static let oldPartitions = Statement(
    "log_old_partitions",
    """
    SELECT \(RollupTable.number("day")) FROM pg_inherits JOIN pg_class ON inhrelid = pg_class.oid,
      LATERAL (SELECT to_date(right(relname, 10), 'YYYY_MM_DD') AS day) AS named
    WHERE inhparent = 'workflow_execution_changes'::regclass
      AND relname ~ '^workflow_execution_changes_\\d{4}_\\d\\d_\\d\\d$'
      AND (day + 1)::timestamp AT TIME ZONE 'UTC' <= now() - make_interval(secs => $1)
    ORDER BY day
    """, [.float8])

  /// Moves the horizon behind a partition, and returns a row, where every reader has passed it for which
  /// it is held.
  private static let movesHorizon = """
    WITH newest AS (
      SELECT transaction_id FROM $PARTITION ORDER BY transaction_id DESC LIMIT 1
    ), slowest AS (
      SELECT watermark FROM change_log_readers WHERE holds_log ORDER BY watermark LIMIT 1
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
