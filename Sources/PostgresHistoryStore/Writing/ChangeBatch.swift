internal import Postgres
internal import WorkflowHistory

/// Changes of rows that are locked, sorted by id, as one statement that makes and logs them.
struct ChangeBatch {
  private var changes: [(ExecutionChange, PendingWrite)] = []

  var isEmpty: Bool { changes.isEmpty }

  mutating func append(_ change: ExecutionChange, _ write: PendingWrite) {
    changes.append((change, write))
  }

  /// As ``parameters(of:)``.
  var parameters: [Parameter] { Self.parameters(of: changes.map(\.0)) }

  /// The changes, a column each, and the first and the last id.
  static func parameters(of changes: [ExecutionChange]) -> [Parameter] {
    var columns = columns.map { ArrayParameter(of: $0.type) }
    for change in changes {
      for (index, value) in change.parameters.enumerated() { columns[index].append(value) }
    }
    return columns.map { .array($0) }
      + [
        changes.first?.next.id.parameter ?? .null, changes.last?.next.id.parameter ?? .null,
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
      ("task_figures", .bytes), ("sealed_with", .text), ("save_digest", .bytes),
      ("old_workflow_type", .text), ("old_status", .int2), ("old_duration_seconds", .float8),
      ("old_error_fingerprint", .text), ("old_task_figures", .bytes),
    ]
    + ExecutionColumns.documents.flatMap { [("changes_\($0)", .boolean), ($0, .jsonb)] }

  /// The columns that a change sets, whatever they were.
  private static let set = columns[1..<13].map(\.name)

  static let statement = Statement("change", sql(logging: "true"), types)
  /// The same for changes of how rows are sealed: they are logged only where what counts the row's error
  /// and tasks is another.
  static let rekeying = Statement(
    "rekey",
    sql(
      logging: """
        (old_error_fingerprint, old_task_figures)
          IS DISTINCT FROM (error_fingerprint, task_figures)
        """), types)

  private static let types = columns.map(\.type.array) + [.uuid, .uuid]

  private static func sql(logging condition: String) -> String {
    let arrays = columns.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    let names = columns.map(\.name).joined(separator: ", ")
    let settings =
      set.map { "\($0) = change.\($0)" }
      + ExecutionColumns.documents.map {
        "\($0) = CASE WHEN change.changes_\($0) THEN change.\($0) ELSE execution.\($0) END"
      }
    // Those that were sealed are known already.
    let documents = ExecutionColumns.documents.enumerated().map { index, name in
      let isPlain =
        index < WorkflowExecution.sealedDocuments ? " AND execution.sealed_with IS NULL" : ""
      return "CASE WHEN change.changes_\(name)\(isPlain) THEN execution.\(name) END AS \(name)"
    }
    let logged = [
      "user_id", "version", "old_workflow_type", "old_status", "old_duration_seconds",
      "old_error_fingerprint", "old_task_figures", "workflow_type", "status", "duration_seconds",
      "error_fingerprint", "task_figures",
    ]
    let returned = logged.map { "\($0.hasPrefix("old_") ? "change" : "execution").\($0)" }
    return """
      WITH changed AS (
        UPDATE workflow_executions AS execution SET \(settings.joined(separator: ", "))
        FROM unnest(\(arrays)) AS change (\(names))
        WHERE execution.id = change.id
          AND execution.id BETWEEN $\(columns.count + 1) AND $\(columns.count + 2)
        RETURNING execution.id, \((returned + documents).joined(separator: ", "))
      ), logged AS (
        INSERT INTO workflow_execution_changes (execution_id, \(logged.joined(separator: ", ")))
        SELECT id, \(logged.joined(separator: ", ")) FROM changed WHERE \(condition)
      ), heartbeats_ended AS (
        \(Heartbeats.removal(
          of: "changed",
          where: "changed.old_\(Heartbeats.isRunning) AND NOT changed.\(Heartbeats.isRunning)"))
      )
      SELECT id, \(ExecutionColumns.documents.joined(separator: ", ")),
        \(Heartbeats.isAbandoned(in: "changed"))
      FROM changed
      """
  }
}
