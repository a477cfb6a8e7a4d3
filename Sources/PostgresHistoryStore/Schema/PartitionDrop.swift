internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Drops the partition of a month of which nothing is kept any longer.
///
/// First the rollups of each day note when its executions were created, a day at a time, while the
/// partition goes on being read and written. It is dropped in a transaction of its own, and only if
/// nothing in it has changed since it was looked at.
struct PartitionDrop {
  /// What becomes of the partition.
  enum Outcome: Equatable {
    /// It is gone, with so many executions.
    case dropped(Int64)
    /// Some of it is kept, or was changed meanwhile.
    case isKept
    /// Others used the table all the time, so that it could not be locked.
    case isInUse
  }

  let month: Month
  let due: DueCondition
  let connection: PostgresConnection

  func run() async throws -> Outcome {
    let (looked, hasKept) = try await connection.transaction { (transaction) async throws in
      let looked = try await Self.snapshot(in: transaction)
      let (statement, parameters) = due.statement(bounds) { isDue in
        "SELECT EXISTS (SELECT FROM workflow_executions WHERE \(Self.isOfMonth) AND NOT \(isDue))"
      }
      let row = try await transaction.query(statement, parameters)[0]
      return (looked, try row.value(0, as: Bool.self))
    }
    if hasKept { return .isKept }
    let count = try await noteDays()
    var unchanged = looked
    let outcome = try await LockAttempts.run(on: connection.eventLoop) { () -> Outcome in
      // What there is to look at while the table is locked is little then.
      let later = try await connection.transaction { (transaction) async throws in
        let latest = try await Self.snapshot(in: transaction)
        return try await hasChanged(since: unchanged, in: transaction) ? nil : latest
      }
      guard let later else { return .isKept }
      unchanged = later
      let isDropped = try await connection.transaction { (transaction) async throws in
        try await drop(unchangedSince: later, in: transaction)
      }
      return isDropped ? .dropped(count) : .isKept
    }
    return outcome ?? .isInUse
  }

  // MARK: Noting

  /// Notes the executions in their rollups, and counts them.
  private func noteDays() async throws -> Int64 {
    var count: Int64 = 0
    var day = Day(of: month.start)
    while day.month == month {
      let ids = [day.firstID.parameter, (day + 1).firstID.parameter]
      count += try await connection.transaction { (transaction) async throws in
        _ = try await transaction.query(AdvisoryLock.rollups.take)
        return try await transaction.query(Self.noteDay, ids)[0].value(0, as: Int64.self)
      }
      day = day + 1
    }
    return count
  }

  private static let noteDay = Statement(
    "retention_note_day",
    """
    WITH counted AS (
      SELECT user_id, \(DroppedExecutions.day) AS day, workflow_type, min(created_at) AS first,
        max(created_at) AS last, count(*) AS count
      FROM workflow_executions WHERE \(isOfMonth) GROUP BY 1, 2, 3
    ), whole AS (
      SELECT user_id, day, workflow_type, first, last, NULL::bigint[] FROM counted
    ), noted AS (
      \(DroppedExecutions.note("whole", counts: nil))
    )
    SELECT coalesce(sum(count), 0)::bigint FROM counted
    """, [.uuid, .uuid])

  // MARK: Dropping

  /// Drops the partition; false where some of it has changed.
  private func drop(
    unchangedSince looked: String, in transaction: Transaction
  ) async throws -> Bool {
    let partition = Partition.executions(of: month)
    _ = try await transaction.query(AdvisoryLock.rollups.take)
    _ = try await transaction.query(AdvisoryLock.schema.take)
    try await partition.lock(in: transaction)
    if try await hasChanged(since: looked, in: transaction) { return false }
    let days = [Day(of: month.start).number, Day(of: (month + 1).start).number]
    _ = try await transaction.query(Self.markWhole, days.map { .int4($0) })
    try await partition.drop(in: transaction)
    return true
  }

  private func hasChanged(since looked: String, in transaction: Transaction) async throws
    -> Bool
  {
    try await transaction.query(
      Self.hasChanged, bounds.map(\.0) + [.text(looked)])[0].value(0)
  }

  private static let hasChanged = Statement(
    "retention_has_changed",
    """
    SELECT EXISTS (
      SELECT FROM workflow_execution_changes
      WHERE transaction_id >= pg_snapshot_xmin($3::pg_snapshot)
        AND NOT pg_visible_in_snapshot(transaction_id, $3::pg_snapshot)
        AND execution_id >= $1 AND execution_id < $2)
    """, [.uuid, .uuid, .text])

  /// What is committed now, as text. The oldest transaction alone would not do: one that is open
  /// elsewhere, in any database of the cluster, would make all that was committed since look new.
  private static func snapshot(in transaction: Transaction) async throws -> String {
    try await transaction.query(snapshot)[0].value(0)
  }

  private static let snapshot = Statement(
    "retention_snapshot", "SELECT pg_current_snapshot()::text")

  private static let markWhole = Statement(
    "retention_mark_whole",
    """
    INSERT INTO retention_days (day, is_whole)
    SELECT \(RollupTable.date("number")), true FROM generate_series($1, $2 - 1) AS number
    ON CONFLICT (day) DO UPDATE SET is_whole = true
    """, [.int4, .int4])

  // MARK: Its executions

  private static let isOfMonth = "id >= $1 AND id < $2"
  private var bounds: [(Parameter, DataType)] {
    month.bounds.map { ($0.parameter, .uuid) }
  }
}
