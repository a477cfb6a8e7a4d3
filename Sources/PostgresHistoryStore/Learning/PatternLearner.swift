internal import Logging
internal import Metrics
internal import PatternLearning
public import Postgres
public import Reactor
internal import WorkflowHistory

/// Learns from the change log what executions teach, a bite at a time, and reviews what is known of the
/// users whose they are.
///
/// Of all servers one learns at a time. A bite is one transaction, so wherever it is cut short each
/// execution counts once; its size is adapted to how long the last one took. What takes long is computed
/// off the loop. It holds itself until ``close()``.
public final class PatternLearner {
  private let eventLoop: EventLoop
  private let sealing: PayloadSealing?
  let pool: PostgresPool
  private(set) var bite: BatchSize
  /// The time by which bites are measured.
  var clock: () -> Duration
  /// Where it says what can't be learned.
  var log = storeLog
  private var work: RecurringWork?
  private var figures: PoolFigures?
  /// Whether the last attempt failed, which is said once.
  private var hasFailed = false
  private let learned = Counter(
    label: "workflow_history.patterns.executions_learned", factory: MetricsSystem.factory)

  /// How many patterns stand; no number while that can't be known.
  lazy var active = Gauge(
    label: "workflow_history.patterns.active", factory: MetricsSystem.factory)
  /// When they were last counted; nil while it is not known how many there are.
  private var counted: Duration?

  /// How long a count holds where this learner has changed nothing: other servers review and forget too.
  private static let countInterval = Duration.seconds(300)

  /// How long the transaction of a bite may last.
  private static let longestBite = Duration.milliseconds(700)

  /// A learner with a connection of its own to this database. It begins to connect.
  ///
  /// - Parameters:
  ///   - sealing: how content is sealed; nil where it is not.
  ///   - bite: how many changes it learns from in one transaction at most, more only where a single
  ///     transaction made more.
  public init(
    _ database: PostgresOptions, sealing: PayloadSealing?, bite: Int = 2000,
    on eventLoop: EventLoop
  ) {
    self.eventLoop = eventLoop
    self.sealing = sealing
    self.bite = BatchSize(most: Int64(bite))
    clock = { eventLoop.now }
    pool = PostgresPool(
      .deriving(database), connections: 1, pipelining: .separate, on: eventLoop)
  }

  /// Learns what there is now and then after each such time, until ``close()``, and reviews what is
  /// known of each user once in an hour at most.
  ///
  /// What it learns from is counted by `workflow_history.patterns.executions_learned`, and
  /// `workflow_history.patterns.active` is how many patterns stand: no number until they were counted, and
  /// while the database is away.
  public func learn(every interval: Duration) {
    work?.cancel()
    figures = figures ?? PoolFigures(pool, role: "learner", on: eventLoop)
    if counted == nil { forgetCount() }
    work = RecurringWork(every: interval, on: eventLoop) { await self.learnAndTell() }
  }

  private func learnAndTell() async {
    var failure: (any Error)?
    do { _ = try await learnAll() } catch { failure = error }
    // Whatever keeps the next executions from being learned, what is known is reviewed.
    do { _ = try await review(restingFor: Self.reviewInterval) } catch {
      failure = failure ?? error
      forgetCount()
    }
    // Else it is closed.
    guard work != nil else { return }
    // Tried again at the next time.
    if let failure, !hasFailed {
      log.warning("what executions teach could not be learned: \(failure)")
    }
    hasFailed = failure != nil
  }

  /// How long a user's patterns rest between reviews, however much comes.
  private static let reviewInterval = Duration.seconds(3600)

  /// Closes the connection. What a bite that is under way has done is undone.
  public func close() {
    work?.cancel()
    if work != nil { forgetCount() }
    work = nil
    pool.close()
    figures?.end()
  }

  // MARK: Learning

  /// Learns from all changes of transactions before the oldest that is still running, when the connection
  /// stands; returns at once where another server is learning.
  ///
  /// - Parameter progress: called after each bite, with how many executions it learned from.
  /// - Returns: from how many executions it has learned.
  /// - Throws: ``MissingPayloadKey`` where what comes next is sealed with a key that is not here. Where
  ///   executions are learned from their table, it is left out.
  func learnAll(progress: (Int) -> Void = { _ in }) async throws -> Int {
    try await pool.connect()
    var count = 0
    while let bite = try await learnBite() {
      count += bite.count
      learned.increment(by: bite.count)
      progress(bite.count)
      if bite.isLast { break }
    }
    return count
  }

  /// What one bite came to.
  private struct Bite {
    var count = 0
    var isLast = false
  }

  /// Learns one bite; nil where somebody else is learning.
  private func learnBite() async throws -> Bite? {
    let began = clock()
    var isFull = false
    // Also of one that failed: it may have run into the time limit.
    defer { bite.adapt(to: clock() - began, isFull: isFull) }
    let deadline = BiteDeadline(
      end: bite.rows > 1 ? began + Self.longestBite : nil, clock: clock)
    do {
      let learned = try await pool.transaction { (transaction) async throws -> Bite? in
        let hasLock: Bool = try await transaction.query(AdvisoryLock.learning.tryToTake)[0].value(0)
        guard hasLock else { return nil }
        let next = try await nextExecutions(in: transaction)
        let reader = EndedDocumentReader(
          sealing: sealing, deadline: deadline, leavesOutSealed: next.isOfTable)
        let observations = try await reader.observations(of: next.executions, in: transaction)
        try await LearnedHistories.add(
          observations, sealing: sealing, deadline: deadline, in: transaction)
        return Bite(count: observations.count, isLast: next.isLast)
      }
      isFull = learned?.isLast == false
      return learned
    } catch is BiteTooLong {
      return Bite()
    }
  }

  private func nextExecutions(in transaction: Transaction) async throws -> EndedExecutions {
    let limit = Int(bite.rows)
    if let scanned = try await LearningScan.next(limit: limit, in: transaction) { return scanned }
    do {
      let slice = try await Self.reader.next(limit: limit, in: transaction)
      let changes = try await LearningScan.unseen(slice.changes, in: transaction)
      try await LearningScan.end(in: transaction)
      return EndedExecutions(
        executions: changes.compactMap(EndedExecution.init), isLast: slice.isLast)
    } catch let error as ChangeLogOutOfRange {
      log.warning(
        "the change log was dropped before all of it was learned: what is lost of it, `patterns learn --from-table` learns"
      )
      try await Self.reader.advance(to: error.horizon, in: transaction)
      return EndedExecutions(executions: [], isLast: false)
    }
  }

  private static let reader = ChangeLogReader(name: "patterns")

  // MARK: Reviews

  /// Reviews users of whom something was learned since their last review, unless that began so short a
  /// time ago: each once at most.
  ///
  /// - Parameter userID: only of this user.
  func review(
    restingFor rest: Duration, of userID: String? = nil,
    progress: (PatternReviews.Outcome) -> Void = { _ in }
  ) async throws -> PatternReviews.Outcome {
    try await pool.connect()
    let reviews = PatternReviews(pool: pool, sealing: sealing)
    var sum = PatternReviews.Outcome()
    // Each user once, however much comes meanwhile.
    let due = try await reviews.due(after: rest)
    while let outcome = try await reviews.next(due, of: userID) {
      sum.add(outcome)
      progress(sum)
    }
    if sum.users > 0 || counted.map({ clock() - $0 >= Self.countInterval }) ?? true {
      active.record(try await reviews.activePatterns())
      counted = clock()
    }
    return sum
  }

  /// Tells that nothing is known: what was counted last would be taken for what is now.
  private func forgetCount() {
    active.record(Double.nan)
    counted = nil
  }
}
