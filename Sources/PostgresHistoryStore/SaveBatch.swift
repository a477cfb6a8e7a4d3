internal import Postgres
internal import Sealing
internal import WorkflowHistory

/// The saves of a batch, sorted by id, as one statement that inserts their rows and logs them.
struct SaveBatch {
  private(set) var writes: [PendingWrite] = []
  private var saves: [(ExecutionSave, digest: [UInt8])] = []
  private let sealing: PayloadSealing?
  /// What the rows are sealed with.
  private let key: PayloadKey?

  init(sealing: PayloadSealing?) {
    self.sealing = sealing
    key = sealing?.key
  }

  var isEmpty: Bool { writes.isEmpty }

  mutating func append(_ write: PendingWrite, _ save: ExecutionSave, digest: [UInt8]) {
    writes.append(write)
    var save = save
    if key != nil { save.execution = save.execution.rendered() }
    saves.append((save, digest))
  }

  /// The rows, a column each.
  var parameters: [Parameter] {
    var columns = (ExecutionColumns.types + [.bytes, .text]).map { ArrayParameter(of: $0) }
    for (save, digest) in saves {
      let seal = key?.seal(of: save.execution.id)
      let stored = seal.map { save.execution.sealed(with: $0) } ?? save.execution
      let values =
        stored.parameters(sealedWith: key?.id) + [
          .bytes(seal?.sealed(digest: digest) ?? digest),
          .text(sealing.label(of: save.execution, isSealed: key != nil)),
        ]
      for (index, value) in values.enumerated() { columns[index].append(value) }
    }
    return columns.map { .array($0) }
  }

  /// The answers to the saves that were made, and the saves whose ids were taken.
  func outcome(_ result: QueryResult) throws(PostgresError) -> (
    stored: [(PendingWrite, PendingWrite.Answer)], taken: TakenBatch
  ) {
    var stored: [(PendingWrite, PendingWrite.Answer)] = []
    var taken = TakenBatch(sealing: sealing)
    // The rows come in the order in which they were inserted.
    var next = 0
    for (index, (save, digest)) in saves.enumerated() {
      let id = save.execution.id
      if next < result.count, ExecutionID(uuid: try result[next].value(0)) == id {
        let row = result[next]
        let answer = PendingWrite.Answer {
          // All but the documents is kept as it was sent; and so are those that are sealed.
          var execution = save.execution
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
        taken.append(writes[index], save, digest: digest)
      }
    }
    guard next == result.count else {
      throw PostgresError(.protocolViolation, "rows came that were not inserted", wasSent: true)
    }
    return (stored, taken)
  }

  static let statement: Statement = {
    let names = ExecutionColumns.all + ["save_digest", "error_fingerprint"]
    let columns = names.joined(separator: ", ")
    let arrays = names.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
    return Statement(
      "save",
      """
      WITH saved AS (
        INSERT INTO workflow_executions (\(columns))
        SELECT * FROM unnest(\(arrays)) ON CONFLICT DO NOTHING RETURNING *
      ), logged AS (
        INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type,
          status, duration_seconds, error_fingerprint)
        SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint
        FROM saved
      )
      SELECT id, \(ExecutionColumns.plainDocuments.joined(separator: ", ")) FROM saved
      """,
      (ExecutionColumns.types + [.bytes, .text]).map(\.array))
  }()
}
