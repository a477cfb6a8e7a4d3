internal import Logging
internal import PatternLearning
internal import Postgres
internal import Sealing
internal import WorkflowHistory

/// Seals what was learned with the key that seals now, or makes it plain where none does.
struct SealedLearning {
  let sealing: PayloadSealing
  let connection: PostgresConnection

  /// Goes through the users of whom something is sealed otherwise, one in a transaction. What does not
  /// open stays as it is.
  ///
  /// - Returns: of how many users something is sealed otherwise after that, for that reason, or since a
  ///   server with other keys has learned meanwhile.
  func seal() async throws -> Int64 {
    try await sealAll()
    return try await connection.query(Self.count, [.text(sealing.key?.id)])[0].value(0)
  }

  private func sealAll() async throws {
    var last = ""
    while true {
      let user = try await connection.query(
        Self.next, [.text(last), .text(sealing.key?.id)]
      ).first
      guard let user else { return }
      last = try user.value(0)
      let seal = LearnedSeal(userID: last, sealing: sealing)
      do {
        try await connection.transaction { (transaction) async throws in
          _ = try await transaction.query(AdvisoryLock.learning.take)
          try await sealHistory(seal, in: transaction)
          try await sealPatterns(seal, in: transaction)
          try await sealTypes(seal, in: transaction)
        }
      } catch let error as MissingPayloadKey {
        storeLog.error("what was learned of a user stays as it is: \(error)")
      }
    }
  }

  private func sealHistory(_ seal: LearnedSeal, in transaction: Transaction) async throws {
    let stored = try await LearnedHistories.read(seal.userID, in: transaction)
    if let head = stored.head,
      let change = try await offLoop({ try HistoryChange(stored, head, resealedWith: seal) })
    {
      try await HistoryChange.write([change], in: transaction)
    }
  }

  private func sealPatterns(_ seal: LearnedSeal, in transaction: Transaction) async throws {
    let rows = try await PatternTable.read(seal.userID, in: transaction)
    let patterns = try rows.compactMap { (row) throws(MissingPayloadKey) in try row.pattern(seal) }
    try await PatternTable.replace(patterns, of: seal, in: transaction)
  }

  private func sealTypes(_ seal: LearnedSeal, in transaction: Transaction) async throws {
    let rows = try await LearnedTypes.read(seal.userID, in: transaction)
    let sealed = try await offLoop {
      LearnedTypes.Sealed(
        try rows.compactMap { (row) throws(MissingPayloadKey) in try row.type(seal) }, seal)
    }
    try await LearnedTypes.replace(sealed, of: seal.userID, in: transaction)
  }

  /// All that is kept of users, with what it is sealed with.
  private static let learned = """
    (
      SELECT user_id, sealed_with FROM learned_histories UNION ALL
      SELECT user_id, sealed_with FROM learned_periods UNION ALL
      SELECT user_id, sealed_with FROM learning_patterns UNION ALL
      SELECT user_id, sealed_with FROM learned_types
    ) AS learned
    """

  /// The next user of whom anything is not sealed as it is to be.
  private static let next = Statement(
    "sealed_learning_next",
    """
    SELECT user_id FROM \(learned)
    WHERE user_id > $1 AND sealed_with IS DISTINCT FROM $2 ORDER BY user_id LIMIT 1
    """, [.text, .text])

  /// How many there are.
  private static let count = Statement(
    "sealed_learning_count",
    "SELECT count(DISTINCT user_id) FROM \(learned) WHERE sealed_with IS DISTINCT FROM $1", [.text])
}

extension HistoryChange {
  /// The same parts under the key that seals now; nil where one does not open.
  ///
  /// - Throws: ``MissingPayloadKey`` where a key is not here.
  init?(_ stored: StoredHistory, _ head: StoredBytes, resealedWith seal: LearnedSeal)
    throws(MissingPayloadKey)
  {
    guard let opened = try seal.opened(head, as: Self.headField) else { return nil }
    var periods: [(weeks: ClosedRange<Int32>, content: StoredBytes)] = []
    for period in stored.periods {
      let field = Self.field(ofPeriod: period.weeks.lowerBound)
      guard let opened = try seal.opened(period.content, as: field) else { return nil }
      periods.append((period.weeks, seal.stored(opened, as: field)))
    }
    self.init(
      userID: seal.userID, head: seal.stored(opened, as: Self.headField), periods: periods)
  }

  private init(
    userID: String, head: StoredBytes,
    periods: [(weeks: ClosedRange<Int32>, content: StoredBytes)]
  ) {
    self.userID = userID
    self.head = head
    self.periods = periods
    removed = []
    replacesAll = false
    grows = false
    hasNews = false
  }
}
