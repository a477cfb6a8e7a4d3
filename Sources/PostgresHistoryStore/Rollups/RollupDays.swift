internal import Postgres
internal import WorkflowHistory

/// The days of which there are executions or rollups.
enum RollupDays {
  /// The first of them that is not before a day; nil where there is none.
  static func next(from day: Day, in transaction: Transaction) async throws -> Day? {
    let day = max(day, Day(number: 0))
    return try await read(next, [day.firstID.parameter, .int4(day.number)], in: transaction).min()
  }

  /// The last of them; nil where there is none.
  static func last(in transaction: Transaction) async throws -> Day? {
    try await read(last, [], in: transaction).max()
  }

  /// Whether retention has dropped executions of a day: then its rollups can't be held against the
  /// table.
  static func hasDropped(_ day: Day, in transaction: Transaction) async throws -> Bool {
    try await transaction.query(dropped, [.int4(day.number)])[0].value(0)
  }

  private static func read(
    _ statement: Statement, _ parameters: [Parameter], in transaction: Transaction
  ) async throws -> [Day] {
    let row = try await transaction.query(statement, parameters)[0]
    let execution = try row.value(0, as: UUIDValue?.self)
      .map { Day(of: ExecutionID(uuid: $0).createdAt) }
    let rollups = try [1, 2, 3].map { try row.value($0, as: Int32?.self).map { Day(number: $0) } }
    return ([execution] + rollups).compactMap { $0 }
  }

  private static let next = Statement(
    "rollup_day_next",
    """
    SELECT (SELECT id FROM workflow_executions WHERE id >= $1 ORDER BY id LIMIT 1),
      (SELECT \(RollupTable.number("min(day)")) FROM execution_rollups
        WHERE day >= \(RollupTable.date("$2"))),
      (SELECT \(RollupTable.number("min(day)")) FROM execution_error_rollups
        WHERE day >= \(RollupTable.date("$2"))),
      (SELECT \(RollupTable.number("min(day)")) FROM execution_task_rollups
        WHERE day >= \(RollupTable.date("$2")))
    """, [.uuid, .int4])

  private static let last = Statement(
    "rollup_day_last",
    """
    SELECT (SELECT id FROM workflow_executions ORDER BY id DESC LIMIT 1),
      (SELECT \(RollupTable.number("max(day)")) FROM execution_rollups),
      (SELECT \(RollupTable.number("max(day)")) FROM execution_error_rollups),
      (SELECT \(RollupTable.number("max(day)")) FROM execution_task_rollups)
    """)

  private static let dropped = Statement(
    "rollup_day_dropped",
    "SELECT EXISTS (SELECT FROM retention_days WHERE day = \(RollupTable.date("$1")))", [.int4])
}
