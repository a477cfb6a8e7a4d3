internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// The histories that were learned, by whoever holds their lock.
enum LearnedHistories {
  /// About how many bytes of histories are read at once.
  private static let bytesAtOnce: Int64 = 4 << 20
  /// Of how many users histories are looked for at once.
  private static let usersAtOnce = 500

  /// Adds observations, in their order, to the histories of their users.
  static func add(
    _ observations: [Observation], sealing: PayloadSealing?, deadline: BiteDeadline,
    in transaction: Transaction
  ) async throws {
    var rest = NewObservations.byUser(observations)[...]
    while !rest.isEmpty {
      let asked = Array(rest.prefix(usersAtOnce))
      let sizes = try await transaction.query(measure, NewObservations.parameters(of: asked))
      var bytes: Int64 = 0
      var group: [NewObservations] = []
      for (index, news) in asked.enumerated() {
        let size: Int64 = try sizes[index].value(0)
        if !group.isEmpty, bytes + size > bytesAtOnce {
          try deadline.check()
          try await add(group, sealing, in: transaction)
          (group, bytes) = ([], 0)
        }
        group.append(news)
        bytes += size
      }
      try deadline.check()
      try await add(group, sealing, in: transaction)
      rest = rest.dropFirst(asked.count)
    }
  }

  private static func add(
    _ group: [NewObservations], _ sealing: PayloadSealing?, in transaction: Transaction
  ) async throws {
    let stored = try await read(group, in: transaction)
    let changes = try await offLoop {
      try zip(group, stored).map { news, stored in
        let seal = LearnedSeal(userID: news.userID, sealing: sealing)
        return try HistoryChange(stored, adding: news.observations, seal)
      }
    }
    try await HistoryChange.write(changes, in: transaction)
  }

  /// The parts of the histories that the observations need.
  private static func read(_ group: [NewObservations], in transaction: Transaction) async throws
    -> [StoredHistory]
  {
    let rows = try await transaction.query(select, NewObservations.parameters(of: group))
    var stored = group.map { _ in StoredHistory() }
    for index in 0..<rows.count {
      let place = Int(try rows[index].value(0, as: Int64.self)) - 1
      try stored[place].take(rows[index], from: 1)
    }
    return stored
  }

  /// The whole history of a user.
  static func read(_ userID: String, in transaction: Transaction) async throws -> StoredHistory {
    let rows = try await transaction.query(selectWhole, [.text(userID)])
    var stored = StoredHistory()
    for index in 0..<rows.count { try stored.take(rows[index], from: 0) }
    return stored
  }

  // MARK: Statements

  /// Whether a period is needed: those that end in the first week of what is new, or later; or all,
  /// where a new week begins and periods may be merged, or there are so many bytes that less may have to
  /// be kept.
  private static let isNeeded = """
    period.user_id = asked.user_id
      AND (period.last_week >= asked.first_week OR (
        SELECT asked.last_week > max(last_week)
          OR sum(octet_length(content)) >= \(LearnedHistory.bytesReadInPart)
        FROM learned_periods AS known WHERE known.user_id = asked.user_id))
    """

  private static let measure = Statement(
    "learned_sizes",
    """
    SELECT coalesce((SELECT octet_length(head) FROM learned_histories AS history
        WHERE history.user_id = asked.user_id), 0)
      + coalesce((SELECT sum(octet_length(content)) FROM learned_periods AS period
        WHERE \(isNeeded)), 0)::bigint
    FROM unnest($1, $2, $3) WITH ORDINALITY AS asked (user_id, first_week, last_week, position)
    ORDER BY position
    """, NewObservations.types)

  private static let select = Statement(
    "learned_parts",
    """
    SELECT asked.position, NULL::integer AS first_week, NULL::integer, head, sealed_with
    FROM unnest($1, $2, $3) WITH ORDINALITY AS asked (user_id, first_week, last_week, position)
    JOIN learned_histories AS history ON history.user_id = asked.user_id
    UNION ALL
    SELECT asked.position, period.first_week, period.last_week, content, sealed_with
    FROM unnest($1, $2, $3) WITH ORDINALITY AS asked (user_id, first_week, last_week, position)
    JOIN learned_periods AS period ON \(isNeeded)
    ORDER BY position, first_week NULLS FIRST
    """, NewObservations.types)

  private static let selectWhole = Statement(
    "learned_whole",
    """
    SELECT NULL::integer AS first_week, NULL::integer, head, sealed_with
    FROM learned_histories WHERE user_id = $1
    UNION ALL
    SELECT first_week, last_week, content, sealed_with FROM learned_periods WHERE user_id = $1
    ORDER BY first_week NULLS FIRST
    """, [.text])
}

/// What is to be added to a user's history.
struct NewObservations: Sendable {
  let userID: String
  var observations: [Observation] = []

  /// The observations of each user, in their order.
  static func byUser(_ observations: [Observation]) -> [NewObservations] {
    var places: [ExactText: Int] = [:]
    var users: [NewObservations] = []
    for observation in observations {
      let userID = ExactText(observation.userID)
      let place = places[userID] ?? users.count
      if place == users.count {
        places[userID] = place
        users.append(NewObservations(userID: observation.userID))
      }
      users[place].observations.append(observation)
    }
    return users
  }

  /// The users, and the first and the last of the weeks of what is new.
  static func parameters(of users: [NewObservations]) -> [Parameter] {
    var weeks = [ArrayParameter(of: .int4), ArrayParameter(of: .int4)]
    for user in users {
      let ofUser = user.observations.map(\.week)
      weeks[0].append(.int4(ofUser.min() ?? 0))
      weeks[1].append(.int4(ofUser.max() ?? 0))
    }
    return [.textArray(users.map(\.userID))] + weeks.map { .array($0) }
  }

  static let types: [DataType] = [.textArray, DataType.int4.array, DataType.int4.array]
}
