internal import PatternLearning
public import Postgres
public import Reactor
internal import Sealing
internal import WorkflowHistory

/// Learns at once what a learner would learn by and by, and reviews what is known.
public struct LearningRun {
  /// What was done.
  public struct Counts: Equatable, Sendable {
    /// Executions that were learned from.
    public var executions: Int64 = 0
    /// Users whose patterns were reviewed.
    public var users: Int64 = 0
    /// Patterns that are new.
    public var found: Int64 = 0
    /// Patterns that were known, and held once more.
    public var confirmed: Int64 = 0
    /// Patterns that stand no more.
    public var retired: Int64 = 0
  }

  /// What is learned from.
  public enum Source: Sendable {
    /// The change log, from where it was learned last.
    case changeLog
    /// The executions themselves; what was learned before is forgotten.
    case table
  }

  /// Learns from all changes that were made by now, while servers go on.
  ///
  /// It works in short transactions, and wherever it is cut short, it or a server goes on.
  ///
  /// - Parameters:
  ///   - userID: whose patterns are reviewed; nil means all users'.
  ///   - sealing: how content is sealed; nil where it is not.
  ///   - progress: called after each bite, and each review, with what was done by then.
  public static func run(
    from source: Source, reviewing userID: String?, sealing: PayloadSealing?,
    _ database: PostgresOptions, on eventLoop: EventLoop, progress: (Counts) -> Void = { _ in }
  ) async throws -> Counts {
    let learner = PatternLearner(database, sealing: sealing, on: eventLoop)
    defer { learner.close() }
    try await learner.pool.connect()
    if source == .table {
      try await learner.pool.transaction { (transaction) async throws in
        _ = try await transaction.query(AdvisoryLock.learning.take)
        _ = try await transaction.query(truncate)
        try await LearningScan.begin(in: transaction)
      }
    }
    let end: TransactionID = try await learner.pool.query(end)[0].value(0)
    var counts = Counts()
    while true {
      _ = try await learner.learnAll { executions in
        counts.executions += Int64(executions)
        progress(counts)
      }
      if try await learner.pool.query(hasPassed, [.transactionID(end)])[0].value(0) { break }
      // Another server is learning, or a transaction that is older has not ended.
      await eventLoop.sleep(for: retryInterval)
    }
    let learned = counts
    let outcome = try await learner.review(restingFor: .zero, of: userID) { outcome in
      progress(learned.with(outcome))
    }
    return learned.with(outcome)
  }

  /// How long to wait for whoever is learning.
  private static let retryInterval = Duration.milliseconds(50)

  private static let truncate = Statement(
    "", "TRUNCATE learned_histories, learned_periods, learning_patterns, learned_types")

  private static let end = Statement(
    "learning_end", "SELECT pg_snapshot_xmax(pg_current_snapshot())")

  /// Whether all before a transaction was learned from, and what a scan has to come to.
  private static let hasPassed = Statement(
    "learning_has_passed",
    """
    SELECT watermark >= $1 AND coalesce(
      (SELECT last_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' FROM learning_scans
        ORDER BY last_id DESC LIMIT 1), true)
    FROM change_log_readers WHERE name = 'patterns'
    """, [.transactionID])
}

extension LearningRun.Counts {
  fileprivate func with(_ outcome: PatternReviews.Outcome) -> LearningRun.Counts {
    var counts = self
    counts.users = outcome.users
    counts.found = outcome.found
    counts.confirmed = outcome.confirmed
    counts.retired = outcome.retired
    return counts
  }
}
