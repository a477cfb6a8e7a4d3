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
    for (save, digest) in saves {
      ids.append(save.execution.id.parameter)
      users.append(.text(save.execution.userID))
      digests.append(.bytes(digest))
    }
    return [
      .array(ids), .array(users), .array(digests), saves.first?.0.execution.id.parameter ?? .null,
      saves.last?.0.execution.id.parameter ?? .null,
    ]
  }

  /// Each save's answer: the row as it is now, if it came from the same save.
  func answers(_ result: QueryResult) throws -> [(PendingWrite, PendingWrite.Answer)] {
    var rows: [ExecutionID: Row] = [:]
    for index in 0..<result.count {
      rows[ExecutionID(uuid: try result[index].value(0))] = result[index]
    }
    return try zip(writes, saves).map { write, saved in
      // The row was there a moment ago: a deletion or retention may have taken it.
      guard let row = rows[write.id] else { return (write, .failure(Self.removed)) }
      let isSameUser: Bool = try row.value(1)
      let isSameSave: Bool = try row.value(2)
      if !isSameUser, saved.0.reach != .anyone {
        return (write, .failure(HistoryError.foreignExecution))
      }
      guard isSameUser, isSameSave else { return (write, .failure(Self.otherSave)) }
      return (write, .success(try WorkflowExecution(row, from: 3)))
    }
  }

  private static let removed = HistoryError(
    .unavailable, "the execution was just removed: try again", retryAfter: HistoryError.retryDelay)
  private static let otherSave = HistoryError(.alreadyExists, "another save has this id")

  static let statement: Statement = {
    let columns = ExecutionColumns.all.map {
      "CASE WHEN execution.user_id = sent.user_id AND save_digest = sent.digest"
        + " THEN execution.\($0) END"
    }
    return Statement(
      "taken",
      """
      SELECT sent.id, execution.user_id = sent.user_id, save_digest = sent.digest,
        \(columns.joined(separator: ", "))
      FROM unnest($1, $2, $3) AS sent (id, user_id, digest)
        JOIN workflow_executions AS execution ON execution.id = sent.id
      WHERE execution.id BETWEEN $4 AND $5
      """, [.uuid.array, .text.array, .bytes.array, .uuid, .uuid])
  }()
}
