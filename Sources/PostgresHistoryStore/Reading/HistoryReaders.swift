internal import Postgres

/// Where reads of one kind go: to the replicas while there are any, else to the primary.
///
/// What is read may be read twice. So a read that fails for no fault of its own, with the connection
/// or in a conflict with others, is tried once more where it may do better, before its caller is
/// told.
final class HistoryReaders {
  /// Connections to the server that takes the writes.
  let primary: PostgresPool
  /// Connections to servers that follow it.
  let replicas: PostgresPool?

  init(primary: PostgresPool, replicas: PostgresPool?) {
    self.primary = primary
    self.replicas = replicas
  }

  /// The same, of the primary alone.
  var ofPrimary: HistoryReaders { HistoryReaders(primary: primary, replicas: nil) }

  /// Runs a statement that changes nothing.
  func query(
    _ statement: Statement, _ parameters: [Parameter] = []
  ) async throws -> QueryResult {
    try await reading { pool in try await pool.query(statement, parameters) }
  }

  /// Runs a transaction whose statements see one snapshot, and change nothing; `body` may run more
  /// than once.
  func transaction<T>(_ body: (Transaction) async throws -> T) async throws -> T {
    try await reading { pool in try await pool.transaction(mode: .snapshot, body) }
  }

  private func reading<T>(_ body: (PostgresPool) async throws -> T) async throws -> T {
    let first = replicas.map { $0.openConnections > 0 ? $0 : primary } ?? primary
    do {
      return try await body(first)
    } catch let error as PostgresError
      where error.isWorthAnotherRead || first !== primary && error.isOfOldSchema
    {
      guard primary.openConnections > 0 else { throw error }
      return try await body(primary)
    }
  }

  /// Closes the connections.
  func close() {
    primary.close()
    replicas?.close()
  }
}

extension PostgresError {
  /// Whether another connection, or the same one later, may answer what this one did not.
  fileprivate var isWorthAnotherRead: Bool {
    // Not after a time limit, which the caller has waited for.
    kind == .connection || sqlState?.isConflict == true || sqlState?.isUnavailability == true
  }

  /// Whether a replica does not have yet what a migration made.
  fileprivate var isOfOldSchema: Bool { sqlState?.isMissingSchema == true }
}
