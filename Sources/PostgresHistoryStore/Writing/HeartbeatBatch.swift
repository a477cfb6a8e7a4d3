internal import Postgres
internal import WorkflowHistory

/// The heartbeats of a batch, sorted by id, as one statement that takes note of them.
struct HeartbeatBatch {
  private var heartbeats: [(PendingWrite, ExecutionHeartbeat, Reach)] = []

  var isEmpty: Bool { heartbeats.isEmpty }

  mutating func append(_ write: PendingWrite, _ heartbeat: ExecutionHeartbeat, reach: Reach) {
    heartbeats.append((write, heartbeat, reach))
  }

  var parameters: [Parameter] {
    var ids = ArrayParameter(of: .uuid)
    var users = ArrayParameter(of: .text)
    var timeouts = ArrayParameter(of: .int4)
    for (_, heartbeat, reach) in heartbeats {
      ids.append(heartbeat.id.parameter)
      if case .user(let user) = reach { users.append(.text(user)) } else { users.append(.null) }
      timeouts.append(.int4(heartbeat.timeoutSeconds))
    }
    return [
      .array(ids), .array(users), .array(timeouts), heartbeats.first?.1.id.parameter ?? .null,
      heartbeats.last?.1.id.parameter ?? .null,
    ]
  }

  /// What each call is answered.
  func answers(_ result: QueryResult) -> [(PendingWrite, PendingWrite.Answer)] {
    let rows = Result { try result.rowsByID() }
    return heartbeats.map { write, heartbeat, _ in
      let answer = PendingWrite.Answer {
        guard let row = try rows.get()[write.id] else { throw HistoryError.noSuchExecution }
        guard !row.isNull(1) else { throw HistoryError.foreignExecution }
        try heartbeat.check(status: try row.status(1))
        return nil
      }
      return (write, answer)
    }
  }

  /// A crash may lose the last of them, and the next makes up for that: nobody waits for a flush.
  static let unflushed = Statement("unflushed", "SET LOCAL synchronous_commit = off")

  /// Returns the executions, each with its status where it is the caller's. Rows are written in the
  /// order of their ids: crossing batches can't deadlock.
  static let statement = Statement(
    "heartbeat",
    """
    WITH found AS MATERIALIZED (
      SELECT execution.id, execution.user_id, asked.timeout_seconds,
        CASE WHEN coalesce(execution.user_id = asked.user_id, true) THEN execution.status END
          AS status
      FROM unnest($1, $2, $3) AS asked (id, user_id, timeout_seconds)
        JOIN workflow_executions AS execution ON execution.id = asked.id
      WHERE execution.id BETWEEN $4 AND $5
    ), taken AS (
      INSERT INTO heartbeats (user_id, execution_id, beat_at, timeout_seconds)
      SELECT user_id, id, clock_timestamp(), timeout_seconds FROM found
      WHERE \(Heartbeats.isRunning) ORDER BY id
      ON CONFLICT (user_id, execution_id)
        DO UPDATE SET beat_at = excluded.beat_at, timeout_seconds = excluded.timeout_seconds
    )
    SELECT id, status FROM found
    """, [.uuid.array, .text.array, DataType.int4.array, .uuid, .uuid])
}
