internal import Postgres
internal import WorkflowHistory

/// Some of the log.
struct ChangeLogSlice {
  /// In the order of their transactions' numbers. That is not always the order of one execution's
  /// changes: a transaction may be numbered, and wait for a row that a later one has changed. Their
  /// versions tell, until it is deleted and saved anew.
  var changes: [LoggedChange]
  /// What the reader goes on with: it has seen all changes of the transactions before.
  var next: TransactionID
  /// Whether there was no more to read.
  var isLast: Bool
}

/// A reader comes too late: what it has not seen has been dropped. It has to begin anew, from the
/// executions themselves.
struct ChangeLogOutOfRange: Error, Equatable {
  /// From here on the log is whole.
  var horizon: TransactionID
}

/// The log that each save, update and deletion of an execution appends to in its own transaction.
///
/// Transactions are numbered when they begin to write and are seen when they are committed, in
/// another order. So a reader takes only the changes of transactions before `pg_snapshot_xmin`: all
/// of these have ended, and nothing comes to them any more. An open transaction that has written,
/// in any database of the cluster, holds every reader back, but makes none of them miss anything.
enum ChangeLog {
  /// Reads what follows a watermark, up to some `limit` of changes; more only where a single
  /// transaction made more.
  ///
  /// - Throws: ``ChangeLogOutOfRange`` where some of it has been dropped, or the watermark is none of
  ///   this cluster's.
  static func read(
    from watermark: TransactionID, limit: Int = 10_000, in transaction: Transaction
  ) async throws -> ChangeLogSlice {
    let bounds = try await transaction.query(
      bound, [.transactionID(watermark), .int8(Int64(limit))])
    let end: TransactionID = try bounds[0].value(0)
    // Of the numbers of another cluster, which was restored here.
    guard watermark <= end else { throw ChangeLogOutOfRange(horizon: end) }
    var next: TransactionID = try bounds[0].value(1, as: TransactionID?.self) ?? end
    // The transaction at the watermark has more changes than the limit.
    if next == watermark, next < end { next = next.successor }
    guard next > watermark else {
      try await check(watermark, in: transaction)
      return ChangeLogSlice(changes: [], next: watermark, isLast: true)
    }
    let rows = try await transaction.query(
      slice, [.transactionID(watermark), .transactionID(next)])
    // After the rows: whoever drops some of the log says so before.
    try await check(watermark, in: transaction)
    return ChangeLogSlice(
      changes: try (0..<rows.count).map { try LoggedChange(rows[$0]) }, next: next,
      isLast: next >= end)
  }

  private static func check(_ watermark: TransactionID, in transaction: Transaction) async throws {
    let horizon: TransactionID = try await transaction.query(horizon)[0].value(0)
    guard watermark >= horizon else { throw ChangeLogOutOfRange(horizon: horizon) }
  }

  private static let horizon = Statement("log_horizon", "SELECT horizon FROM change_log_horizon")

  private static let bound = Statement(
    "log_bound",
    """
    SELECT pg_snapshot_xmin(pg_current_snapshot()), (
      SELECT transaction_id FROM workflow_execution_changes
      WHERE transaction_id >= $1 AND transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY transaction_id OFFSET $2 LIMIT 1)
    """, [.transactionID, .int8])

  private static let slice = Statement(
    "log_slice",
    """
    SELECT \(LoggedChange.columns)
    FROM workflow_execution_changes WHERE transaction_id >= $1 AND transaction_id < $2
    ORDER BY transaction_id, execution_id, version
    """, [.transactionID, .transactionID])
}
