internal import Postgres
internal import Reactor

extension Partition {
  /// Locks the partition and its table, so that the transaction may drop it.
  ///
  /// Whoever comes meanwhile waits for 50 ms at most; where statements run longer that came before,
  /// it throws, with the state `lockNotAvailable`. A partition could be detached with nobody waiting
  /// at all (`DETACH PARTITION .. CONCURRENTLY`), but in no transaction, and so not together with
  /// what has to be said of it, and not through PgBouncer.
  func lock(in transaction: Transaction) async throws {
    for sql in [
      "SET LOCAL lock_timeout = '50ms'",
      "LOCK TABLE ONLY \(table) IN ACCESS EXCLUSIVE MODE",
      "LOCK TABLE \(name) IN ACCESS EXCLUSIVE MODE",
    ] { _ = try await transaction.query(Statement("", sql)) }
  }

  /// Drops it. It must be locked.
  func drop(in transaction: Transaction) async throws {
    _ = try await transaction.query(Statement("", "DROP TABLE \(name)"))
  }
}

/// Attempts at a lock that others may not let go of.
enum LockAttempts {
  private static let count = 40
  private static let interval = Duration.milliseconds(250)

  /// Runs `body` until it gets its lock, for some ten seconds; nil where it does not.
  static func run<T>(on eventLoop: EventLoop, _ body: () async throws -> T) async throws -> T? {
    for attempt in 0..<count {
      if attempt > 0 { await eventLoop.sleep(for: interval) }
      do {
        return try await body()
      } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
        continue
      }
    }
    return nil
  }
}
