import WorkflowHistory

extension WorkflowExecution {
  /// A statement that inserts a row, and logs it.
  var insertion: String {
    let error = errorMessage.map { "'\($0)'" } ?? "NULL"
    let duration = durationSeconds.map { "\($0)" } ?? "NULL"
    return """
      WITH saved AS (
        INSERT INTO workflow_executions (id, workflow_id, workflow_type, user_id, status, version,
          created_at, updated_at, duration_seconds, error_message, error_fingerprint, save_digest)
        VALUES ('\(id)', 'w', '\(workflowType)', '\(userID)', \(status.rawValue), 1,
          to_timestamp(\(createdAt.microseconds / 1000) / 1e3), now(), \(duration), \(error),
          \(error), decode(repeat('00', 32), 'hex'))
        RETURNING *
      )
      INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type, status,
        duration_seconds, error_fingerprint)
      SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint
      FROM saved
      """
  }
}
