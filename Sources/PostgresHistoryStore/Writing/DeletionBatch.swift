internal import Postgres
internal import WorkflowHistory

/// Deletions of rows that are locked, sorted by id, as one statement that makes and logs them.
struct DeletionBatch {
  private var writes: [PendingWrite] = []

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(_ write: PendingWrite) { writes.append(write) }

  /// The ids, and the first and the last of them.
  var parameters: [Parameter] { writes.idParameters }

  /// What each call is answered: that its row is gone. They are committed: one that can't be
  /// answered fails alone.
  func answers(_ result: QueryResult) -> [(PendingWrite, PendingWrite.Answer)] {
    let rows = Result { try result.rowsByID() }
    return writes.map { write in
      let answer = PendingWrite.Answer {
        guard try rows.get()[write.id] != nil else { throw HistoryError.lostExecution }
        return nil
      }
      return (write, answer)
    }
  }

  static let statement = Statement(
    "delete",
    """
    WITH deleted AS (
      DELETE FROM workflow_executions AS execution USING unnest($1) AS deletion (id)
      WHERE execution.id = deletion.id AND execution.id BETWEEN $2 AND $3
      RETURNING execution.id, user_id, version, workflow_type, status, duration_seconds,
        error_fingerprint, task_figures
    ), logged AS (
      INSERT INTO workflow_execution_changes (execution_id, user_id, version, old_workflow_type,
        old_status, old_duration_seconds, old_error_fingerprint, old_task_figures)
      SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint,
        task_figures
      FROM deleted
    ), heartbeats_ended AS (
      \(Heartbeats.removal(of: "deleted"))
    )
    SELECT id FROM deleted
    """, [.uuid.array, .uuid, .uuid])
}
