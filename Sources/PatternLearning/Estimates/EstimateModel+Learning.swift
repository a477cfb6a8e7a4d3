extension EstimateModel {
  /// How many durations a cell must have: from nine on, one of them is their p90.
  private static let leastDurations = 10
  /// How many outcomes a cell must have.
  private static let leastOutcomes = 20
  /// How many durations of a cell count: the newest.
  static let mostDurations = 256

  /// The models of all types of which executions were learned, by type.
  ///
  /// They rest on the sampled executions of each period, parted by the conditions of active
  /// patterns. Of durations the newest of a cell count, with those of before a change restated; of
  /// outcomes all since the last change.
  public static func models(
    of history: LearnedHistory, patterns: [LearnedPattern]
  ) -> [String: EstimateModel] {
    let patterns = patterns.filter(\.isActive).map(\.pattern)
      .sorted { $0.evidence.lnP < $1.evidence.lnP }
    var models: [String: EstimateModel] = [:]
    for type in Set(history.periods.flatMap(\.statistics.types.keys)) {
      var conditions = (durations: [Condition](), outcomes: [Condition]())
      for pattern in patterns {
        switch pattern.rule {
        case .duration(type, let condition) where condition.isKnownAtStart:
          conditions.durations.append(condition)
        case .failure(type, let condition) where condition.isKnownAtStart:
          conditions.outcomes.append(condition)
        default: break
        }
      }
      let periods = history.periods.compactMap { $0.statistics.types[type] }
      models[type] = EstimateModel(
        periods, durationsBy: conditions.durations, outcomesBy: conditions.outcomes)
    }
    return models
  }

  private init(
    _ periods: [TypeStatistics], durationsBy durationConditions: [Condition],
    outcomesBy outcomeConditions: [Condition]
  ) {
    var series = DailySeries<OutcomeDay>()
    for period in periods { series.merge(period.series) }
    let rows = periods.flatMap(\.weightedSample).sorted { $0.isNewer(than: $1) }
    let durationLevels = series.durationLevels
    let outcomesSince = series.failureLevels.dropFirst().last?.first
    self.init(
      durations: ConditionPartition(
        rows.filter { $0.execution.duration != nil }, by: durationConditions,
        leastRows: Self.leastDurations, where: WeightedExecution.test
      ) { DurationCell($0.prefix(Self.mostDurations).map(\.execution), durationLevels) },
      lastChange: durationLevels.dropFirst().last?.first,
      outcomes: ConditionPartition(
        Self.since(outcomesSince, rows), by: outcomeConditions, leastRows: Self.leastOutcomes,
        where: WeightedExecution.test, content: OutcomeCounts.init),
      since: outcomesSince)
  }

  /// Those of a day or later, and at least as many as a cell must have. `rows` are from the newest
  /// on.
  private static func since(_ day: Int32?, _ rows: [WeightedExecution]) -> [WeightedExecution] {
    let later = rows.prefix { $0.execution.day >= day ?? .min }.count
    return Array(rows.prefix(max(later, leastOutcomes)))
  }
}

extension DurationCell {
  /// The durations of executions, with those of before a change as they would be now: in the ratio
  /// of the medians of all executions of the type.
  fileprivate init(_ executions: [SampledExecution], _ levels: [Level]) {
    let now = levels.last?.median ?? 0
    var isRestated = false
    let durations = executions.compactMap { execution -> RoundedDuration? in
      guard let level = levels.last(where: { $0.first <= execution.day }), level != levels.last,
        let median = level.median, median > 0, now > 0
      else { return execution.duration }
      isRestated = true
      return execution.duration.map { RoundedDuration($0.seconds * now / median) }
    }
    self.init(durations: DurationTable(durations), isRestated: isRestated)
  }
}

/// A sampled execution that stands for some.
private struct WeightedExecution {
  let execution: SampledExecution
  let hasFailed: Bool
  /// For how many.
  let weight: Double

  /// Tells of one whether it meets a condition.
  static func test(_ condition: Condition) -> (WeightedExecution) -> Bool {
    let test = condition.test
    return { test($0.execution) }
  }

  func isNewer(than other: WeightedExecution) -> Bool {
    (other.execution.day, execution.rank) < (execution.day, other.execution.rank)
  }
}

extension TypeStatistics {
  /// The sampled executions, each with the weight of its kind: failures are sampled apart.
  fileprivate var weightedSample: [WeightedExecution] {
    func rows(_ sample: BottomSample, of count: Int64, hasFailed: Bool) -> [WeightedExecution] {
      let weight = Double(count) / Double(max(sample.executions.count, 1))
      return sample.executions.map {
        WeightedExecution(execution: $0, hasFailed: hasFailed, weight: weight)
      }
    }
    return rows(sample.failures, of: all.failures, hasFailed: true)
      + rows(sample.completions, of: all.executions - all.failures, hasFailed: false)
  }
}

extension OutcomeCounts {
  /// The outcomes that a sample stands for.
  fileprivate init(_ rows: [WeightedExecution]) {
    let failed = rows.reduce(0) { $0 + ($1.hasFailed ? $1.weight : 0) }
    let completed = rows.reduce(0) { $0 + ($1.hasFailed ? 0 : $1.weight) }
    self.init(
      failed: Int64(failed.rounded()), ended: Int64(failed.rounded()) + Int64(completed.rounded()))
  }
}
