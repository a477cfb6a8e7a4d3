internal import Logging
internal import Postgres
internal import WorkflowHistory

/// The executions that changes are told with.
struct WatchedRows {
  let pool: PostgresPool
  let sealing: PayloadSealing?

  /// The events of changes, but for those that do not meet the query's filters.
  ///
  /// - Parameter token: what goes on after a change.
  func events(
    of changes: [WatchedChange], _ query: WatchQuery, token: (WatchedChange) -> String
  ) async throws -> [ExecutionEvent] {
    let executions = try await answering { try await left(of: changes, query.filter.userID) }
    return changes.compactMap { change in
      let execution = executions[change.place.executionID]
      if let workflowID = query.filter.workflowID {
        guard let execution, ExactText(execution.workflowID) == ExactText(workflowID) else {
          return nil
        }
      }
      return ExecutionEvent(
        kind: change.kind, executionID: change.place.executionID, userID: change.userID.text,
        version: change.place.version, workflowType: change.workflowType.text,
        status: change.status, changedAt: change.changedAt, execution: execution,
        resumeToken: token(change))
    }
  }

  /// The executions that are left of those that were changed and not deleted, without documents.
  private func left(
    of changes: [WatchedChange], _ userID: String?
  ) async throws -> [ExecutionID: WorkflowExecution] {
    let ids = Set(changes.filter { $0.kind != .deleted }.map(\.place.executionID)).sorted()
    guard let first = ids.first, let last = ids.last else { return [:] }
    var array = ArrayParameter(of: .uuid)
    for id in ids { array.append(id.parameter) }
    let rows = try await pool.query(
      Self.statement, [.array(array), first.parameter, last.parameter, .text(userID)])
    var executions: [ExecutionID: WorkflowExecution] = [:]
    for index in 0..<rows.count {
      do {
        let execution = try WorkflowExecution(rows[index], hasDocuments: false, sealing: sealing)
        executions[execution.id] = execution
      } catch let error as HistoryError {
        // One row that no key opens here is no reason to tell nothing more.
        storeLog.error("a change is told without its execution: \(error.message)")
      }
    }
    return executions
  }

  private static let statement = Statement(
    "watch_rows",
    """
    SELECT \(ExecutionColumns.plain.joined(separator: ", ")) FROM workflow_executions
    WHERE id = ANY ($1) AND id BETWEEN $2 AND $3 AND ($4::text IS NULL OR user_id = $4)
    """, [.uuidArray, .uuid, .uuid, .text])
}
