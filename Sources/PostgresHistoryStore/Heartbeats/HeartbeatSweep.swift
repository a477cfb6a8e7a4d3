internal import Postgres
internal import WorkflowHistory

/// Removes the heartbeats of executions that are not RUNNING any more.
///
/// An update and a deletion take theirs along. What is left are those of executions that retention took,
/// and those that came at the very moment at which a run was ended elsewhere. All of these are late
/// by and by, so others are not looked at.
struct HeartbeatSweep {
  private static let rowsAtOnce: Int64 = 1000

  let pool: PostgresPool

  /// Goes through all of them, in short transactions, and returns how many it removed.
  func run() async throws -> Int64 {
    var removed: Int64 = 0
    var last: (user: String, id: ExecutionID)? = ("", ExecutionID(high: 0, low: 0))
    while let (user, id) = last {
      let found = try await pool.query(
        Self.statement, [.text(user), id.parameter, .int8(Self.rowsAtOnce)])
      guard let row = found.first else { break }
      last = (try row.value(0), ExecutionID(uuid: try row.value(1)))
      removed += try row.value(2, as: Int64.self)
    }
    return removed
  }

  /// Looks at the next late ones, and returns the last of them. One that has just come again stays.
  private static let statement = Statement(
    "heartbeat_sweep",
    """
    WITH late AS MATERIALIZED (
      SELECT user_id, execution_id FROM heartbeats
      WHERE (user_id, execution_id) > ($1, $2) AND \(Heartbeats.isLate("heartbeats"))
      ORDER BY user_id, execution_id LIMIT $3
    ), over AS MATERIALIZED (
      SELECT user_id, execution_id AS id FROM late
      WHERE NOT EXISTS (
        SELECT FROM workflow_executions AS execution
        WHERE execution.id = late.execution_id AND execution.user_id = late.user_id
          AND execution.\(Heartbeats.isRunning))
    ), removed AS (
      \(Heartbeats.removal(of: "over", where: Heartbeats.isLate("heartbeat"))) RETURNING 1
    )
    SELECT user_id, execution_id, (SELECT count(*) FROM removed) FROM late
    ORDER BY user_id DESC, execution_id DESC LIMIT 1
    """, [.text, .uuid, .int8])
}
