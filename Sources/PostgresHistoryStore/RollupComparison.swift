internal import Postgres
internal import WorkflowHistory

/// Holds the rollups of a day against the executions of the table, in one snapshot: each must be what
/// the executions add up to, but for the changes that are still to be folded.
///
/// So it is right while writers and the folder go on.
struct RollupComparison {
  let day: Day
  /// How many rollups were held against the table.
  private(set) var count: Int64 = 0
  /// What is missing from those that differ.
  private(set) var missing = RollupChanges()
  /// Where the comparison goes on that stopped with enough of them; nil at the end of the day.
  private(set) var next: Position?
  /// The rollup whose parts are being read.
  private var current: (key: RollupKey, missing: ExecutionRollup)?

  /// A user and a type, by their bytes.
  struct Position {
    var userID: ExactText
    var workflowType: ExactText

    static let first = Position(userID: "", workflowType: "")
  }

  private init(_ day: Day) { self.day = day }

  /// Compares the rollups of a day from a position on, until `limit` of them differ.
  ///
  /// The transaction must read one snapshot, or hold the lock of ``RollupTable``.
  static func compare(
    _ day: Day, from start: Position = .first, limit: Int = 1000, in transaction: Transaction
  ) async throws -> RollupComparison {
    var comparison = RollupComparison(day)
    _ = try await transaction.query(
      declare(day), [.text(start.userID.text), .text(start.workflowType.text)])
    while comparison.next == nil {
      let rows = try await transaction.query(fetch)
      for index in 0..<rows.count where comparison.next == nil {
        try comparison.add(rows[index], limit: limit)
      }
      if rows.count < rowsAtOnce { break }
    }
    if comparison.next == nil { comparison.finish() }
    _ = try await transaction.query(close)
    return comparison
  }

  // MARK: Adding up

  private mutating func add(_ row: Row, limit: Int) throws {
    let key = RollupKey(
      userID: ExactText(try row.value(0)), day: day, workflowType: ExactText(try row.value(1)))
    if current?.key != key {
      finish()
      guard missing.byKey.count < limit else {
        next = Position(userID: key.userID, workflowType: key.workflowType)
        return
      }
      current = (key, ExecutionRollup())
    }
    if let times = try row.value(2, as: Int32?.self) {
      let contribution = try ExecutionContribution(row, from: 10)
      current?.missing.add(contribution, times: Int64(times))
    } else if let errors = try row.value(13, as: Int64?.self) {
      current?.missing.errors.add(-errors, ExactText(try row.value(12)))
    } else {
      current?.missing.merge(try ExecutionRollup(row, from: 3), times: -1)
    }
  }

  private mutating func finish() {
    guard let (key, difference) = current.take() else { return }
    count += 1
    if !difference.isEmpty { missing.add(difference, to: key) }
  }

  // MARK: Statements

  private static let rowsAtOnce = 4000

  /// The rollups of a day, its executions, and what the changes that are still to be folded will take
  /// away and add, in the order of users and types.
  private static func declare(_ day: Day) -> Statement {
    let date = RollupTable.date("\(day.number)")
    let (first, end) = (day.firstID, (day + 1).firstID)
    return Statement(
      "",
      """
      DECLARE rollup_comparison NO SCROLL CURSOR FOR SELECT * FROM (
      SELECT user_id, workflow_type, NULL::integer AS times, \(ExecutionRollup.columns),
        NULL::smallint AS status, NULL::double precision AS duration_seconds,
        NULL::text AS fingerprint, NULL::bigint AS errors
      FROM execution_rollups WHERE day = \(date) AND \(isFromPosition(""))
      UNION ALL
      SELECT user_id, workflow_type, NULL, \(noFigures), NULL, NULL, fingerprint, count
      FROM execution_error_rollups WHERE day = \(date) AND \(isFromPosition(""))
      UNION ALL
      SELECT user_id, workflow_type, 1, \(noFigures), status, duration_seconds, error_fingerprint, NULL
      FROM workflow_executions
      WHERE id >= '\(first)' AND id < '\(end)' AND \(isFromPosition(""))
      UNION ALL
      SELECT user_id, state.workflow_type, times, \(noFigures), state.status,
        state.duration_seconds, state.error_fingerprint, NULL
      FROM workflow_execution_changes AS change CROSS JOIN LATERAL (
        VALUES (-1, change.workflow_type, change.status, change.duration_seconds,
            change.error_fingerprint),
          (1, old_workflow_type, old_status, old_duration_seconds, old_error_fingerprint)
      ) AS state (times, workflow_type, status, duration_seconds, error_fingerprint)
      WHERE transaction_id >= \(RollupFolder.watermark)
        AND execution_id >= '\(first)' AND execution_id < '\(end)'
        AND state.status IS NOT NULL AND \(isFromPosition("state."))
      ) AS part
      ORDER BY user_id COLLATE "C", workflow_type COLLATE "C"
      """, [.text, .text])
  }

  private static func isFromPosition(_ table: String) -> String {
    "(user_id COLLATE \"C\", \(table)workflow_type COLLATE \"C\") >= ($1, $2)"
  }

  private static let noFigures = "NULL, NULL, NULL, NULL, NULL, NULL, NULL"
  private static let fetch = Statement("", "FETCH \(rowsAtOnce) FROM rollup_comparison")
  private static let close = Statement("", "CLOSE rollup_comparison")
}

extension RollupComparison {
  /// Makes the rollups of a day, from a position on, those that the executions add up to, and returns
  /// what differed. Where that is a lot, a part is left to the next call. The transaction must hold the
  /// lock of ``RollupTable``.
  static func rebuild(_ day: Day, from start: Position, in transaction: Transaction) async throws
    -> RollupComparison
  {
    let comparison = try await compare(day, from: start, in: transaction)
    try await RollupTable.add(comparison.missing, in: transaction)
    return comparison
  }

  /// Makes all rollups, in one transaction.
  static func rebuildAll(in transaction: Transaction) async throws {
    _ = try await transaction.query(RollupTable.lock)
    var day = try await RollupDays.next(from: Day(number: .min), in: transaction)
    while let current = day {
      var position: Position? = .first
      while let start = position {
        position = try await rebuild(current, from: start, in: transaction).next
      }
      day = try await RollupDays.next(from: current + 1, in: transaction)
    }
  }
}
