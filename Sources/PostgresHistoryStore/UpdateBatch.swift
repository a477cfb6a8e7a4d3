internal import Postgres
internal import WorkflowHistory

/// The updates of a batch, sorted by id: a statement that locks their rows, and one that changes
/// them and logs that.
struct UpdateBatch {
  private(set) var writes: [PendingWrite] = []
  private var updates: [(ExecutionUpdate, reach: Reach, now: Timestamp)] = []

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(
    _ write: PendingWrite, _ update: ExecutionUpdate, reach: Reach, now: Timestamp
  ) {
    writes.append(write)
    updates.append((update, reach, now))
  }

  var lockParameters: [Parameter] {
    var ids = ArrayParameter(of: .uuid)
    var users = ArrayParameter(of: .text)
    for (update, reach, _) in updates {
      ids.append(update.id.parameter)
      if case .user(let user) = reach { users.append(.text(user)) } else { users.append(.null) }
    }
    return [
      .array(ids), .array(users), updates.first?.0.id.parameter ?? .null,
      updates.last?.0.id.parameter ?? .null,
    ]
  }

  /// Makes the successors of the rows that are locked now. An update that its row does not allow
  /// fails; one whose row is missing is returned as it was.
  func apply(to result: QueryResult) throws -> (
    changes: ChangeBatch, refused: [(PendingWrite, HistoryError)], missing: [PendingWrite]
  ) {
    var rows: [ExecutionID: Row] = [:]
    for index in 0..<result.count {
      rows[ExecutionID(uuid: try result[index].value(0))] = result[index]
    }
    var changes = ChangeBatch()
    var refused: [(PendingWrite, HistoryError)] = []
    var missing: [PendingWrite] = []
    for (write, (update, _, now)) in zip(writes, updates) {
      guard let row = rows[write.id] else {
        missing.append(write)
        continue
      }
      // Nothing of it has been sent: its cancelled caller wants none of it.
      guard write.isAwaited else {
        refused.append((write, .noSuchExecution))
        continue
      }
      guard try row.value(1) else {
        refused.append((write, .foreignExecution))
        continue
      }
      let current = try WorkflowExecution(row, from: 3)
      let fingerprint: String? = try row.value(2)
      do throws(HistoryError) {
        changes.append(
          ExecutionChange(
            from: current, fingerprint: fingerprint, to: try update.apply(to: current, now: now)),
          write)
      } catch {
        refused.append((write, error))
      }
    }
    return (changes, refused, missing)
  }

  /// Locks the rows, but for those that others have locked: these would hold up all of the batch.
  static let lock = Statement("lock_free", lockSQL + " SKIP LOCKED", lockTypes)
  /// Locks the rows, waiting for others.
  static let lockAll = Statement("lock", lockSQL, lockTypes)

  private static let lockTypes: [DataType] = [.uuid.array, .text.array, .uuid, .uuid]

  private static let lockSQL: String = {
    // Whether the row is the caller's, and its columns only where it is.
    let isReachable = "coalesce(execution.user_id = asked.user_id, true)"
    let columns = (["error_fingerprint"] + ExecutionColumns.all).map {
      "CASE WHEN \(isReachable) THEN execution.\($0) END"
    }
    // A stronger lock would also stop those who refer to the row, and nobody changes the key.
    return """
      SELECT execution.id, \(isReachable), \(columns.joined(separator: ", "))
      FROM unnest($1, $2) AS asked (id, user_id)
        JOIN workflow_executions AS execution ON execution.id = asked.id
      WHERE execution.id BETWEEN $3 AND $4
      ORDER BY execution.id FOR NO KEY UPDATE OF execution
      """
  }()
}
