internal import Postgres
internal import Sealing
internal import WorkflowHistory

/// The saves of a batch, sorted by id, as one statement that inserts their rows and logs them.
struct SaveBatch {
  private(set) var writes: [PendingWrite] = []
  private var saves: [DigestedSave] = []
  private let sealing: PayloadSealing?
  /// What the rows are sealed with.
  private let key: PayloadKey?

  init(sealing: PayloadSealing?) {
    self.sealing = sealing
    key = sealing?.key
  }

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(_ write: PendingWrite, _ save: DigestedSave) {
    writes.append(write)
    saves.append(key == nil ? save : save.rendered())
  }

  /// The rows, a column each.
  var parameters: [Parameter] {
    var columns = Self.types.map { ArrayParameter(of: $0) }
    for one in saves {
      let seal = key?.seal(of: one.id)
      let stored = seal.map { one.save.execution.sealed(with: $0) } ?? one.save.execution
      let values =
        stored.parameters(sealedWith: key?.id) + [
          .bytes(seal?.sealed(digest: one.digest) ?? one.digest),
          .text(sealing.label(of: one.save.execution, isSealed: key != nil)),
          .bytes(sealing.taskFigures(of: one.save.execution, isSealed: key != nil)),
        ]
      for (index, value) in values.enumerated() { columns[index].append(value) }
    }
    return columns.map { .array($0) }
  }

  /// Inserts the rows, and returns them where they are wanted.
  var statement: Statement {
    writes.contains { $0.wantsRow } ? Self.returningRows : Self.returningIDs
  }

  /// The answers to the saves that were made, and the saves whose ids were taken.
  func outcome(_ result: QueryResult) throws(PostgresError) -> (
    stored: [(PendingWrite, PendingWrite.Answer)], taken: TakenBatch
  ) {
    var stored: [(PendingWrite, PendingWrite.Answer)] = []
    var taken = TakenBatch(sealing: sealing)
    // The rows come in the order in which they were inserted.
    var next = 0
    for (index, one) in saves.enumerated() {
      if next < result.count, ExecutionID(uuid: try result[next].value(0)) == one.id {
        let row = result[next]
        let answer = PendingWrite.Answer {
          guard writes[index].wantsRow else { return nil }
          // All but the documents is kept as it was sent; and so are those that are sealed.
          var execution = one.save.execution
          if key == nil {
            try execution.setDocuments(row, from: 1)
          } else {
            execution.executionMetadata = try row.document(4)
          }
          return execution
        }
        stored.append((writes[index], answer))
        next += 1
      } else {
        taken.append(writes[index], one)
      }
    }
    guard next == result.count else {
      throw PostgresError(.protocolViolation, "rows came that were not inserted", wasSent: true)
    }
    return (stored, taken)
  }

  private static let types = ExecutionColumns.types + [.bytes, .text, .bytes]

  private static let returningRows = statement(
    "save", reading: ["sealed_with"] + ExecutionColumns.documents,
    for: ExecutionColumns.plainDocuments)
  private static let returningIDs = statement("save_ids", reading: [], for: [])

  /// - Parameters:
  ///   - read: the columns that are needed of the rows, beside what is logged.
  ///   - returned: what is returned beside the ids.
  private static func statement(
    _ name: String, reading read: [String], for returned: [String]
  ) -> Statement {
    let names = ExecutionColumns.all + ["save_digest", "error_fingerprint", "task_figures"]
    let columns = names.joined(separator: ", ")
    let arrays = names.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    let logged = [
      "user_id", "version", "workflow_type", "status", "duration_seconds", "error_fingerprint",
      "task_figures",
    ]
    let inserted = (["id"] + logged + read).joined(separator: ", ")
    let log = logged.joined(separator: ", ")
    return Statement(
      name,
      """
      WITH saved AS (
        INSERT INTO workflow_executions (\(columns))
        SELECT * FROM unnest(\(arrays)) ON CONFLICT DO NOTHING RETURNING \(inserted)
      ), logged AS (
        INSERT INTO workflow_execution_changes (execution_id, \(log)) SELECT id, \(log) FROM saved
      )
      SELECT \((["id"] + returned).joined(separator: ", ")) FROM saved
      """,
      types.map(\.array))
  }
}
