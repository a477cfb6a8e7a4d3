// Where series of days change.
extension TypeStatistics {
  /// The strongest change of how often executions fail.
  func failureChange(_ type: String, _ thresholds: SearchThresholds) -> Candidate? {
    let days = series.days
    guard let change = ChangePointTest(failuresOf: days, leastWeight: thresholds.leastExecutions)
    else { return nil }
    let day = days[change.index].day
    let isRise =
      failureChangeEvidence(day, from: .min, isRise: true, thresholds)
      .map { $0.value > $0.baseline } ?? true
    guard
      let evidence = failureChangeEvidence(day, from: .min, isRise: isRise, thresholds)
    else { return nil }
    return Candidate(
      rule: .failureChange(type: type, day: day, isRise: isRise),
      evidence: evidence.corrected(for: change),
      isWorthTelling: thresholds.isLarger(evidence.larger, than: evidence.smaller))
  }

  /// The strongest change of how long executions take.
  func durationChange(_ type: String, _ thresholds: SearchThresholds) -> Candidate? {
    let days = series.days.map { ($0.day, $0.durations) }.filter { $0.1.count > 0 }
    guard let change = ChangePointTest(days, leastWeight: thresholds.leastExecutions)
    else { return nil }
    let day = days[change.index].0
    let rise = durationChangeEvidence(day, from: .min, isRise: true, thresholds)
    let isRise = rise.map { $0.value > $0.baseline } ?? true
    guard let evidence = durationChangeEvidence(day, from: .min, isRise: isRise, thresholds)
    else { return nil }
    return Candidate(
      rule: .durationChange(type: type, day: day, isRise: isRise),
      evidence: evidence.corrected(for: change),
      isWorthTelling: thresholds.isLonger(evidence.larger, than: evidence.smaller))
  }
}

extension TaskFigures {
  /// The strongest change of how long the task takes.
  func change(_ type: String, _ thresholds: SearchThresholds) -> Candidate? {
    let days = series.days.map { ($0.day, $0.durations) }.filter { $0.1.count > 0 }
    guard let change = ChangePointTest(days, leastWeight: thresholds.leastExecutions)
    else { return nil }
    let day = days[change.index].0
    guard let evidence = changeEvidence(day, from: .min, thresholds) else { return nil }
    return Candidate(
      rule: .slowTask(type: type, task: name, day: day), evidence: evidence.corrected(for: change),
      isWorthTelling: thresholds.isLonger(evidence.value, than: evidence.baseline)
        && shareGrowth(at: day) >= thresholds.leastTaskShareGrowth)
  }
}

extension ChangePointTest {
  /// Looks for a change of how often executions fail, among days that have some.
  init?(failuresOf days: [OutcomeDay], leastWeight: Int64, leastDays: Int = daysOnEachSide) {
    let executions = days.reduce(0) { $0 + $1.executions }
    let failures = days.reduce(0) { $0 + $1.failures }
    let rate = Double(failures) / Double(max(executions, 1))
    self.init(
      days: days.map {
        Day(weight: Double($0.executions), mean: Double($0.failures) / Double($0.executions))
      },
      variance: rate * (1 - rate), leastWeight: Double(leastWeight), leastDays: leastDays)
  }

  /// Looks for a change of durations, by their ranks among those of all days: a few that are very
  /// long weigh no more than others. Each day has some.
  init?(
    _ days: [(day: Int32, durations: DurationSketch)], leastWeight: Int64,
    leastDays: Int = daysOnEachSide
  ) {
    var all = DurationSketch()
    for (_, durations) in days { all.merge(durations) }
    var ranks: [Int: Double] = [:]
    var below = 0.0
    var sum = 0.0
    var squares = 0.0
    all.forEachBucket { bucket, number in
      let rank = (below + (Double(number) + 1) / 2) / Double(all.count)
      ranks[bucket] = rank
      below += Double(number)
      sum += rank * Double(number)
      squares += rank * rank * Double(number)
    }
    let mean = sum / Double(max(all.count, 1))
    self.init(
      days: days.map { _, durations in
        var ranksOfDay = 0.0
        durations.forEachBucket { ranksOfDay += (ranks[$0] ?? 0) * Double($1) }
        let weight = Double(durations.count)
        return Day(weight: weight, mean: ranksOfDay / weight)
      },
      variance: squares / Double(max(all.count, 1)) - mean * mean,
      leastWeight: Double(leastWeight), leastDays: leastDays)
  }
}

extension PatternEvidence {
  fileprivate var larger: Double { max(value, baseline) }
  fileprivate var smaller: Double { min(value, baseline) }

  /// The evidence of the day that a search chose among several: both tests must hold, that of the
  /// days, and that of the executions for as many days as were tried.
  fileprivate func corrected(for change: ChangePointTest) -> PatternEvidence {
    var corrected = self
    corrected.lnP = max(change.lnP, min(0, lnP + ln(2 * Double(change.splits))))
    return corrected
  }
}
