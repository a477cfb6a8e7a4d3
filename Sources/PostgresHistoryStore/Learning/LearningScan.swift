internal import Postgres
internal import WorkflowHistory

/// Learns from the table of executions what the change log does not have any more.
///
/// Each bite takes the next executions by their ids as they stand in one snapshot, and notes both. From
/// then on the log tells of these executions only what that snapshot had not; and nothing of those that
/// the scan has still to come to. So each ending counts once, whoever writes meanwhile, and wherever the
/// scan is cut short another learner goes on with it.
enum LearningScan {
  private static let lastID = ExecutionID(high: .max, low: .max)

  /// Begins a scan, in the place of one that is under way.
  static func begin(in transaction: Transaction) async throws {
    _ = try await transaction.query(clear)
    _ = try await transaction.query(note, [ExecutionID(high: 0, low: 0).parameter, .null])
    _ = try await transaction.query(moveReader)
  }

  /// The next executions that have ended, of some `limit` that are read; nil where no scan is under way.
  static func next(limit: Int, in transaction: Transaction) async throws -> EndedExecutions? {
    guard let position = try await transaction.query(position).first else { return nil }
    let last = ExecutionID(uuid: try position.value(0))
    guard last != lastID else { return nil }
    let rows = try await transaction.query(batch, [last.parameter, .int8(Int64(limit))])
    var found = EndedExecutions(executions: [], isLast: false, isOfTable: true)
    var end = lastID
    for index in 0..<rows.count where !rows[index].isNull(1) {
      if let execution = try EndedExecution(rows[index], from: 1) {
        found.executions.append(execution)
      }
      if rows.count == limit { end = ExecutionID(uuid: try rows[index].value(1)) }
    }
    // The log comes after it.
    _ = try await transaction.query(
      note, [end.parameter, .text(try rows[0].value(0, as: String.self))])
    return found
  }

  /// Of changes in the log, those that tell something new.
  static func unseen(_ changes: [LoggedChange], in transaction: Transaction) async throws
    -> [LoggedChange]
  {
    guard try await transaction.query(position).count > 0, !changes.isEmpty else { return changes }
    var ids = ArrayParameter(of: .uuid)
    for change in changes { ids.append(change.executionID.parameter) }
    let rows = try await transaction.query(
      areUnseen, [.array(ids), .textArray(changes.map { "\($0.transactionID.number)" })])
    return try changes.indices.filter { try rows[$0].value(0) }.map { changes[$0] }
  }

  /// Forgets a scan that is over, once the log has been read to where all of it has what the scan had not.
  static func end(in transaction: Transaction) async throws {
    _ = try await transaction.query(clearPassed)
  }

  // MARK: Statements

  private static let clear = Statement("scan_clear", "DELETE FROM learning_scans")

  private static let note = Statement(
    "scan_note",
    """
    INSERT INTO learning_scans (last_id, snapshot)
    VALUES ($1, coalesce($2::pg_snapshot, pg_current_snapshot()))
    """, [.uuid, .text])

  /// No snapshot of the scan is older than this one.
  private static let moveReader = Statement(
    "scan_reader",
    """
    UPDATE change_log_readers
    SET watermark = pg_snapshot_xmin(pg_current_snapshot()), read_at = clock_timestamp()
    WHERE name = 'patterns'
    """)

  private static let position = Statement(
    "scan_position", "SELECT last_id FROM learning_scans ORDER BY last_id DESC LIMIT 1")

  /// The next executions, and the snapshot that they are read in, which is there where they are not.
  private static let batch = Statement(
    "scan_batch",
    """
    SELECT pg_current_snapshot()::text, execution.*
    FROM (SELECT) AS snapshot LEFT JOIN LATERAL (
      SELECT \(EndedExecution.columns) FROM workflow_executions WHERE id > $1 ORDER BY id LIMIT $2
    ) AS execution ON true
    """, [.uuid, .int8])

  private static let areUnseen = Statement(
    "scan_unseen",
    """
    SELECT coalesce((
      SELECT NOT pg_visible_in_snapshot(transaction_id::xid8, snapshot) FROM learning_scans
      WHERE last_id >= execution_id ORDER BY last_id LIMIT 1), false)
    FROM unnest($1, $2) WITH ORDINALITY AS change (execution_id, transaction_id, position)
    ORDER BY position
    """, [.uuidArray, .textArray])

  private static let clearPassed = Statement(
    "scan_clear_passed",
    """
    DELETE FROM learning_scans
    WHERE EXISTS (SELECT FROM learning_scans WHERE last_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      AND NOT EXISTS (
        SELECT FROM learning_scans
        WHERE pg_snapshot_xmax(snapshot) >
          (SELECT watermark FROM change_log_readers WHERE name = 'patterns'))
    """)
}
