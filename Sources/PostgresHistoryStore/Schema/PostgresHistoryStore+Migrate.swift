public import Postgres
public import Reactor
public import WorkflowHistory

/// Why the schema can't be used.
public struct MigrationError: Error, Equatable, CustomStringConvertible {
  /// One line for the operator.
  public let description: String
}

extension PostgresHistoryStore {
  /// Brings the schema up to date, with the partitions of the months around `now`.
  ///
  /// All in one transaction, under a lock that every server takes; a schema that is up to date is
  /// left alone.
  ///
  /// - Throws: ``MigrationError`` where the database was migrated by a later version of this
  ///   program, else `PostgresError`.
  public static func migrate(
    _ database: PostgresOptions, now: Timestamp, on eventLoop: EventLoop
  ) async throws {
    var options = database
    options.statementTimeout = nil
    options.lockTimeout = nil
    options.target = .readWrite
    let connection = try await PostgresConnection.connect(
      to: options, pipelining: .separate, on: eventLoop)
    defer { connection.close() }
    try await connection.transaction { (transaction) async throws in
      try await apply(Migration.all, in: transaction)
      try await RestoredLog.adopt(in: transaction)
      try await PartitionMaker.make(executionsOf: Month.around(now), in: transaction)
      try await PartitionMaker.makeChangeLog(in: transaction)
      // Made once, by whoever comes first; it serves all servers.
      let key = (0..<32).map { _ in UInt8.random(in: .min ... .max) }
      _ = try await transaction.query(insertSetting, [.text("page_token_key"), .bytes(key)])
    }
  }

  static func apply(_ migrations: [Migration], in transaction: Transaction) async throws {
    _ = try await transaction.query(AdvisoryLock.schema.take)
    _ = try await transaction.query(createMigrations)
    let latest: Int32 = try await transaction.query(latestMigration)[0].value(0)
    let known = migrations.last?.number ?? 0
    guard latest <= known else {
      throw MigrationError(
        description: "the database has schema \(latest), and this program knows up to \(known):"
          + " use the version that migrated it, or a later one")
    }
    for migration in migrations where migration.number > latest {
      for step in migration.steps { try await step.run(in: transaction) }
      _ = try await transaction.query(
        recordMigration, [.int4(migration.number), .text(migration.name)])
    }
  }

  private static let createMigrations = Statement(
    "",
    """
    CREATE TABLE IF NOT EXISTS history_migrations (
      number integer PRIMARY KEY,
      name text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )
    """)
  private static let latestMigration = Statement(
    "", "SELECT coalesce(max(number), 0) FROM history_migrations")
  private static let recordMigration = Statement(
    "", "INSERT INTO history_migrations (number, name) VALUES ($1, $2)", [.int4, .text])
  private static let insertSetting = Statement(
    "", "INSERT INTO history_settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    [.text, .bytes])
}
