internal import Postgres
internal import WorkflowHistory

/// What the table `heartbeats` tells of executions, as SQL.
///
/// A row may outlive the run that it is of, until ``HeartbeatSweep`` removes it: it says nothing of an
/// execution that is not RUNNING.
enum Heartbeats {
  static let isRunning = "status = \(WorkflowStatus.running.rawValue)"

  /// The condition that the next heartbeat has not come in time, of a row of `heartbeats`.
  static func isLate(_ heartbeat: String) -> String {
    "\(heartbeat).beat_at + \(heartbeat).timeout_seconds * interval '1 second' < now()"
  }

  /// Whether an execution is abandoned, of a table with its id, user and status; NULL where it is not
  /// RUNNING or never had a heartbeat.
  ///
  /// A scalar query is run for each row, by its key, and within a CASE only for those that are RUNNING:
  /// as a join, or as EXISTS, all heartbeats might be read first.
  static func isAbandoned(in table: String) -> String {
    """
    CASE WHEN \(table).\(isRunning) THEN (
      SELECT \(isLate("heartbeat")) FROM heartbeats AS heartbeat
      WHERE heartbeat.user_id = \(table).user_id AND heartbeat.execution_id = \(table).id
    ) END
    """
  }

  /// A statement, for WITH, that removes those of executions in a table with their ids and users.
  static func removal(of table: String, where condition: String = "true") -> String {
    """
    DELETE FROM heartbeats AS heartbeat USING \(table)
    WHERE heartbeat.user_id = \(table).user_id AND heartbeat.execution_id = \(table).id
      AND \(condition)
    """
  }
}
