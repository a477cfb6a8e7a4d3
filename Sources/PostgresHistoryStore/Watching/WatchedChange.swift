internal import Postgres
internal import WorkflowHistory

/// What the change log tells of one write to those who watch.
struct WatchedChange: Equatable {
  var kind: ChangeKind
  var transactionID: TransactionID
  var place: WatchPosition.Place
  var userID: ExactText
  /// After the write; where it was deleted, before.
  var workflowType: ExactText
  var status: WorkflowStatus
  var changedAt: Timestamp

  /// How far somebody has come who was told of it.
  var position: WatchPosition { WatchPosition(transaction: transactionID, last: place) }
}

/// Some of the log, as it is watched.
struct WatchedSlice {
  /// Of one user, or of all, in the log's order.
  var changes: [WatchedChange]
  /// All changes of the transactions before it have been read.
  var next: TransactionID
  /// The same, but no further than what a crash leaves: transactions whose numbers are lost with the end
  /// of Postgres's log are numbered anew. All that changes executions is flushed before it is seen.
  var mark: TransactionID
  /// Whether there was no more to read.
  var isLast: Bool

  /// Reads what follows a position, whole transactions, up to about `limit` changes of all users.
  ///
  /// - Parameter userID: whose changes are wanted; nil means all.
  /// - Throws: `outOfRange` where some of it has been dropped, or the position is none of this
  ///   database's.
  static func read(
    from start: TransactionID, userID: String? = nil, limit: Int = 5_000, in pool: PostgresPool
  ) async throws -> WatchedSlice {
    let rows = try await pool.query(
      statement, [.transactionID(start), .int8(Int64(limit)), .text(userID)])
    let (end, horizon): (TransactionID, TransactionID) = (
      try rows[0].value(0), try rows[0].value(1)
    )
    guard start >= horizon, start <= end else { throw HistoryError.passedResumeToken }
    let cut: TransactionID? = try rows[0].value(2)
    let newest: TransactionID? = try rows[0].value(3)
    var changes: [WatchedChange] = []
    for index in 0..<rows.count where !rows[index].isNull(4) {
      changes.append(try WatchedChange(rows[index]))
    }
    return WatchedSlice(
      changes: changes, next: cut ?? end, mark: cut ?? max(newest?.successor ?? start, horizon),
      isLast: cut == nil)
  }

  /// The mark of what has happened by now.
  static func end(in pool: PostgresPool) async throws -> TransactionID {
    let row = try await pool.query(endStatement)[0]
    let horizon: TransactionID = try row.value(0)
    let newest: TransactionID? = try row.value(1)
    return max(newest?.successor ?? horizon, horizon)
  }

  /// The newest transaction in the log that has ended, as all before it have.
  private static let newest = """
    (SELECT transaction_id FROM workflow_execution_changes
    WHERE transaction_id < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY transaction_id DESC LIMIT 1)
    """

  private static let endStatement = Statement(
    "watch_end", "SELECT horizon, \(newest) FROM change_log_horizon")

  /// One statement, so that all it tells is of one snapshot. Its locks come before that: whoever drops
  /// some of the log moves the horizon first, so a horizon that is told is of the log that was read.
  ///
  /// The cut is the transaction at the limit, or where that is the first, the one after it. Without one
  /// all that is there is told.
  private static let statement = Statement(
    "watch_slice",
    """
    WITH bounds AS MATERIALIZED (
      SELECT pg_snapshot_xmin(pg_current_snapshot()) AS log_end,
        (SELECT horizon FROM change_log_horizon) AS horizon, (
          SELECT transaction_id FROM workflow_execution_changes
          WHERE transaction_id > $1 AND transaction_id >= (
            SELECT transaction_id FROM workflow_execution_changes
            WHERE transaction_id >= $1
              AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            ORDER BY transaction_id OFFSET $2 LIMIT 1)
            AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
          ORDER BY transaction_id LIMIT 1
        ) AS cut, \(newest) AS newest
    )
    SELECT log_end, horizon, cut, newest, change.*
    FROM bounds LEFT JOIN LATERAL (
      SELECT transaction_id, execution_id, version, user_id, old_status IS NULL, status IS NULL,
        coalesce(workflow_type, old_workflow_type), coalesce(status, old_status), changed_at
      FROM workflow_execution_changes
      WHERE transaction_id >= $1 AND transaction_id < coalesce(cut, log_end)
        AND ($3::text IS NULL OR user_id = $3)
    ) AS change (
      transaction_id, execution_id, version, user_id, is_creation, is_deletion, workflow_type,
      status, changed_at
    ) ON true
    ORDER BY transaction_id, execution_id, version
    """, [.transactionID, .int8, .text])
}

extension WatchedChange {
  fileprivate init(_ row: Row) throws {
    transactionID = try row.value(4)
    place = WatchPosition.Place(
      executionID: ExecutionID(uuid: try row.value(5)), version: try row.value(6))
    userID = ExactText(try row.value(7))
    let isCreation: Bool = try row.value(8)
    let isDeletion: Bool = try row.value(9)
    kind = isDeletion ? .deleted : isCreation ? .created : .updated
    workflowType = ExactText(try row.value(10))
    status = try row.status(11)
    changedAt = Timestamp(try row.value(12))
  }
}

extension HistoryError {
  static let passedResumeToken = HistoryError(
    .outOfRange,
    "what came after resume_token is not kept any more: read the history, and watch without one")
}
