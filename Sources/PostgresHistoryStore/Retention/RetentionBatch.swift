internal import Postgres
internal import WorkflowHistory

/// Deletes executions that are due, some at a time.
///
/// Nobody waits for it: a row that a writer has locked is left for the next time, and each batch is a
/// short transaction of its own. The change log is not told. What rollups count of them stays, and is
/// noted there, so that totals, which are of what is left, can do without it.
struct RetentionBatch {
  /// How many executions it deleted.
  var count: Int64
  /// Where the next one begins; nil where there is nothing left.
  var next: ExecutionID?

  /// Deletes the first `limit` of the executions in a range that are due, in a transaction that
  /// holds the rollups' lock.
  static func delete(
    _ due: DueCondition, in range: Range<ExecutionID>, limit: Int64, in transaction: Transaction
  ) async throws -> RetentionBatch {
    _ = try await transaction.query(AdvisoryLock.rollups.take)
    let (statement, parameters) = due.statement([
      (range.lowerBound.parameter, .uuid), (range.upperBound.parameter, .uuid),
      (.int8(limit), .int8),
    ]) { deletion(isDue: $0) }
    let row = try await transaction.query(statement, parameters)[0]
    let count: Int64 = try row.value(0)
    let last = try row.value(1, as: UUIDValue?.self).map { ExecutionID(uuid: $0) }
    return RetentionBatch(count: count, next: count < limit ? nil : last?.successor)
  }

  private static func deletion(isDue: String) -> String {
    let statuses = WorkflowStatus.allCases.map(\.rawValue)
    let counts = statuses.map { "count(*) FILTER (WHERE status = \($0))" }
    let sums = statuses.map {
      "coalesce(rollup.dropped_counts[\($0)], 0) + excluded.dropped_counts[\($0)]"
    }
    return """
      WITH due AS MATERIALIZED (
        SELECT id FROM workflow_executions WHERE id >= $1 AND id < $2 AND \(isDue)
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
      ), deleted AS (
        DELETE FROM workflow_executions AS execution USING due
        WHERE execution.id = due.id AND execution.id >= $1 AND execution.id < $2
        RETURNING execution.id, user_id, workflow_type, status, created_at
      ), dropped AS (
        SELECT user_id, \(DroppedExecutions.day), workflow_type, min(created_at), max(created_at),
          ARRAY[\(counts.joined(separator: ", "))]
        FROM deleted GROUP BY 1, 2, 3
      ), noted AS (
        \(DroppedExecutions.note("dropped", counts: sums))
      ), days AS (
        INSERT INTO retention_days (day) SELECT DISTINCT \(DroppedExecutions.day) FROM deleted
        ON CONFLICT DO NOTHING
      )
      SELECT count(*), (SELECT id FROM deleted ORDER BY id DESC LIMIT 1) FROM deleted
      """
  }
}
