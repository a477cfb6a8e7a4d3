internal import Postgres
internal import Reactor
internal import WorkflowHistory

/// Finds the most frequent errors: those that were counted from rollups and executions, and those
/// that rollups have spilled, together.
enum ErrorPatterns {
  /// The statement that finds the most frequent patterns of the window, with samples.
  static func statement(
    _ tally: ErrorTally, _ query: WindowQuery, _ window: RollupSpan, _ before: RollupSpan,
    on eventLoop: EventLoop
  ) async -> (Statement, [Parameter]) {
    var fingerprints = ArrayParameter(of: .text)
    var numbers = (0..<2).map { _ in ArrayParameter(of: .int8) }
    var days = (0..<2).map { _ in ArrayParameter(of: .int4) }
    for (fingerprint, entry) in tally.all {
      if fingerprints.count % entriesAtOnce == entriesAtOnce - 1 { await eventLoop.yield() }
      fingerprints.append(.text(fingerprint.text))
      numbers[0].append(.int8(entry.now))
      numbers[1].append(.int8(entry.before))
      days[0].append(entry.days.map { .int4($0.lowerBound.number) } ?? .null)
      days[1].append(entry.days.map { .int4($0.upperBound.number) } ?? .null)
    }
    let parameters: [Parameter] =
      [
        .text(query.userID), .int4(before.days.lowerBound.number),
        .int4(window.days.lowerBound.number), .int4(window.days.upperBound.number),
        ExecutionID.first(atOrAfter: query.start).parameter,
        ExecutionID.first(atOrAfter: query.end).parameter, .array(fingerprints),
      ] + (numbers + days).map { .array($0) } + (query.workflowType.map { [.text($0)] } ?? [])
    return (query.workflowType == nil ? ofAllTypes : ofOneType, parameters)
  }

  /// The patterns that it found, most frequent first.
  static func patterns(_ found: QueryResult, sealing: PayloadSealing?) throws -> [ErrorPattern] {
    let patterns = try (0..<found.count).map { try ErrorPattern(found[$0], sealing: sealing) }
    // Those that are as frequent come in the order of what they turn out to be.
    return patterns.sorted { a, b in
      a.frequency != b.frequency
        ? a.frequency > b.frequency : ExactText(a.fingerprint) < ExactText(b.fingerprint)
    }
  }

  /// How many entries are written before the loop goes on with what else there is.
  private static let entriesAtOnce = 5000

  // MARK: The statement

  /// How many patterns there are at most.
  private static let patternLimit = 5
  /// How many ids a pattern shows.
  private static let sampleLimit = 5

  private static let types: [DataType] = [
    .text, .int4, .int4, .int4, .uuid, .uuid, .textArray, DataType.int8.array,
    DataType.int8.array, DataType.int4.array, DataType.int4.array,
  ]
  private static let ofAllTypes = Statement("errors", sql(typeCondition: ""), types)
  private static let ofOneType = Statement(
    "errors_type", sql(typeCondition: "AND workflow_type = $12"), types + [.text])

  /// What was counted here, and what rollups have spilled, together; then samples of the first few.
  private static func sql(typeCondition: String) -> String {
    let isNow = "FILTER (WHERE day >= \(RollupTable.date("$3")))"
    return """
      WITH counted AS (
        SELECT * FROM unnest($7, $8, $9, $10, $11)
          AS counted (fingerprint, now, before, first_day, last_day)
        UNION ALL
        SELECT fingerprint, coalesce(sum(count) \(isNow), 0),
          coalesce(sum(count) FILTER (WHERE day < \(RollupTable.date("$3"))), 0),
          \(RollupTable.number("min(day) \(isNow)")), \(RollupTable.number("max(day) \(isNow)"))
        FROM execution_error_rollups
        WHERE user_id = $1 AND day >= \(RollupTable.date("$2"))
          AND day < \(RollupTable.date("$4")) \(typeCondition)
        GROUP BY fingerprint
      ), pattern AS (
        SELECT fingerprint, sum(now)::bigint AS now, sum(before)::bigint AS before,
          min(first_day) AS first_day, max(last_day) AS last_day,
          sum(sum(now)) OVER ()::bigint AS errors
        FROM counted GROUP BY fingerprint HAVING sum(now) > 0
        ORDER BY 2 DESC, fingerprint COLLATE "C" LIMIT \(patternLimit)
      )
      SELECT fingerprint, now, before, first_day, last_day, newest.message, first.id,
        ARRAY(\(sample("id", "id DESC", limit: sampleLimit, typeCondition))), newest.sealed_with, errors
      FROM pattern
      LEFT JOIN LATERAL (
        \(sample("error_message, sealed_with", "id DESC", limit: 1, typeCondition))
      ) AS newest (message, sealed_with) ON true
      LEFT JOIN LATERAL (\(sample("id", "id", limit: 1, typeCondition))) AS first ON true
      ORDER BY now DESC, fingerprint COLLATE "C"
      """
  }

  /// Executions of the window with a pattern's fingerprint.
  private static func sample(
    _ column: String, _ order: String, limit: Int, _ typeCondition: String
  ) -> String {
    """
    SELECT \(column) FROM workflow_executions
    WHERE user_id = $1 AND error_fingerprint = fingerprint AND id >= $5 AND id < $6 \(typeCondition)
    ORDER BY \(order) LIMIT \(limit)
    """
  }
}

extension ErrorPattern {
  /// The pattern in a row of the statement. Where retention has dropped all of its executions, it
  /// was seen on the days of rollups; and of errors that are sealed, only the pseudonym is left.
  fileprivate init(_ row: Row, sealing: PayloadSealing?) throws {
    let label: String = try row.value(0)
    let frequency: Int64 = try row.value(1)
    let newest = try row.value(7, as: [UUIDValue].self).map { ExecutionID(uuid: $0) }
    let oldest = try row.value(6, as: UUIDValue?.self).map { ExecutionID(uuid: $0) }
    let firstDay = Day(number: try row.value(3))
    let lastDay = Day(number: try row.value(4))
    let message =
      try sealing.message(row.value(5), of: newest.first, sealedWith: row.value(8)) ?? label
    self.init(
      fingerprint: PayloadSealing.isPseudonym(label) && message != label
        ? ErrorFingerprint.fingerprint(of: message) : label,
      frequency: frequency, share: Self.share(frequency, of: try row.value(9)),
      firstSeen: oldest?.createdAt ?? firstDay.start,
      lastSeen: newest.first?.createdAt ?? lastDay.start,
      trend: ErrorTrend(now: frequency, before: try row.value(2)),
      sampleMessage: message, sampleIDs: newest)
  }
}
