public import Postgres
public import Reactor
public import Sealing
internal import WorkflowHistory

/// Seals all executions, and what was learned of them, with the key that seals now, or makes them plain
/// where none does, while servers go on.
///
/// It works in short transactions, and wherever it is cut short it may be begun again. Executions keep
/// their versions and times.
public struct SealingRun {
  /// What was done.
  public struct Counts: Equatable, Sendable {
    /// How many executions there were to do when it began.
    public var executionsFound: Int64 = 0
    /// Executions that were sealed anew, or made plain.
    public var executions: Int64 = 0
    /// Rows of the change log whose fingerprints gave way to pseudonyms, or names of tasks to labels.
    public var changes: Int64 = 0
    /// Counts in rollups whose fingerprints or names of tasks did so.
    public var rolledUpLabels: Int64 = 0
    /// Executions that are as they were, or became so again: those that do not open with these keys,
    /// which the log names, and those that a server with other keys has saved meanwhile.
    public var executionsLeft: Int64 = 0
    /// Users of whom something that was learned is left so, likewise.
    public var usersLeft: Int64 = 0
  }

  private let sealing: PayloadSealing
  private let connection: PostgresConnection

  /// Goes through the executions of a database, then through what was derived of them.
  ///
  /// - Parameter progress: called after each batch, with what was done by then.
  /// - Throws: ``SealingError`` where the keys are not those of the database, else `PostgresError`. What
  ///   was done by then stays so.
  public static func run(
    _ keys: PayloadKeys, _ database: PostgresOptions, on eventLoop: EventLoop,
    progress: (Counts) -> Void = { _ in }
  ) async throws -> Counts {
    let connection = try await PostgresConnection.connect(
      to: .maintaining(database), pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    let pseudonyms = try await StoredPseudonymKey.openOrMake(keys, on: connection)
    let run = SealingRun(sealing: PayloadSealing(keys, pseudonyms), connection: connection)
    var counts = Counts()
    counts.executionsFound = try await run.countOthers()
    // Once more for what was saved behind the first pass.
    for _ in 0..<2 { try await run.sealExecutions(&counts, progress) }
    counts.executionsLeft = try await run.countOthers()
    counts.usersLeft =
      try await SealedLearning(sealing: run.sealing, connection: connection).seal()
    try await SealedLabels(sealing: run.sealing, connection: connection)
      .convert(database, &counts, progress)
    guard counts.executionsLeft == 0, counts.usersLeft == 0 else { return counts }
    if let key = keys.sealing {
      try await StoredPseudonymKey.reseal(pseudonyms, with: key, on: connection)
    } else {
      try await StoredPseudonymKey.remove(on: connection)
    }
    return counts
  }

  // MARK: Executions

  /// About how many bytes of content a batch has at most.
  private static let batchBytes: Int64 = 4 << 20

  /// How many executions are not sealed as they are to be.
  private func countOthers() async throws -> Int64 {
    try await connection.query(Self.count, [.text(sealing.key?.id)])[0].value(0)
  }

  private func sealExecutions(_ counts: inout Counts, _ progress: (Counts) -> Void) async throws {
    var last = ExecutionID(high: 0, low: 0)
    var size = BatchSize()
    while true {
      let began = connection.eventLoop.now
      let batch = try await connection.transaction { (transaction) async throws in
        try await sealBatch(after: last, limit: size.rows, in: transaction)
      }
      guard let batch else { return }
      last = batch.last
      counts.executions += batch.count
      progress(counts)
      size.adapt(to: connection.eventLoop.now - began)
    }
  }

  /// Seals the next few executions after one; nil where there are none.
  private func sealBatch(
    after last: ExecutionID, limit: Int64, in transaction: Transaction
  ) async throws -> (last: ExecutionID, count: Int64)? {
    let target = Parameter.text(sealing.key?.id)
    let found = try await transaction.query(
      Self.next, [last.parameter, target, .int8(limit), .int8(Self.batchBytes)])
    let ids = try (0..<found.count).map { ExecutionID(uuid: try found[$0].value(0)) }
    guard let first = ids.first, let last = ids.last else { return nil }
    var all = ArrayParameter(of: .uuid)
    for id in ids { all.append(id.parameter) }
    let rows = try await transaction.query(
      Self.lock, [.array(all), target, first.parameter, last.parameter])
    let changes = try (0..<rows.count).compactMap { try change(rows[$0]) }
    if !changes.isEmpty {
      _ = try await transaction.query(ChangeBatch.rekeying, ChangeBatch.parameters(of: changes))
    }
    return (last, Int64(changes.count))
  }

  /// How a row is to be sealed; nil where it does not open.
  private func change(_ row: Row) throws -> ExecutionChange? {
    do {
      let execution = try WorkflowExecution(row, from: 3, sealing: sealing)
      return try ExecutionChange(
        from: execution, to: execution, derived: try DerivedColumns(row, from: 0),
        sealedWith: try row.value(3 + ExecutionColumns.sealedWith), sealing: sealing)
    } catch is HistoryError {
      return nil
    }
  }

  private static let count = Statement(
    "sealing_count",
    "SELECT count(*) FROM workflow_executions WHERE sealed_with IS DISTINCT FROM $1", [.text])

  /// The next executions that are sealed otherwise, as many as have so much content together, but at
  /// least one.
  private static let next: Statement = {
    let sizes = (ExecutionColumns.documents.map { "\($0)::text" } + ["error_message"]).map {
      "coalesce(octet_length(\($0)), 0)"
    }
    return Statement(
      "sealing_next",
      """
      SELECT id FROM (
        SELECT id, row_number() OVER oldest AS position, sum(bytes) OVER oldest AS bytes
        FROM (
          SELECT id, (\(sizes.joined(separator: " + ")))::bigint AS bytes FROM workflow_executions
          WHERE id > $1 AND sealed_with IS DISTINCT FROM $2 ORDER BY id LIMIT $3
        ) AS candidate
        WINDOW oldest AS (ORDER BY id)
      ) AS measured
      WHERE position = 1 OR bytes <= $4 ORDER BY id
      """, [.uuid, .text, .int8, .int8])
  }()

  /// Locks them in the order in which writers lock theirs; those that a writer has sealed meanwhile are
  /// left out.
  private static let lock: Statement = {
    let columns = (DerivedColumns.names + ExecutionColumns.all).map {
      "execution.\($0)"
    }
    return Statement(
      "sealing_lock",
      """
      SELECT \(columns.joined(separator: ", "))
      FROM unnest($1) AS asked (id) JOIN workflow_executions AS execution ON execution.id = asked.id
      WHERE execution.id BETWEEN $3 AND $4 AND execution.sealed_with IS DISTINCT FROM $2
      ORDER BY execution.id FOR NO KEY UPDATE OF execution
      """, [.uuidArray, .text, .uuid, .uuid])
  }()
}

/// Why content can't be sealed or opened.
public struct SealingError: Error, Equatable, CustomStringConvertible {
  /// One line for the operator.
  public let description: String
}
