internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func save(_ save: ExecutionSave) async throws -> WorkflowExecution {
    let digest = SaveDigest.of(save.sent)
    return try await answering {
      if let stored = try await writer.insert(save.execution, digest: digest) { return stored }
      return try await takenRow(save, digest)
    }
  }

  /// The row that has the save's id already, if it came from the same save.
  private func takenRow(_ save: ExecutionSave, _ digest: [UInt8]) async throws
    -> WorkflowExecution
  {
    let found = try await readers.query(
      Self.conflict,
      [save.execution.id.parameter, .text(save.execution.userID), .bytes(digest)])
    // The row was there a moment ago: retention may have taken it meanwhile.
    guard let row = found.first else {
      throw HistoryError(
        .unavailable, "the execution was just removed: try again",
        retryAfter: HistoryError.retryDelay)
    }
    let isSameUser: Bool = try row.value(0)
    let isSameSave: Bool = try row.value(1)
    if !isSameUser, save.reach != .anyone { throw HistoryError.foreignExecution }
    guard isSameUser, isSameSave else {
      throw HistoryError(.alreadyExists, "another save has this id")
    }
    return try WorkflowExecution(row, from: 2)
  }

  /// As ``HistoryStore`` asks.
  public func execution(_ id: ExecutionID, reach: Reach) async throws -> WorkflowExecution {
    try await answering {
      let (statement, parameters) = Self.lookup(id, reach, own: Self.ownRow, any: Self.anyRow)
      return try Self.reachable(try await readers.query(statement, parameters))
    }
  }

  static func lookup(_ id: ExecutionID, _ reach: Reach, own: Statement, any: Statement) -> (
    Statement, [Parameter]
  ) {
    switch reach {
    case .user(let user): (own, [id.parameter, .text(user)])
    case .anyone: (any, [id.parameter])
    }
  }

  /// The execution in the answer to a lookup.
  static func reachable(_ result: QueryResult) throws -> WorkflowExecution {
    guard let row = result.first else { throw HistoryError.noSuchExecution }
    guard try row.value(0) else { throw HistoryError.foreignExecution }
    return try WorkflowExecution(row, from: 1)
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
  // A stronger lock would also stop those who refer to the row, and nobody changes the key.
  static let ownRowLocked = Statement(
    "own_locked", lookupSQL("user_id = $2") + " FOR NO KEY UPDATE", [.uuid, .text])
  static let anyRowLocked = Statement("any_locked", anySQL + " FOR NO KEY UPDATE", [.uuid])

  private static let conflict: Statement = {
    let columns = ExecutionColumns.all.map {
      "CASE WHEN user_id = $2 AND save_digest = $3 THEN \($0) END"
    }
    return Statement(
      "conflict",
      "SELECT user_id = $2, save_digest = $3, \(columns.joined(separator: ", "))"
        + " FROM workflow_executions WHERE id = $1",
      [.uuid, .text, .bytes])
  }()
}
