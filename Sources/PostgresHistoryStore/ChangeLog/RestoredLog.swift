internal import Logging
internal import Postgres
internal import WorkflowHistory

/// The change log of a database that was restored from a dump, in a cluster that numbers its
/// transactions anew.
///
/// Its watermarks are of the old numbering: what is written from now on would be behind them, and
/// nobody would ever read it. So before anything is written, what is still unread is folded, and the
/// log begins anew.
enum RestoredLog {
  /// How many changes are folded at once.
  private static let changesAtOnce = 5000

  /// Takes the log over, if it is of another cluster.
  static func adopt(in transaction: Transaction) async throws {
    let isForeign: Bool = try await transaction.query(isForeign)[0].value(0)
    guard isForeign else { return }
    _ = try await transaction.query(AdvisoryLock.rollups.take)
    _ = try await transaction.query(declare)
    while true {
      let rows = try await transaction.query(fetch)
      var changes = RollupChanges()
      for index in 0..<rows.count { changes.add(try LoggedChange(rows[index])) }
      try await RollupTable.add(changes, in: transaction)
      if rows.count < changesAtOnce { break }
    }
    let steps = [close, truncate, moveReaders, moveHorizon, moveScans, renewTokenKey]
    for statement in steps {
      _ = try await transaction.query(statement)
    }
    storeLog.notice("the database was restored from another cluster: its change log begins anew")
  }

  /// Whether any mark is of a transaction that is still to come.
  private static let isForeign = Statement(
    "",
    """
    SELECT EXISTS (
      SELECT FROM (
        SELECT watermark FROM change_log_readers UNION ALL SELECT horizon FROM change_log_horizon
      ) AS marks (number)
      WHERE number > pg_snapshot_xmax(pg_current_snapshot()))
    """)

  private static let declare = Statement(
    "",
    """
    DECLARE restored_log NO SCROLL CURSOR FOR
    SELECT \(LoggedChange.columns)
    FROM workflow_execution_changes WHERE transaction_id >= \(RollupFolder.watermark)
    """)
  private static let fetch = Statement("", "FETCH \(changesAtOnce) FROM restored_log")
  private static let close = Statement("", "CLOSE restored_log")
  private static let truncate = Statement("", "TRUNCATE workflow_execution_changes")
  /// Readers that have not read it to the end, as the folder has now, are told that they come too late.
  private static let moveReaders = Statement(
    "",
    """
    UPDATE change_log_readers SET read_at = clock_timestamp(), watermark =
      CASE WHEN holds_log THEN pg_snapshot_xmin(pg_current_snapshot()) ELSE '0' END
    """)
  private static let moveHorizon = Statement(
    "", "UPDATE change_log_horizon SET horizon = pg_snapshot_xmin(pg_current_snapshot())")
  /// What was learned from the table was so before all that comes.
  private static let moveScans = Statement(
    "", "UPDATE learning_scans SET snapshot = pg_current_snapshot()")
  /// Tokens of watches say transactions of the old numbering; pages are begun anew as well.
  private static let renewTokenKey = Statement(
    "",
    """
    UPDATE history_settings
    SET value = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
    WHERE name = 'page_token_key'
    """)
}
