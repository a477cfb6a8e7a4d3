internal import PatternLearning
internal import Postgres
internal import WorkflowHistory

/// What the executions of one type have done of late, as rollups have it: what is known of a type before
/// anything is learned of it.
struct RecentOutcomes {
  private var counts = StatusCounts()
  private var durations = DurationFigures()

  /// How many UTC days count: today is the last of them.
  private static let days: Int32 = 30

  /// What is to be added.
  static func parts(of query: EstimateQuery) -> FigureParts {
    let end = Day(of: query.now) + 1
    let window = WindowQuery(
      userID: query.userID, workflowType: query.workflowType, start: (end - days).start,
      end: end.start)
    return FigureParts(
      window,
      RollupSpan(
        from: DayCut(at: window.start, reading: .before),
        to: DayCut(at: window.end, reading: .before)))
  }

  /// Adds a part.
  mutating func add(_ row: Row) throws {
    switch try FigureParts.part(row) {
    case .rollup(let stored):
      counts.merge(try stored.counts)
      try durations.merge(encoded: stored.durations)
    case .change(_, let contribution, let times):
      counts[contribution.status] += times
      if let duration = contribution.durationSeconds { durations.add(duration, times: times) }
    default: break
    }
  }

  /// What they let expect of an execution.
  func estimate(_ query: EstimateQuery) -> ExecutionEstimate {
    let (failed, completed) = (counts[.failed], counts[.completed])
    var estimate = ExecutionEstimate(
      EstimateModel(durations: durations.histogram, failed: failed, ended: failed + completed),
      of: query)
    if estimate.durationSupport > 0 || estimate.failureSupport > 0 {
      estimate.conditions.append("of the last \(Self.days) days")
    }
    if estimate.durationSupport > 0 {
      estimate.conditions.append("with the durations of all of them, also of those that failed")
    }
    return estimate
  }
}
