internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func statistics(_ query: WindowQuery) async throws -> WorkflowStatistics {
    try await answering {
      // Both statements see one snapshot.
      try await analysts.transaction { (transaction) async throws in
        let span = RollupSpan(
          from: DayCut(at: query.start, reading: .shorter),
          to: DayCut(at: query.end, reading: .after))
        let parts = FigureParts(query, span)
        let rows = try await transaction.query(parts.statement, parts.parameters)
        var types = TypeTallies(span)
        for index in 0..<rows.count { try types.add(rows[index]) }
        return try await types.statistics(query, in: transaction)
      }
    }
  }
}

/// Adds up the parts of a window by type.
private struct TypeTallies {
  private struct Tally {
    var rollup = ExecutionRollup()
    var dropped: [Timestamp] = []
  }

  private let span: RollupSpan
  private var byType: [ExactText: Tally] = [:]

  init(_ span: RollupSpan) { self.span = span }

  mutating func add(_ row: Row) throws {
    let workflowType = ExactText(try FigureParts.workflowType(row))
    try add(FigureParts.part(row), to: &byType[workflowType, default: Tally()])
  }

  private func add(_ part: FigureParts.Part, to tally: inout Tally) throws {
    switch part {
    case .rollup(let stored):
      tally.rollup.counts.merge(try stored.counts)
      try tally.rollup.durations.merge(encoded: stored.durations)
      tally.dropped += try stored.dropped
    case .change(_, let contribution, let times):
      tally.rollup.add(contribution, times: times)
    case .execution(let id, let contribution):
      tally.rollup.add(contribution, times: span.times(id))
    }
  }

  /// The statistics that they make, with the first and the last execution of each type, which are
  /// looked up.
  func statistics(_ query: WindowQuery, in transaction: Transaction) async throws
    -> WorkflowStatistics
  {
    let tallies = byType.filter { $0.value.rollup.counts.total != 0 }.sorted { a, b in
      let (more, less) = (a.value.rollup.counts.total, b.value.rollup.counts.total)
      return more != less ? more > less : a.key < b.key
    }
    let found = try await transaction.commit(
      with: Self.bounds,
      [
        .text(query.userID), ExecutionID.first(atOrAfter: query.start).parameter,
        ExecutionID.first(atOrAfter: query.end).parameter,
        .textArray(tallies.map(\.key.text)),
      ])
    var whole = ExecutionRollup()
    var statistics = WorkflowStatistics(query: query, all: ExecutionFigures(), byType: [])
    for (index, (workflowType, tally)) in tallies.enumerated() {
      var figures = ExecutionFigures(tally.rollup)
      let instants =
        try [0, 1].compactMap {
          try found[index].value($0, as: UUIDValue?.self).map { ExecutionID(uuid: $0).createdAt }
        } + tally.dropped.filter { $0 >= query.start && $0 < query.end }
      figures.firstExecutionAt = instants.min()
      figures.lastExecutionAt = instants.max()
      statistics.byType.append((workflowType.text, figures))
      whole.merge(tally.rollup)
    }
    statistics.all = ExecutionFigures(whole)
    statistics.all.firstExecutionAt = statistics.byType.compactMap(\.figures.firstExecutionAt).min()
    statistics.all.lastExecutionAt = statistics.byType.compactMap(\.figures.lastExecutionAt).max()
    return statistics
  }

  /// The first and the last execution of each of some types.
  private static let bounds = Statement(
    "type_bounds",
    """
    SELECT first.id, last.id
    FROM unnest($4) WITH ORDINALITY AS wanted (workflow_type, position)
    LEFT JOIN LATERAL (\(boundary("id"))) AS first ON true
    LEFT JOIN LATERAL (\(boundary("id DESC"))) AS last ON true
    ORDER BY position
    """, [.text, .uuid, .uuid, .textArray])

  private static func boundary(_ order: String) -> String {
    """
    SELECT id FROM workflow_executions AS execution
    WHERE user_id = $1 AND execution.workflow_type = wanted.workflow_type AND id >= $2 AND id < $3
    ORDER BY \(order) LIMIT 1
    """
  }
}

extension ExecutionFigures {
  /// The figures of a rollup, but for when the first and the last execution were.
  fileprivate init(_ rollup: ExecutionRollup) {
    self.init(
      durationCount: rollup.durations.count,
      durationSumMicroseconds: Int64(clamping: rollup.durations.sumMicroseconds),
      p50DurationSeconds: rollup.durations.histogram.percentile(50),
      p95DurationSeconds: rollup.durations.histogram.percentile(95),
      p99DurationSeconds: rollup.durations.histogram.percentile(99))
    for status in WorkflowStatus.allCases { counts[status] = rollup.counts[status] }
  }
}
