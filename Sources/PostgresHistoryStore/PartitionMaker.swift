internal import Postgres
internal import WorkflowHistory

/// Makes the monthly partitions.
///
/// There is no default partition: with one, pages could not read the partitions one after another,
/// and a new partition would have to wait for a scan of it. Instead the months around now are made
/// ahead, and a save whose month is missing makes that first. So a clock that jumps costs an empty
/// table at most, and refuses nobody.
struct PartitionMaker {
  private let pool: PostgresPool

  init(_ pool: PostgresPool) { self.pool = pool }

  /// Makes those partitions that do not exist.
  func make(_ months: [Month]) async throws {
    for month in months {
      try await pool.transaction { (transaction) async throws in
        try await Self.make(month, in: transaction)
      }
    }
  }

  /// Makes one partition, unless it exists.
  static func make(_ month: Month, in transaction: Transaction) async throws {
    _ = try await transaction.query(lock)
    let existing = try await transaction.query(exists, [.text(month.partition)])
    guard try existing.first?.value(0) != true else { return }
    // Attaching does not stop reads and writes of the table, as CREATE .. PARTITION OF would.
    _ = try await transaction.query(
      Statement(
        "",
        "CREATE TABLE \(month.partition)"
          + " (LIKE workflow_executions INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"))
    _ = try await transaction.query(
      Statement(
        "",
        "ALTER TABLE workflow_executions ATTACH PARTITION \(month.partition)"
          + " FOR VALUES FROM ('\(lowerBound(month))') TO ('\(lowerBound(month + 1))')"))
  }

  /// Held while the schema changes, by anyone who changes it. The number is the service's own.
  static let lock = Statement("schema_lock", "SELECT pg_advisory_xact_lock(7239401165318)")

  private static let exists = Statement(
    "partition_exists", "SELECT to_regclass($1) IS NOT NULL", [.text])

  private static func lowerBound(_ month: Month) -> String {
    let milliseconds = UInt64(max(month.start.microseconds / 1000, 0))
    let digits = String(milliseconds, radix: 16)
    let hex = String(repeating: "0", count: 12 - digits.count) + digits
    return "\(hex.prefix(8))-\(hex.suffix(4))-0000-0000-000000000000"
  }
}
