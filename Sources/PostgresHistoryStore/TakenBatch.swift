internal import Postgres
internal import WorkflowHistory

/// Saves whose ids were taken already, and the statement that reads what is there.
struct TakenBatch {
  private(set) var writes: [PendingWrite] = []
  private var saves: [(ExecutionSave, digest: [UInt8])] = []

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(_ write: PendingWrite, _ save: ExecutionSave, digest: [UInt8]) {
    writes.append(write)
    saves.append((save, digest))
  }

  var parameters: [Parameter] {
    var ids = ArrayParameter(of: .uuid)
    var users = ArrayParameter(of: .text)
    var digests = ArrayParameter(of: .bytes)
    var limits = ArrayParameter(of: .int8)
    for (write, (save, digest)) in zip(writes, saves) {
      limits.append(RowBudget.limit(write, amongst: writes.count))
      ids.append(save.execution.id.parameter)
      users.append(.text(save.execution.userID))
      digests.append(.bytes(digest))
    }
    return [
      .array(ids), .array(users), .array(digests), .array(limits),
      saves.first?.0.execution.id.parameter ?? .null,
      saves.last?.0.execution.id.parameter ?? .null,
    ]
  }

  /// Each save's answer: the row as it is now, if it came from the same save; and the saves whose
  /// rows are too large for the batch.
  func answers(_ result: QueryResult) throws -> (
    answers: [(PendingWrite, PendingWrite.Answer)], left: [PendingWrite]
  ) {
    let rows = try result.rowsByID()
    var answers: [(PendingWrite, PendingWrite.Answer)] = []
    var left: [PendingWrite] = []
    for (write, (save, _)) in zip(writes, saves) {
      if let row = rows[write.id], try write.isLeftOver(row, 3) {
        left.append(write)
      } else {
        answers.append((write, Result { try Self.answer(save, rows[write.id]) }))
      }
    }
    return (answers, left)
  }

  private static func answer(_ save: ExecutionSave, _ row: Row?) throws -> WorkflowExecution {
    // The row was there a moment ago: a deletion or retention may have taken it.
    guard let row else { throw removed }
    let isSameUser: Bool = try row.value(1)
    let isSameSave: Bool = try row.value(2)
    guard isSameUser || save.reach == .anyone else { throw HistoryError.foreignExecution }
    guard isSameUser, isSameSave else { throw otherSave }
    return try WorkflowExecution(row, from: 4)
  }

  private static let removed = HistoryError(
    .unavailable, "the execution was just removed: try again", retryAfter: HistoryError.retryDelay)
  private static let otherSave = HistoryError(.alreadyExists, "another save has this id")

  static let statement: Statement = {
    let isSameUser = "execution.user_id = sent.user_id"
    let isSameSave = "execution.save_digest = sent.digest"
    let found = """
      (
        SELECT execution.*, \(isSameUser) AS is_same_user, \(isSameSave) AS is_same_save,
          \(isSameUser) AND \(isSameSave) AS is_read, sent.row_limit
        FROM unnest($1, $2, $3, $4) AS sent (id, user_id, digest, row_limit)
          JOIN workflow_executions AS execution ON execution.id = sent.id
        WHERE execution.id BETWEEN $5 AND $6
      ) AS found
      """
    return Statement(
      "taken",
      RowBudget.select(
        flags: ["id", "is_same_user", "is_same_save"], columns: ExecutionColumns.all, from: found),
      [.uuid.array, .text.array, .bytes.array, .int8.array, .uuid, .uuid])
  }()
}
