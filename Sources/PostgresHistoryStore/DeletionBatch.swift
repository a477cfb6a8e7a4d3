internal import Postgres
internal import WorkflowHistory

/// Deletions of rows that are locked, sorted by id, as one statement that makes and logs them.
struct DeletionBatch {
  private var writes: [PendingWrite] = []

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(_ write: PendingWrite) { writes.append(write) }

  /// The ids, and the first and the last of them.
  var parameters: [Parameter] { writes.idParameters }

  /// The calls whose rows are gone: all of them.
  func answers(_ result: QueryResult) throws -> [PendingWrite] {
    guard result.count == writes.count else {
      throw HistoryError(.internal, "an execution was lost while it was locked")
    }
    return writes
  }

  static let statement = Statement(
    "delete",
    """
    WITH deleted AS (
      DELETE FROM workflow_executions AS execution USING unnest($1) AS deletion (id)
      WHERE execution.id = deletion.id AND execution.id BETWEEN $2 AND $3
      RETURNING execution.id, user_id, version, workflow_type, status, duration_seconds,
        error_fingerprint
    ), logged AS (
      INSERT INTO workflow_execution_changes (execution_id, user_id, version, old_workflow_type,
        old_status, old_duration_seconds, old_error_fingerprint)
      SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint
      FROM deleted
    )
    SELECT id FROM deleted
    """, [.uuid.array, .uuid, .uuid])
}
