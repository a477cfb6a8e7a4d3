internal import Postgres
internal import WorkflowHistory

/// Where saves and updates go: a bounded queue in front of a few connections.
final class HistoryWriter {
  let pool: PostgresPool
  let partitions: PartitionMaker
  private let limit: Int
  private var pending = 0

  init(_ pool: PostgresPool, partitions: PartitionMaker, limit: Int) {
    self.pool = pool
    self.partitions = partitions
    self.limit = limit
  }

  /// Inserts a row unless its id is taken, and returns it as stored; nil where the id is taken.
  /// It is committed when this returns.
  func insert(_ execution: WorkflowExecution, digest: [UInt8]) async throws -> WorkflowExecution? {
    let parameters = execution.parameters + [.bytes(digest), .text(execution.errorFingerprint)]
    let result = try await admitted {
      do throws(PostgresError) {
        return try await pool.query(Self.insertion, parameters)
      } catch  where error.lacksPartition {
        try await partitions.make(months: [Month(of: execution.createdAt)])
        return try await pool.query(Self.insertion, parameters)
      }
    }
    guard let row = result.first else { return nil }
    // All but the documents is kept as it was sent.
    var stored = execution
    try stored.setDocuments(row, from: 0)
    return stored
  }

  /// Runs `body` in a transaction.
  func transaction<T>(_ body: (Transaction) async throws -> T) async throws -> T {
    try await admitted { try await pool.transaction(body) }
  }

  /// Runs `body` when there is room for it, and a second time where a connection broke before
  /// anything was sent and another stands.
  private func admitted<T>(_ body: () async throws -> T) async throws -> T {
    // A write whose call was cancelled is under way for as long as the database has it.
    guard pending + pool.abandoned < limit else {
      throw HistoryError(
        .resourceExhausted, "too many writes are waiting: try again",
        retryAfter: HistoryError.retryDelay)
    }
    pending += 1
    defer { pending -= 1 }
    do {
      return try await body()
    } catch let error as PostgresError
      where error.kind == .connection && !error.wasSent && pool.openConnections > 0
    {
      return try await body()
    }
  }

  private static let insertion = Statement(
    "insert",
    """
    WITH saved AS (
      INSERT INTO workflow_executions
        (\(ExecutionColumns.all.joined(separator: ", ")), save_digest, error_fingerprint)
      VALUES (\((1...18).map { "$\($0)" }.joined(separator: ", ")))
      ON CONFLICT DO NOTHING
      RETURNING *
    ), logged AS (
      INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type, status,
        duration_seconds, error_fingerprint)
      SELECT id, user_id, version, workflow_type, status, duration_seconds, error_fingerprint
      FROM saved
    )
    SELECT \(ExecutionColumns.documents.joined(separator: ", ")) FROM saved
    """,
    ExecutionColumns.types + [.bytes, .text])
}

extension PostgresError {
  /// Whether a row was refused because no partition takes its id.
  fileprivate var lacksPartition: Bool { sqlState == .checkViolation && constraint == nil }
}
