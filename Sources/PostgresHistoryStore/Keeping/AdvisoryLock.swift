internal import Postgres

/// What one transaction at a time may hold, of all servers of a database, to its end. The numbers are the
/// service's own.
struct AdvisoryLock {
  /// Held by whoever changes the schema: migrates it, makes a partition, or drops one.
  static let schema = AdvisoryLock("schema", 7_239_401_165_318)
  /// Held by whoever writes rollups, or moves the folder's watermark.
  static let rollups = AdvisoryLock("rollup", 7_239_401_165_319)
  /// Held by whoever writes what was learned.
  static let learning = AdvisoryLock("learning", 7_239_401_165_320)

  /// Takes it, as soon as nobody else has it.
  let take: Statement
  /// Takes it, or answers false where somebody else has it.
  let tryToTake: Statement

  private init(_ name: String, _ number: Int) {
    take = Statement("\(name)_lock", "SELECT pg_advisory_xact_lock(\(number))")
    tryToTake = Statement("\(name)_try_lock", "SELECT pg_try_advisory_xact_lock(\(number))")
  }
}
