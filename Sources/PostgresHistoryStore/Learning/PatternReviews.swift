internal import Logging
internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// Reviews users, one after the other, of whom something was learned since: their patterns where a week
/// is over, and in any case what is known of each workflow type, with the models for estimates.
///
/// A review is claimed, so that no two servers make one; then the history is read, which is one snapshot,
/// and reviewed off the loop, in no transaction. What it finds counts only where nobody has reviewed or
/// forgotten the user meanwhile.
struct PatternReviews {
  let pool: PostgresPool
  let sealing: PayloadSealing?

  /// What reviews came to.
  struct Outcome: Equatable, Sendable {
    /// Of how many users patterns were reviewed.
    var users: Int64 = 0
    /// Patterns that are new.
    var found: Int64 = 0
    /// Patterns that were known, and held once more.
    var confirmed: Int64 = 0
    /// Patterns that stand no more.
    var retired: Int64 = 0

    mutating func add(_ other: Outcome) {
      users += other.users
      found += other.found
      confirmed += other.confirmed
      retired += other.retired
    }
  }

  /// How many patterns of a user are kept.
  static let mostPatterns = 1000

  /// The instant before which a last review began so long ago.
  func due(after rest: Duration) async throws -> TimestampValue {
    try await pool.query(Self.due, [.float8(Double(rest.components.seconds))])[0].value(0)
  }

  /// Reviews the next user; nil where there is none. What is sealed with a key that is not here stays as
  /// it is.
  ///
  /// - Parameters:
  ///   - due: before which the last review must have begun.
  ///   - userID: only this user.
  func next(_ due: TimestampValue, of userID: String?) async throws -> Outcome? {
    let claimed = try await pool.query(
      Self.claim, [.timestamptz(due.microseconds), .text(userID)])
    guard let row = claimed.first else {
      return nil
    }
    let userID: String = try row.value(0)
    let claim: [Parameter] = [
      .text(userID), .text(try row.value(1, as: String.self)), .int8(try row.value(2)),
      .int8(try row.value(3)),
    ]
    let (hasNews, today) = (try row.value(4, as: Bool.self), Day(number: try row.value(5)))
    let seal = LearnedSeal(userID: userID, sealing: sealing)
    let (stored, rows) = try await pool.transaction(mode: .snapshot) {
      (transaction) async throws in
      (
        try await LearnedHistories.read(userID, in: transaction),
        try await PatternTable.read(userID, in: transaction)
      )
    }
    let review: Review
    do {
      review = try await offLoop {
        try Review(stored, rows, seal, reviewsPatterns: hasNews, today: today)
      }
    } catch let error as MissingPayloadKey {
      storeLog.error("what is known of a user is not reviewed: \(error)")
      return Outcome()
    }
    return try await pool.transaction { (transaction) async throws in
      _ = try await transaction.query(AdvisoryLock.learning.take)
      guard try await transaction.query(Self.finish, claim).count > 0 else { return Outcome() }
      if let patterns = review.patterns {
        try await PatternTable.replace(patterns, of: seal, in: transaction)
      }
      if let types = review.types {
        try await LearnedTypes.replace(types, of: userID, in: transaction)
      }
      return review.outcome
    }
  }

  /// How many patterns stand, of all users.
  func activePatterns() async throws -> Int64 {
    try await pool.query(Self.active)[0].value(0)
  }

  /// What is known of a user after a review.
  private struct Review: Sendable {
    /// Nil where they stay as they are.
    var patterns: [LearnedPattern]?
    /// Nil where they stay as they are.
    var types: LearnedTypes.Sealed?
    var outcome = Outcome()

    init(
      _ stored: StoredHistory, _ rows: [PatternTable.Row], _ seal: LearnedSeal,
      reviewsPatterns: Bool, today: Day
    ) throws {
      var known = try rows.compactMap { (row) throws(MissingPayloadKey) in try row.pattern(seal) }
      outcome.users = reviewsPatterns ? 1 : 0
      guard let history = try stored.history(seal) else { return }
      if reviewsPatterns {
        known = review(known, in: history)
        patterns = known
      }
      types = LearnedTypes.Sealed(
        LearnedType.all(of: history, patterns: known, today: today), seal)
    }

    /// Reviews patterns, and counts what comes of it.
    private mutating func review(
      _ known: [LearnedPattern], in history: LearnedHistory
    ) -> [LearnedPattern] {
      let reviewed = PatternReview().review(known, in: history)
      for (before, after) in zip(known, reviewed) {
        if before.isActive, !after.isActive { outcome.retired += 1 }
        if after.isActive, after.lastConfirmed > before.lastConfirmed { outcome.confirmed += 1 }
      }
      outcome.found = Int64(reviewed.count - known.count)
      return Self.kept(reviewed)
    }

    /// One of each id, and not too many: those that stand before others, then those that held last, then
    /// the most certain.
    ///
    /// A change whose day was found anew may come to the day of another that stands no more.
    private static func kept(_ patterns: [LearnedPattern]) -> [LearnedPattern] {
      let sorted = patterns.sorted { a, b in
        if a.isActive != b.isActive { return a.isActive }
        if a.lastConfirmed != b.lastConfirmed { return a.lastConfirmed > b.lastConfirmed }
        return a.pattern.evidence.lnP < b.pattern.evidence.lnP
      }
      var ids: Set<String> = []
      return Array(sorted.filter { ids.insert($0.id).inserted }.prefix(mostPatterns))
    }
  }

  // MARK: Statements

  private static let claim = Statement(
    "review_claim",
    """
    UPDATE learned_histories SET review_began_at = clock_timestamp()
    WHERE user_id = (
      SELECT user_id FROM learned_histories
      WHERE reviewed_revision < revision AND ($2::text IS NULL OR user_id = $2)
        AND (review_began_at IS NULL OR review_began_at < $1)
      ORDER BY review_began_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING user_id, learned_since::text, reviewed_revision, revision,
      reviewed_revision < news_revision,
      (clock_timestamp() AT TIME ZONE 'UTC')::date - DATE '1970-01-01'
    """, [.timestamptz, .text])

  private static let due = Statement(
    "review_due", "SELECT clock_timestamp() - make_interval(secs => $1)", [.float8])

  /// Returns a row where the review is still the latest.
  private static let finish = Statement(
    "review_finish",
    """
    UPDATE learned_histories SET reviewed_revision = $4
    WHERE user_id = $1 AND learned_since::text = $2 AND reviewed_revision = $3
    RETURNING user_id
    """, [.text, .text, .int8, .int8])

  private static let active = Statement(
    "patterns_active", "SELECT count(*) FROM learning_patterns WHERE active")
}
