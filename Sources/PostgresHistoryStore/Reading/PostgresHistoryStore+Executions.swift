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
      return try WorkflowExecution(row, from: 1, hasHeartbeat: true, sealing: sealing)
    }
  }

  /// Whether the row is the caller's, and its columns only where it is.
  private static func lookupSQL(_ condition: String) -> String {
    let columns = columns.map { "CASE WHEN \(condition) THEN \($0) END" }
    return "SELECT \(condition), \(columns.joined(separator: ", "))"
      + " FROM workflow_executions WHERE id = $1"
  }

  private static let columns =
    ExecutionColumns.all + [Heartbeats.isAbandoned(in: "workflow_executions")]

  private static let anySQL =
    "SELECT true, \(columns.joined(separator: ", "))"
    + " FROM workflow_executions WHERE id = $1"

  private static let ownRow = Statement("own", lookupSQL("user_id = $2"), [.uuid, .text])
  private static let anyRow = Statement("any", anySQL, [.uuid])
}
