internal import Postgres
internal import WorkflowHistory

/// The updates and deletions of a batch, sorted by id: a statement that locks their rows, and what
/// is to become of these.
struct LockBatch {
  fileprivate enum Request {
    case update(ExecutionUpdate, now: Timestamp)
    case deletion(ExecutionDeletion)

    /// Whether it needs the row as it is, and not only its version.
    var readsRow: Bool {
      if case .update = self { true } else { false }
    }
  }

  /// What the rows that are locked allow.
  struct Outcome {
    var changes = ChangeBatch()
    var deletions = DeletionBatch()
    var refused: [(PendingWrite, any Error)] = []
    /// Those whose rows are locked by others, or do not exist.
    var missing: [PendingWrite] = []
    /// Those whose rows are too large for the batch.
    var left: [PendingWrite] = []

    /// What writes it.
    var statements: [(Statement, [Parameter])] {
      (changes.isEmpty ? [] : [(ChangeBatch.statement, changes.parameters)])
        + (deletions.isEmpty ? [] : [(DeletionBatch.statement, deletions.parameters)])
    }

    /// What each call is answered that ``statements``, with these results, are for.
    func answers(_ results: [QueryResult]) -> [(PendingWrite, PendingWrite.Answer)] {
      (changes.isEmpty ? [] : changes.answers(results[0]))
        + (deletions.isEmpty ? [] : deletions.answers(results[results.count - 1]))
    }

    /// Decides about a write whose row is locked.
    fileprivate mutating func decide(
      _ write: PendingWrite, _ request: Request, _ row: Row, sealing: PayloadSealing?
    ) throws {
      guard try row.value(1) else { throw HistoryError.foreignExecution }
      guard try !write.isLeftOver(row, 3) else {
        left.append(write)
        return
      }
      switch request {
      case .update(let update, let now):
        let current = try WorkflowExecution(row, from: 7, sealing: sealing)
        let next = try update.apply(to: current, now: now)
        let change = try ExecutionChange(
          from: current, to: next, derived: try DerivedColumns(row, from: 4),
          sealedWith: try row.value(7 + ExecutionColumns.sealedWith), sealing: sealing)
        changes.append(change, write)
      case .deletion(let deletion):
        try deletion.check(version: try row.value(2))
        deletions.append(write)
      }
    }
  }

  private(set) var writes: [PendingWrite] = []
  private let sealing: PayloadSealing?
  private var requests: [(Request, reach: Reach)] = []

  init(sealing: PayloadSealing?) { self.sealing = sealing }

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(
    _ write: PendingWrite, _ update: ExecutionUpdate, reach: Reach, now: Timestamp
  ) {
    writes.append(write)
    requests.append((.update(update, now: now), reach))
  }

  mutating func append(_ write: PendingWrite, _ deletion: ExecutionDeletion, reach: Reach) {
    writes.append(write)
    requests.append((.deletion(deletion), reach))
  }

  var parameters: [Parameter] {
    var ids = ArrayParameter(of: .uuid)
    var users = ArrayParameter(of: .text)
    var readsRow = ArrayParameter(of: .boolean)
    var limits = ArrayParameter(of: .int8)
    let reading = requests.count { $0.0.readsRow }
    for (write, (request, reach)) in zip(writes, requests) {
      ids.append(write.id.parameter)
      if case .user(let user) = reach { users.append(.text(user)) } else { users.append(.null) }
      readsRow.append(.boolean(request.readsRow))
      limits.append(RowBudget.limit(write, amongst: reading))
    }
    return [
      .array(ids), .array(users), .array(readsRow), .array(limits),
      writes.first?.id.parameter ?? .null,
      writes.last?.id.parameter ?? .null,
    ]
  }

  /// Decides what becomes of the rows that are locked now. A write that its row does not allow
  /// fails; one whose row is missing or too large is returned as it was.
  func apply(to result: QueryResult) throws -> Outcome {
    let rows = try result.rowsByID()
    var outcome = Outcome()
    for (write, (request, _)) in zip(writes, requests) {
      // Nothing of it has been sent: its cancelled caller wants none of it.
      guard write.isAwaited else {
        outcome.refused.append((write, HistoryError.noSuchExecution))
        continue
      }
      guard let row = rows[write.id] else {
        outcome.missing.append(write)
        continue
      }
      do {
        try outcome.decide(write, request, row, sealing: sealing)
      } catch {
        outcome.refused.append((write, error))
      }
    }
    return outcome
  }

  /// Locks the rows, but for those that others have locked: these would hold up all of the batch.
  static let statement: Statement = {
    // Whether the row is the caller's, and its columns only where it is.
    let isReachable = "coalesce(execution.user_id = asked.user_id, true)"
    let select = RowBudget.select(
      flags: ["id", "is_reachable", "CASE WHEN is_reachable THEN version END"],
      columns: DerivedColumns.names + ExecutionColumns.all, from: "locked")
    // A stronger lock would also stop those who refer to a row, and nobody does.
    return Statement(
      "lock",
      """
      WITH locked AS MATERIALIZED (
        SELECT execution.*, \(isReachable) AS is_reachable,
          \(isReachable) AND asked.reads_row AS is_read, asked.row_limit
        FROM unnest($1, $2, $3, $4) AS asked (id, user_id, reads_row, row_limit)
          JOIN workflow_executions AS execution ON execution.id = asked.id
        WHERE execution.id BETWEEN $5 AND $6
        ORDER BY execution.id FOR NO KEY UPDATE OF execution SKIP LOCKED
      )
      \(select)
      """, [.uuid.array, .text.array, .boolean.array, .int8.array, .uuid, .uuid])
  }()
}
