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
      let contribution = try ExecutionContribution(row, from: Self.contribution)
      current?.missing.add(contribution, times: Int64(times))
    } else if let label = try row.value(Self.spilled, as: String?.self) {
      try addSpilled(ExactText(label), row)
    } else {
      current?.missing.merge(try ExecutionRollup(row, from: 3), times: -1)
    }
  }

  private mutating func addSpilled(_ label: ExactText, _ row: Row) throws {
    let (errors, tasks) = (Self.spilled + 1, Self.spilled + 1 + Int64.table.numbers.count)
    if row.isNull(errors) {
      current?.missing.tasks.add(try TaskFigures(row, from: tasks), label, times: -1)
    } else {
      current?.missing.errors.add(try Int64(row, from: errors), label, times: -1)
    }
  }

  private mutating func finish() {
    guard let (key, difference) = current.take() else { return }
    count += 1
    if !difference.isEmpty { missing.add(difference, to: key) }
  }

  // MARK: Statements

  private static let rowsAtOnce = 4000

  /// Where the columns of an execution begin, after a position's, a number of times, and a rollup's.
  private static let contribution = 11
  /// Where those of a spilled count begin: its label, and the numbers of errors and of tasks.
  private static let spilled = 15
  private static let noExecution = """
    NULL::smallint AS status, NULL::double precision AS duration_seconds,
      NULL::text AS error_fingerprint, NULL::bytea AS task_figures
    """
  private static let noSpilled =
    "NULL::text AS label, \(nulls(Int64.table)), \(nulls(TaskFigures.table))"

  /// The numbers of a table, as none.
  private static func nulls(_ table: SpillTable) -> String {
    table.numbers.map { "NULL::\($0.type == .text ? "text" : "bigint") AS \($0.name)" }
      .joined(separator: ", ")
  }

  /// The rollups of a day, its executions, and what the changes that are still to be folded will take
  /// away and add, in the order of users and types.
  private static func declare(_ day: Day) -> Statement {
    let date = RollupTable.date("\(day.number)")
    let (first, end) = (day.firstID, (day + 1).firstID)
    let (errors, tasks) = (Int64.table, TaskFigures.table)
    return Statement(
      "",
      """
      DECLARE rollup_comparison NO SCROLL CURSOR FOR SELECT * FROM (
      SELECT user_id, workflow_type, NULL::integer AS times, \(ExecutionRollup.columns),
        \(noExecution), \(noSpilled)
      FROM execution_rollups WHERE day = \(date) AND \(isFromPosition(""))
      UNION ALL
      SELECT user_id, workflow_type, NULL, \(noFigures), \(noExecution), \(errors.label),
        \(errors.numbersRead), \(nulls(tasks))
      FROM \(errors.name) WHERE day = \(date) AND \(isFromPosition(""))
      UNION ALL
      SELECT user_id, workflow_type, NULL, \(noFigures), \(noExecution), \(tasks.label),
        \(nulls(errors)), \(tasks.numbersRead)
      FROM \(tasks.name) WHERE day = \(date) AND \(isFromPosition(""))
      UNION ALL
      SELECT user_id, workflow_type, 1, \(noFigures), status, duration_seconds, error_fingerprint,
        task_figures, \(noSpilled)
      FROM workflow_executions
      WHERE id >= '\(first)' AND id < '\(end)' AND \(isFromPosition(""))
      UNION ALL
      SELECT user_id, state.workflow_type, times, \(noFigures), state.status,
        state.duration_seconds, state.error_fingerprint, state.task_figures, \(noSpilled)
      FROM workflow_execution_changes AS change CROSS JOIN LATERAL (
        VALUES (-1, change.workflow_type, change.status, change.duration_seconds,
            change.error_fingerprint, change.task_figures),
          (1, old_workflow_type, old_status, old_duration_seconds, old_error_fingerprint,
            old_task_figures)
      ) AS state (times, workflow_type, status, duration_seconds, error_fingerprint, task_figures)
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

  private static let noFigures = "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL"
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
    _ = try await transaction.query(AdvisoryLock.rollups.take)
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
