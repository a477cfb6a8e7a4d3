internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func update(_ update: ExecutionUpdate, reach: Reach, now: Timestamp) async throws
    -> WorkflowExecution
  {
    try await answering {
      try await writer.transaction { (transaction) async throws in
        let (statement, parameters) = Self.lookup(
          update.id, reach, own: Self.ownRowLocked, any: Self.anyRowLocked)
        let row = try Self.reachable(try await transaction.query(statement, parameters))
        var next = try update.apply(to: row, now: now)
        let change = ExecutionChange(from: row, to: next)
        let result = try await transaction.commit(
          with: ExecutionChange.statement, change.parameters)
        guard let stored = result.first else {
          throw HistoryError(.internal, "the execution was lost while it was locked")
        }
        try change.setDocuments(of: &next, from: stored)
        return next
      }
    }
  }
}

/// The difference between a row and its successor. Documents that stay as they are do not travel.
private struct ExecutionChange {
  private let row: WorkflowExecution
  private let next: WorkflowExecution
  /// By ``ExecutionColumns/documents``: whether it changes.
  private let changes: [Bool]

  init(from row: WorkflowExecution, to next: WorkflowExecution) {
    self.row = row
    self.next = next
    changes = zip(row.documents, next.documents).map { $0 != $1 }
  }

  var parameters: [Parameter] {
    [
      next.id.parameter, .text(next.userID), .text(next.workflowType), .int2(next.status.rawValue),
      .text(next.errorMessage), .timestamptz(next.startTime?.microseconds),
      .timestamptz(next.endTime?.microseconds), .float8(next.durationSeconds),
      .int4(next.version), .timestamptz(next.updatedAt.microseconds),
    ]
      + zip(changes, next.documents).flatMap { changes, document in
        [Parameter.boolean(changes), .jsonb(changes ? document?.utf8 : nil)]
      }
      + [
        .text(next.errorFingerprint), .text(row.workflowType), .int2(row.status.rawValue),
        .float8(row.durationSeconds), .text(row.errorFingerprint),
      ]
  }

  /// Takes the changed documents as the database renders them.
  func setDocuments(of execution: inout WorkflowExecution, from row: Row) throws(PostgresError) {
    var rendered = execution
    try rendered.setDocuments(row, from: 0)
    if changes[0] { execution.inputData = rendered.inputData }
    if changes[1] { execution.outputData = rendered.outputData }
    if changes[2] { execution.taskResults = rendered.taskResults }
    if changes[3] { execution.executionMetadata = rendered.executionMetadata }
  }

  static let statement = Statement(
    "update",
    """
    WITH updated AS (
      UPDATE workflow_executions SET workflow_type = $3, status = $4, error_message = $5,
        start_time = $6, end_time = $7, duration_seconds = $8, version = $9, updated_at = $10,
        \(document("input_data", 11)), \(document("output_data", 13)),
        \(document("task_results", 15)), \(document("execution_metadata", 17)),
        error_fingerprint = $19
      WHERE id = $1 AND user_id = $2
      RETURNING *
    ), logged AS (
      INSERT INTO workflow_execution_changes (execution_id, user_id, version, old_workflow_type,
        old_status, old_duration_seconds, old_error_fingerprint, workflow_type, status,
        duration_seconds, error_fingerprint)
      SELECT id, user_id, version, $20, $21, $22, $23, workflow_type, status, duration_seconds,
        error_fingerprint
      FROM updated
    )
    SELECT \(returned("input_data", 11)), \(returned("output_data", 13)),
      \(returned("task_results", 15)), \(returned("execution_metadata", 17))
    FROM updated
    """,
    [
      .uuid, .text, .text, .int2, .text, .timestamptz, .timestamptz, .float8, .int4, .timestamptz,
      .boolean, .jsonb, .boolean, .jsonb, .boolean, .jsonb, .boolean, .jsonb, .text, .text, .int2,
      .float8, .text,
    ])

  private static func document(_ column: String, _ parameter: Int) -> String {
    "\(column) = CASE WHEN $\(parameter) THEN $\(parameter + 1) ELSE \(column) END"
  }

  private static func returned(_ column: String, _ parameter: Int) -> String {
    "CASE WHEN $\(parameter) THEN \(column) END"
  }
}

extension WorkflowExecution {
  /// By ``ExecutionColumns/documents``.
  fileprivate var documents: [JSONDocument?] {
    [inputData, outputData, taskResults, executionMetadata]
  }
}
