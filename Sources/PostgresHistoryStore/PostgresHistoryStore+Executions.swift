internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func execution(_ id: ExecutionID, reach: Reach) async throws -> WorkflowExecution {
    try await answering {
      let found =
        switch reach {
        case .user(let user): try await readers.query(Self.ownRow, [id.parameter, .text(user)])
        case .anyone: try await readers.query(Self.anyRow, [id.parameter])
        }
      guard let row = found.first else { throw HistoryError.noSuchExecution }
      guard try row.value(0) else { throw HistoryError.foreignExecution }
      var execution = try WorkflowExecution(row, from: 1, sealing: sealing)
      if execution.status == .running {
        execution.isAbandoned = try await isAbandoned(execution)
      }
      return execution
    }
  }

  /// Whether the heartbeats of a RUNNING execution have stopped. Asked for by itself, since it would make
  /// each look-up of others a tenth dearer.
  private func isAbandoned(_ execution: WorkflowExecution) async throws -> Bool {
    let found = try await readers.query(
      Self.heartbeat, [.text(execution.userID), execution.id.parameter])
    return try found.first?.value(0) ?? false
  }

  /// Whether the row is the caller's, and its columns only where it is.
  private static func lookupSQL(_ condition: String) -> String {
    let columns = ExecutionColumns.all.map { "CASE WHEN \(condition) THEN \($0) END" }
    return "SELECT \(condition), \(columns.joined(separator: ", "))"
      + " FROM workflow_executions WHERE id = $1"
  }

  private static let anySQL =
    "SELECT true, \(ExecutionColumns.all.joined(separator: ", "))"
    + " FROM workflow_executions WHERE id = $1"

  private static let ownRow = Statement("own", lookupSQL("user_id = $2"), [.uuid, .text])
  private static let anyRow = Statement("any", anySQL, [.uuid])
  private static let heartbeat = Statement(
    "heartbeat_late",
    "SELECT \(Heartbeats.isLate("heartbeats")) FROM heartbeats"
      + " WHERE user_id = $1 AND execution_id = $2", [.text, .uuid])
}
