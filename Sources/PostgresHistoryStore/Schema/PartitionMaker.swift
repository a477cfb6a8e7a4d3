internal import Postgres
internal import WorkflowHistory

/// Makes the partitions of the executions, by month, and of the change log, by day.
///
/// There is no default partition: with one, pages could not read the partitions one after another,
/// and a new partition would have to wait for a scan of it. Instead those around now are made
/// ahead, and a write whose partition is missing makes that first. So a clock that jumps costs an
/// empty table at most, and refuses nobody.
struct PartitionMaker {
  private let pool: PostgresPool

  init(_ pool: PostgresPool) { self.pool = pool }

  /// Makes the partitions of executions that were created in `months`, and those of the change log
  /// around now, unless they exist. A month that retention has dropped is not made again.
  func make(months: [Month]) async throws {
    try await pool.transaction { (transaction) async throws in
      try await Self.make(executionsOf: months, in: transaction)
      try await Self.makeChangeLog(in: transaction)
    }
  }

  /// Makes the change log's partitions of the days around now, as the database's clock has it.
  static func makeChangeLog(in transaction: Transaction) async throws {
    let today = Day(number: try await transaction.query(today)[0].value(0))
    try await make((-1...changeLogDaysAhead).map { .changes(of: today + $0) }, in: transaction)
  }

  /// Makes the partitions of months, unless they exist, or retention has dropped them.
  static func make(executionsOf months: [Month], in transaction: Transaction) async throws {
    _ = try await transaction.query(AdvisoryLock.schema.take)
    for month in months {
      let firstDay = Parameter.int4(Day(of: month.start).number)
      let isDropped: Bool = try await transaction.query(isDropped, [firstDay])[0].value(0)
      if !isDropped { try await make([.executions(of: month)], in: transaction) }
    }
  }

  /// Makes partitions, unless they exist.
  static func make(_ partitions: [Partition], in transaction: Transaction) async throws {
    _ = try await transaction.query(AdvisoryLock.schema.take)
    for partition in partitions {
      let existing = try await transaction.query(exists, [.text(partition.name)])
      guard try existing.first?.value(0) != true else { continue }
      // Attaching does not stop reads and writes of the table, as CREATE .. PARTITION OF would.
      _ = try await transaction.query(
        Statement(
          "",
          "CREATE TABLE \(partition.name)"
            + " (LIKE \(partition.table) INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
      _ = try await transaction.query(
        Statement(
          "",
          "ALTER TABLE \(partition.table) ATTACH PARTITION \(partition.name)"
            + " FOR VALUES FROM ('\(partition.first)') TO ('\(partition.end)')"))
    }
  }

  /// How many days ahead the change log's partitions are made.
  private static let changeLogDaysAhead: Int32 = 3

  private static let exists = Statement(
    "partition_exists", "SELECT to_regclass($1) IS NOT NULL", [.text])

  private static let isDropped = Statement(
    "partition_is_dropped",
    """
    SELECT EXISTS (
      SELECT FROM retention_days WHERE is_whole AND day = \(RollupTable.date("$1")))
    """, [.int4])

  static let today = Statement(
    "today", "SELECT (now() AT TIME ZONE 'UTC')::date - DATE '1970-01-01'")
}
