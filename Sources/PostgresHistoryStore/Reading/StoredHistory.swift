internal import Logging
internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// What a user's history consists of in the database.
struct StoredHistory: Sendable {
  var head: StoredBytes?
  var periods: [(weeks: ClosedRange<Int32>, content: StoredBytes)] = []

  /// Takes a part from a row: the weeks, which are NULL for the head, the bytes, and their key.
  mutating func take(_ row: Row, from offset: Int) throws(PostgresError) {
    let stored = StoredBytes(bytes: try row.value(offset + 2), keyID: try row.value(offset + 3))
    guard let first = try row.value(offset, as: Int32?.self) else {
      head = stored
      return
    }
    let last = try row.value(offset + 1, as: Int32.self)
    periods.append((first...max(first, last), stored))
  }

  /// The history; nil where there is none, or where its bytes are damaged.
  ///
  /// - Throws: ``MissingPayloadKey`` where its key is not here.
  func history(_ seal: LearnedSeal) throws(MissingPayloadKey) -> LearnedHistory? {
    guard let head else { return nil }
    var parts: [LearnedPeriod] = []
    for period in periods {
      guard
        let bytes = try seal.opened(
          period.content, as: HistoryChange.field(ofPeriod: period.weeks.lowerBound))
      else { return nil }
      parts.append(LearnedPeriod(weeks: period.weeks, bytes: bytes))
    }
    guard let head = try seal.opened(head, as: HistoryChange.headField) else { return nil }
    return try? LearnedHistory(userID: seal.userID, head: head, periods: parts)
  }
}

/// What changes of a user's history in the database.
struct HistoryChange: Sendable {
  let userID: String
  let head: StoredBytes
  let periods: [(weeks: ClosedRange<Int32>, content: StoredBytes)]
  let removed: [Int32]
  /// Whether it begins anew.
  let replacesAll: Bool
  /// Whether executions were added.
  let grows: Bool
  /// Whether a review may find other patterns.
  let hasNews: Bool

  static let headField = "head"

  static func field(ofPeriod firstWeek: Int32) -> String { "period \(firstWeek)" }

  /// Adds observations to a stored history.
  init(_ stored: StoredHistory, adding observations: [Observation], _ seal: LearnedSeal) throws {
    let known = try stored.history(seal)
    if known == nil, stored.head != nil {
      storeLog.error(
        "what was learned of a user can't be read, and is learned anew from here on: run `patterns learn --from-table`"
      )
    }
    var history = known ?? LearnedHistory(userID: seal.userID)
    for observation in observations { try history.add(observation) }
    userID = seal.userID
    replacesAll = known == nil
    head = seal.stored(history.head, as: Self.headField)
    periods = history.changedPeriods.map { period in
      (period.weeks, seal.stored(period.bytes, as: Self.field(ofPeriod: period.weeks.lowerBound)))
    }
    removed = history.removedPeriods
    grows = !observations.isEmpty
    hasNews = history.hasNewsForReview
  }

  /// Writes changes of different users.
  static func write(_ changes: [HistoryChange], in transaction: Transaction) async throws {
    var removed = (users: [String](), weeks: ArrayParameter(of: .int4))
    var periods = Columns([.text, .int4, .int4, .bytes, .text])
    var histories = Columns([.text, .bytes, .text, .int8, .boolean])
    for change in changes {
      for week in change.removed {
        removed.users.append(change.userID)
        removed.weeks.append(.int4(week))
      }
      for (weeks, content) in change.periods {
        periods.append([
          .text(change.userID), .int4(weeks.lowerBound), .int4(weeks.upperBound),
          .bytes(content.bytes), .text(content.keyID),
        ])
      }
      histories.append([
        .text(change.userID), .bytes(change.head.bytes), .text(change.head.keyID),
        .int8(change.grows ? 1 : 0), .boolean(change.hasNews),
      ])
    }
    let replaced = changes.filter(\.replacesAll).map(\.userID)
    if !replaced.isEmpty {
      _ = try await transaction.query(deletePeriodsOfUsers, [.textArray(replaced)])
    }
    if !removed.users.isEmpty {
      _ = try await transaction.query(
        deletePeriods, [.textArray(removed.users), .array(removed.weeks)])
    }
    _ = try await transaction.query(upsertPeriods, periods.parameters)
    _ = try await transaction.query(upsertHistories, histories.parameters)
  }

  private static let deletePeriodsOfUsers = Statement(
    "learned_replace", "DELETE FROM learned_periods WHERE user_id = ANY ($1)", [.textArray])

  private static let deletePeriods = Statement(
    "learned_remove",
    """
    DELETE FROM learned_periods AS period USING unnest($1, $2) AS removed (user_id, first_week)
    WHERE period.user_id = removed.user_id AND period.first_week = removed.first_week
    """, [.textArray, DataType.int4.array])

  private static let upsertPeriods = Statement(
    "learned_upsert_periods",
    """
    INSERT INTO learned_periods (user_id, first_week, last_week, content, sealed_with)
    SELECT * FROM unnest($1, $2, $3, $4, $5)
    ON CONFLICT (user_id, first_week) DO UPDATE SET last_week = excluded.last_week,
      content = excluded.content, sealed_with = excluded.sealed_with
    """, [.textArray, DataType.int4.array, DataType.int4.array, DataType.bytes.array, .textArray])

  private static let upsertHistories = Statement(
    "learned_upsert",
    """
    INSERT INTO learned_histories AS history (user_id, head, sealed_with, revision, news_revision)
    SELECT user_id, head, sealed_with, growth, CASE WHEN has_news THEN growth ELSE 0 END
    FROM unnest($1, $2, $3, $4, $5) AS change (user_id, head, sealed_with, growth, has_news)
    ON CONFLICT (user_id) DO UPDATE SET head = excluded.head,
      sealed_with = excluded.sealed_with, revision = history.revision + excluded.revision,
      news_revision = CASE WHEN excluded.news_revision > 0
        THEN history.revision + excluded.revision ELSE history.news_revision END
    """,
    [.textArray, DataType.bytes.array, .textArray, DataType.int8.array, DataType.boolean.array])
}
