public import Postgres
public import Reactor
internal import WorkflowHistory

/// Takes away all that the database knows of a user: executions and their heartbeats, changes in the log,
/// rollups, and what was learned of them.
///
/// It works in short transactions, while servers go on, and wherever it is cut short it may be begun
/// again: until the last of them every figure is that of the executions that are left. What the user
/// saves meanwhile may stay, whole.
public struct UserErasure {
  /// What was taken away.
  public struct Counts: Equatable, Sendable {
    /// Executions.
    public var executions: Int64 = 0
    /// Rows of the change log.
    public var changes: Int64 = 0
    /// Rollups of a day and type, and of their errors and tasks.
    public var rollups: Int64 = 0
    /// Patterns that were learned.
    public var patterns: Int64 = 0
  }

  private let userID: String
  private let connection: PostgresConnection

  /// Erases a user.
  ///
  /// - Parameter progress: called after each batch, with what was taken away by then.
  /// - Throws: `PostgresError`. What was taken away by then stays so.
  public static func run(
    _ userID: String, _ database: PostgresOptions, on eventLoop: EventLoop,
    progress: (Counts) -> Void = { _ in }
  ) async throws -> Counts {
    let connection = try await PostgresConnection.connect(
      to: .maintaining(database), pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    return try await UserErasure(userID: userID, connection: connection).run(progress)
  }

  /// Counts what there is to take away.
  public static func count(
    _ userID: String, _ database: PostgresOptions, on eventLoop: EventLoop
  ) async throws -> Counts {
    let connection = try await PostgresConnection.connect(
      to: .maintaining(database), pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    let row = try await connection.query(count, [.text(userID)])[0]
    return Counts(
      executions: try row.value(0), changes: try row.value(1), rollups: try row.value(2),
      patterns: try row.value(3))
  }

  private static let count = Statement(
    "",
    """
    SELECT (SELECT count(*) FROM workflow_executions WHERE user_id = $1),
      (SELECT count(*) FROM workflow_execution_changes WHERE user_id = $1),
      (SELECT count(*) FROM execution_rollups WHERE user_id = $1)
        + (SELECT count(*) FROM execution_error_rollups WHERE user_id = $1)
        + (SELECT count(*) FROM execution_task_rollups WHERE user_id = $1),
      (SELECT count(*) FROM learning_patterns WHERE user_id = $1)
    """, [.text])

  private func run(_ progress: (Counts) -> Void) async throws -> Counts {
    var counts = Counts()
    try await deleteExecutions(&counts, progress)
    let watermark = try await connection.query(Self.watermark)[0].value(0, as: TransactionID.self)
    try await deleteFoldedChanges(before: watermark, &counts, progress)
    try await deleteTheRest(from: watermark, &counts)
    try await deleteLearned(&counts)
    progress(counts)
    return counts
  }

  // MARK: Executions

  /// Deletes the executions as their owner would, so that what is left always adds up.
  private func deleteExecutions(_ counts: inout Counts, _ progress: (Counts) -> Void) async throws {
    var size = BatchSize()
    while true {
      let began = connection.eventLoop.now
      let count = try await connection.transaction { (transaction) async throws in
        let ids = try await transaction.query(Self.lock, [.text(userID), .int8(size.rows)])
        guard ids.count > 0 else { return 0 }
        var all = ArrayParameter(of: .uuid)
        for index in 0..<ids.count {
          all.append(ExecutionID(uuid: try ids[index].value(0)).parameter)
        }
        let bounds = try [0, ids.count - 1].map { index in
          ExecutionID(uuid: try ids[index].value(0)).parameter
        }
        _ = try await transaction.query(DeletionBatch.statement, [.array(all)] + bounds)
        return ids.count
      }
      guard count > 0 else { return }
      counts.executions += Int64(count)
      progress(counts)
      size.adapt(to: connection.eventLoop.now - began)
    }
  }

  /// The next of the user's executions, in the order in which writers lock theirs.
  private static let lock = Statement(
    "erasure_lock",
    """
    SELECT id FROM workflow_executions WHERE user_id = $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE
    """, [.text, .int8])

  // MARK: The change log

  private static let watermark = Statement("erasure_watermark", "SELECT \(RollupFolder.watermark)")

  /// Deletes changes that are in the rollups, or would be: those of transactions before a watermark.
  private func deleteFoldedChanges(
    before watermark: TransactionID, _ counts: inout Counts, _ progress: (Counts) -> Void
  ) async throws {
    try await ChangeLogBlocks.forEach(on: connection) { (partition, blocks) async throws in
      let delete = Statement(
        "", Self.deleteBlocks.replacing("$PARTITION", with: partition),
        [.text, .transactionID, .int8, .int8])
      let deleted = try await connection.query(
        delete,
        [
          .text(userID), .transactionID(watermark), .int8(blocks.lowerBound),
          .int8(blocks.upperBound),
        ])
      counts.changes += try deleted[0].value(0, as: Int64.self)
      progress(counts)
    }
  }

  private static let deleteBlocks = """
    WITH deleted AS (
      DELETE FROM $PARTITION
      WHERE \(ChangeLogBlocks.condition("$3", "$4"))
        AND user_id = $1 AND transaction_id < $2
      RETURNING 1
    )
    SELECT count(*) FROM deleted
    """

  // MARK: The rest

  /// Deletes rollups, the changes that are not in them, and what was saved meanwhile, as they are in
  /// one snapshot: what comes after it adds up to itself.
  private func deleteTheRest(from watermark: TransactionID, _ counts: inout Counts) async throws {
    while true {
      do {
        let row = try await connection.transaction { (transaction) async throws -> Row? in
          // The snapshot is that of the first query: of rollups that nobody changes any more.
          _ = try await transaction.query(Self.oneSnapshot)
          _ = try await transaction.query(Self.lockRollups)
          let lock = try await transaction.query(AdvisoryLock.rollups.tryToTake)[0]
          guard try lock.value(0, as: Bool.self) else { return nil }
          return try await transaction.query(
            Self.deleteTheRest, [.text(userID), .transactionID(watermark)])[0]
        }
        guard let row else {
          await connection.eventLoop.sleep(for: Self.retryInterval)
          continue
        }
        counts.executions += try row.value(0, as: Int64.self)
        counts.changes += try row.value(1, as: Int64.self)
        counts.rollups += try row.value(2, as: Int64.self)
        return
      } catch let error as PostgresError where error.sqlState == .serializationFailure {
        // A writer was faster.
        continue
      }
    }
  }

  /// How long to wait for whoever is about to change rollups.
  private static let retryInterval = Duration.milliseconds(10)

  private static let lockRollups = Statement(
    "", "LOCK TABLE execution_rollups IN SHARE ROW EXCLUSIVE MODE")

  private static let oneSnapshot = Statement(
    "", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

  private static let deleteTheRest = Statement(
    "erasure_rest",
    """
    WITH executions AS (
      DELETE FROM workflow_executions WHERE user_id = $1 RETURNING 1
    ), changes AS (
      DELETE FROM workflow_execution_changes WHERE user_id = $1 AND transaction_id >= $2 RETURNING 1
    ), rollups AS (
      DELETE FROM execution_rollups WHERE user_id = $1 RETURNING 1
    ), errors AS (
      DELETE FROM execution_error_rollups WHERE user_id = $1 RETURNING 1
    ), tasks AS (
      DELETE FROM execution_task_rollups WHERE user_id = $1 RETURNING 1
    ), heartbeats_ended AS (
      DELETE FROM heartbeats WHERE user_id = $1
    )
    SELECT (SELECT count(*) FROM executions), (SELECT count(*) FROM changes),
      (SELECT count(*) FROM rollups) + (SELECT count(*) FROM errors)
        + (SELECT count(*) FROM tasks)
    """, [.text, .transactionID])

  // MARK: What was learned

  /// Deletes what was learned, once there is nothing any more to learn it from. Whoever learns has the
  /// lock, or finds no executions.
  private func deleteLearned(_ counts: inout Counts) async throws {
    counts.patterns = try await connection.transaction { (transaction) async throws in
      _ = try await transaction.query(AdvisoryLock.learning.take)
      return try await transaction.query(Self.deleteLearned, [.text(userID)])[0].value(0)
    }
  }

  private static let deleteLearned = Statement(
    "erasure_learned",
    """
    WITH histories AS (
      DELETE FROM learned_histories WHERE user_id = $1
    ), periods AS (
      DELETE FROM learned_periods WHERE user_id = $1
    ), types AS (
      DELETE FROM learned_types WHERE user_id = $1
    ), patterns AS (
      DELETE FROM learning_patterns WHERE user_id = $1 RETURNING 1
    )
    SELECT count(*) FROM patterns
    """, [.text])
}
