internal import Logging
public import Postgres
public import Reactor
internal import WorkflowHistory

/// Folds the change log into rollups, a bite at a time.
///
/// Of all servers one folds at a time. A bite is one transaction, so wherever it is cut short the
/// rollups are those of the watermark; its size is adapted to how long the last one took. It holds
/// itself until ``close()``.
public final class RollupFolder {
  private let eventLoop: EventLoop
  let pool: PostgresPool
  private(set) var bite: BatchSize
  /// The time by which bites are measured.
  var clock: () -> Duration
  private var work: RecurringWork?
  private var figures: PoolFigures?
  /// Whether the last attempt failed, which is said once.
  private var hasFailed = false

  /// A folder with a connection of its own to this database. It begins to connect.
  ///
  /// - Parameter bite: how many changes it folds in one transaction at most, more only where a single
  ///   transaction made more.
  public init(_ database: PostgresOptions, bite: Int = 5000, on eventLoop: EventLoop) {
    self.eventLoop = eventLoop
    self.bite = BatchSize(most: Int64(bite))
    clock = { eventLoop.now }
    pool = PostgresPool(
      .deriving(database), connections: 1, pipelining: .separate, on: eventLoop)
  }

  /// Folds what there is now and then after each such time, until ``close()``.
  public func fold(every interval: Duration) {
    work?.cancel()
    figures = figures ?? PoolFigures(pool, role: "folder", on: eventLoop)
    work = RecurringWork(every: interval, on: eventLoop) { await self.foldAndTell() }
  }

  private func foldAndTell() async {
    do {
      try await foldAll()
      hasFailed = false
    } catch  where work != nil {
      // Tried again at the next time.
      if !hasFailed { storeLog.warning("changes could not be folded: \(error)") }
      hasFailed = true
    } catch {
      // Closed.
    }
  }

  /// Folds all changes of transactions before the oldest that is still running, when the connection
  /// stands; returns at once where another server is folding.
  public func foldAll() async throws {
    try await pool.connect()
    while try await foldBite() {}
  }

  /// Closes the connection. What a bite that is under way has done is undone.
  public func close() {
    work?.cancel()
    work = nil
    pool.close()
    figures?.end()
  }

  /// Folds one bite, and tells whether there may be more to fold.
  private func foldBite() async throws -> Bool {
    let began = clock()
    var isFull = false
    // Also of one that failed: it may have run into the time limit.
    defer { bite.adapt(to: clock() - began, isFull: isFull) }
    return try await pool.transaction { (transaction) async throws in
      let hasLock: Bool = try await transaction.query(AdvisoryLock.rollups.tryToTake)[0].value(0)
      guard hasLock else { return false }
      let slice = try await Self.reader.next(limit: Int(bite.rows), in: transaction)
      var changes = RollupChanges()
      for change in slice.changes { changes.add(change) }
      try await RollupTable.add(changes, in: transaction)
      isFull = !slice.isLast
      return isFull
    }
  }

  private static let reader = ChangeLogReader(name: "rollups")

  /// Up to which transaction changes are in the rollups, not including it.
  static let watermark = "(SELECT watermark FROM change_log_readers WHERE name = 'rollups')"
}
