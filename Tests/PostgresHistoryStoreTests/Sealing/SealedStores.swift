import Postgres
import PostgresTesting
import Reactor
import Sealing
import WorkflowHistory

@testable import PostgresHistoryStore

/// Keys of no secret, named by letters, in this order: `"ba"` seals with b and opens with a too; `"-a"`
/// seals nothing.
func keys(_ ids: String) throws -> PayloadKeys {
  let lines = ids.map { id in
    id == "-" ? "plain" : "\(id) \(String(repeating: id.uppercased(), count: 42))A"
  }
  return try PayloadKeys(list: Array(lines.joined(separator: "\n").utf8))
}

/// Runs `body` with a store in a new database that seals with these keys.
func withSealedStore(
  _ ids: String = "a", _ body: @Sendable (PostgresHistoryStore) async throws -> Void
) async throws {
  try await withStore { plain in
    let store = try await plain.another(ids)
    defer { store.close() }
    try await body(store)
  }
}

extension PostgresHistoryStore {
  /// Another store in the same database, which seals with these keys, or has none.
  func another(_ ids: String?, limits: Limits = Limits()) async throws -> PostgresHistoryStore {
    let options = try await options()
    var sealing: PayloadSealing?
    if let ids { sealing = try await .prepare(keys(ids), options, on: eventLoop) }
    let store = PostgresHistoryStore(options, limits: limits, sealing: sealing, on: eventLoop)
    try await store.connect()
    return store
  }

  /// Seals all executions with the first of these keys.
  func seal(_ ids: String) async throws -> SealingRun.Counts {
    try await SealingRun.run(keys(ids), options(), on: eventLoop)
  }

  /// How many executions are sealed with each key; those that are plain under "-".
  func sealedRows() async throws -> [String: Int64] {
    let found = try await run(
      "SELECT coalesce(sealed_with, '-'), count(*) FROM workflow_executions GROUP BY 1")
    var counts: [String: Int64] = [:]
    for index in 0..<found.count { counts[try found[index].value(0)] = try found[index].value(1) }
    return counts
  }

  /// All that the database keeps, as text.
  func everything() async throws -> String {
    let tables = [
      "workflow_executions", "workflow_execution_changes", "execution_error_rollups",
      "execution_task_rollups", "history_settings", "change_log_readers", "learning_patterns",
      "learning_scans",
    ].map { "SELECT \($0)::text AS line FROM \($0)" }
    // Bytes are shown as the text that they hold.
    let rollups = """
      SELECT user_id || workflow_type || encode(errors || tasks, 'escape') FROM execution_rollups
      UNION ALL SELECT encode(task_figures, 'escape') FROM workflow_executions
      UNION ALL SELECT encode(coalesce(old_task_figures, '') || coalesce(task_figures, ''), 'escape')
        FROM workflow_execution_changes
      """
    let learned = [
      ("learned_histories", "head"), ("learned_periods", "content"),
      ("learned_types", "estimate || coalesce(retried_error, '')"),
    ].map {
      "SELECT user_id || encode(\($1), 'escape') FROM \($0)"
    }
    let lines = (tables + [rollups] + learned).joined(separator: " UNION ALL ")
    let found = try await run("SELECT string_agg(line, '\n') FROM (\(lines)) AS t")
    return try found[0].value(0, as: String?.self) ?? ""
  }
}

/// An execution whose every document and error message says what it is.
func planted(
  _ word: String = "planted", at instant: Timestamp = testNow, status: WorkflowStatus = .failed
) -> WorkflowExecution {
  var row = execution(
    at: instant, status: status, error: "\(word) error 42",
    input: JSONDocument(#"{"\#(word)": "input"}"#))
  row.outputData = JSONDocument(#"["\#(word) output"]"#)
  row.taskResults = JSONDocument(#"[{"task_name": "\#(word) task"}]"#)
  row.executionMetadata = JSONDocument(#"{"host": "plain"}"#)
  return row
}
