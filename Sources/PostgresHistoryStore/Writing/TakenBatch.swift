internal import Postgres
internal import WorkflowHistory

/// Saves whose ids were taken already, and the statement that reads what is there.
struct TakenBatch {
  private(set) var writes: [PendingWrite] = []
  private var saves: [DigestedSave] = []
  private let sealing: PayloadSealing?

  init(sealing: PayloadSealing?) { self.sealing = sealing }

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(_ write: PendingWrite, _ save: DigestedSave) {
    writes.append(write)
    saves.append(save)
  }

  var parameters: [Parameter] {
    var ids = ArrayParameter(of: .uuid)
    var users = ArrayParameter(of: .text)
    var digests = ArrayParameter(of: .bytes)
    var limits = ArrayParameter(of: .int8)
    for (write, one) in zip(writes, saves) {
      limits.append(RowBudget.limit(write, amongst: writes.count))
      ids.append(one.id.parameter)
      users.append(.text(one.save.execution.userID))
      digests.append(.bytes(one.digest))
    }
    return [
      .array(ids), .array(users), .array(digests), .array(limits),
      saves.first?.id.parameter ?? .null,
      saves.last?.id.parameter ?? .null,
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
    for (write, saved) in zip(writes, saves) {
      if let row = rows[write.id], try write.isLeftOver(row, 3) {
        left.append(write)
      } else {
        answers.append((write, Result { try answer(rows[write.id], to: saved) }))
      }
    }
    return (answers, left)
  }

  private func answer(_ row: Row?, to saved: DigestedSave) throws -> WorkflowExecution {
    // The row was there a moment ago: a deletion or retention may have taken it.
    guard let row else { throw Self.removed }
    let isSameUser: Bool = try row.value(1)
    guard isSameUser || saved.save.reach == .anyone else { throw HistoryError.foreignExecution }
    guard isSameUser, try isSameSave(row, saved) else { throw Self.otherSave }
    return try WorkflowExecution(row, from: 5, hasHeartbeat: true, sealing: sealing)
  }

  /// Whether the row came from this save: the database tells, but for a digest that is sealed.
  private func isSameSave(_ row: Row, _ saved: DigestedSave) throws -> Bool {
    let keyID: String? = try row.value(5 + ExecutionColumns.sealedWith)
    guard let seal = try sealing.seal(of: saved.id, under: keyID) else {
      return try row.value(2)
    }
    return seal.opened(digest: try row.value(4)) == saved.digest
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
          \(isSameUser) AND (\(isSameSave) OR execution.sealed_with IS NOT NULL) AS is_read,
          sent.row_limit
        FROM unnest($1, $2, $3, $4) AS sent (id, user_id, digest, row_limit)
          JOIN workflow_executions AS execution ON execution.id = sent.id
        WHERE execution.id BETWEEN $5 AND $6
      ) AS found
      """
    return Statement(
      "taken",
      RowBudget.select(
        flags: ["id", "is_same_user", "is_same_save"],
        columns: ["save_digest"] + ExecutionColumns.all
          + [Heartbeats.isAbandoned(in: RowBudget.rows)], from: found),
      [.uuid.array, .text.array, .bytes.array, .int8.array, .uuid, .uuid])
  }()
}
