internal import Postgres
internal import WorkflowHistory

/// The difference between a row and its successor. Documents that stay as they are do not travel.
struct ExecutionChange {
  let row: WorkflowExecution
  /// The row's, as it is stored.
  let fingerprint: String?
  let next: WorkflowExecution
  /// By ``ExecutionColumns/documents``: whether it changes.
  let changes: [Bool]

  init(from row: WorkflowExecution, fingerprint: String?, to next: WorkflowExecution) {
    self.row = row
    self.fingerprint = fingerprint
    self.next = next
    changes = zip(row.documents, next.documents).map { $0 != $1 }
  }

  /// By ``ChangeBatch/columns``.
  var parameters: [Parameter] {
    let keepsError =
      next.errorMessage.map { ExactText($0) } == row.errorMessage.map { ExactText($0) }
    return [
      next.id.parameter, .text(next.workflowType), .int2(next.status.rawValue),
      .text(next.errorMessage), .timestamptz(next.startTime?.microseconds),
      .timestamptz(next.endTime?.microseconds), .float8(next.durationSeconds),
      .int4(next.version), .timestamptz(next.updatedAt.microseconds),
      .text(keepsError ? fingerprint : next.errorFingerprint),
      .text(row.workflowType), .int2(row.status.rawValue), .float8(row.durationSeconds),
      .text(fingerprint),
    ]
      + zip(changes, next.documents).flatMap { changes, document in
        [Parameter.boolean(changes), .jsonb(changes ? document?.utf8 : nil)]
      }
  }

  /// The successor, with the changed documents as the database renders them.
  func stored(_ row: Row, from offset: Int) throws(PostgresError) -> WorkflowExecution {
    var execution = next
    var rendered = next
    try rendered.setDocuments(row, from: offset)
    if changes[0] { execution.inputData = rendered.inputData }
    if changes[1] { execution.outputData = rendered.outputData }
    if changes[2] { execution.taskResults = rendered.taskResults }
    if changes[3] { execution.executionMetadata = rendered.executionMetadata }
    return execution
  }
}

/// Changes of rows that are locked, sorted by id, as one statement that makes and logs them.
struct ChangeBatch {
  private var changes: [(ExecutionChange, PendingWrite)] = []

  var isEmpty: Bool { changes.isEmpty }

  mutating func append(_ change: ExecutionChange, _ write: PendingWrite) {
    changes.append((change, write))
  }

  /// The changes, a column each, and the first and the last id.
  var parameters: [Parameter] {
    var columns = Self.columns.map { ArrayParameter(of: $0.type) }
    for (change, _) in changes {
      for (index, value) in change.parameters.enumerated() { columns[index].append(value) }
    }
    return columns.map { .array($0) }
      + [
        changes.first?.0.next.id.parameter ?? .null, changes.last?.0.next.id.parameter ?? .null,
      ]
  }

  /// What each call is answered. They are committed: one that can't be answered fails alone.
  func answers(_ result: QueryResult) -> [(PendingWrite, PendingWrite.Answer)] {
    let rows = Result { try result.rowsByID() }
    return changes.map { change, write in
      let answer = PendingWrite.Answer {
        guard let row = try rows.get()[write.id] else { throw HistoryError.lostExecution }
        return try change.stored(row, from: 1)
      }
      return (write, answer)
    }
  }

  private static let columns: [(name: String, type: DataType)] =
    [
      ("id", .uuid), ("workflow_type", .text), ("status", .int2), ("error_message", .text),
      ("start_time", .timestamptz), ("end_time", .timestamptz), ("duration_seconds", .float8),
      ("version", .int4), ("updated_at", .timestamptz), ("error_fingerprint", .text),
      ("old_workflow_type", .text), ("old_status", .int2), ("old_duration_seconds", .float8),
      ("old_error_fingerprint", .text),
    ]
    + ExecutionColumns.documents.flatMap { [("changes_\($0)", .boolean), ($0, .jsonb)] }

  /// The columns that a change sets, whatever they were.
  private static let set = columns[1..<10].map(\.name)

  static let statement: Statement = {
    let arrays = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    let names = columns.map(\.name).joined(separator: ", ")
    let settings =
      set.map { "\($0) = change.\($0)" }
      + ExecutionColumns.documents.map {
        "\($0) = CASE WHEN change.changes_\($0) THEN change.\($0) ELSE execution.\($0) END"
      }
    let documents = ExecutionColumns.documents.map {
      "CASE WHEN change.changes_\($0) THEN execution.\($0) END AS \($0)"
    }
    let logged = [
      "user_id", "version", "old_workflow_type", "old_status", "old_duration_seconds",
      "old_error_fingerprint", "workflow_type", "status", "duration_seconds", "error_fingerprint",
    ]
    let returned = logged.map { "\($0.hasPrefix("old_") ? "change" : "execution").\($0)" }
    return Statement(
      "change",
      """
      WITH changed AS (
        UPDATE workflow_executions AS execution SET \(settings.joined(separator: ", "))
        FROM unnest(\(arrays)) AS change (\(names))
        WHERE execution.id = change.id
          AND execution.id BETWEEN $\(columns.count + 1) AND $\(columns.count + 2)
        RETURNING execution.id, \((returned + documents).joined(separator: ", "))
      ), logged AS (
        INSERT INTO workflow_execution_changes (execution_id, \(logged.joined(separator: ", ")))
        SELECT id, \(logged.joined(separator: ", ")) FROM changed
      )
      SELECT id, \(ExecutionColumns.documents.joined(separator: ", ")) FROM changed
      """, columns.map(\.type.array) + [.uuid, .uuid])
  }()
}

extension WorkflowExecution {
  /// By ``ExecutionColumns/documents``.
  fileprivate var documents: [JSONDocument?] {
    [inputData, outputData, taskResults, executionMetadata]
  }
}
