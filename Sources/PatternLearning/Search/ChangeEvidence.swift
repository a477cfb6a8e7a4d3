/// What days say before and after a change.
extension TypeStatistics {
  /// How the durations of a day and later compare with those before it. `lnP` is the test of this
  /// day alone.
  func durationChangeEvidence(
    _ day: Int32, from: Int32, isRise: Bool, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    DurationChange(series.days.map { ($0.day, $0.durations) }, at: day, from: from)?
      .evidence(isRise: isRise, thresholds)
  }

  /// How often executions of a day and later fail, compared with those before it.
  func failureChangeEvidence(
    _ day: Int32, from: Int32, isRise: Bool, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    var table = ContingencyTable()
    var span = DaySpan()
    for figures in series.days where figures.day < day || figures.day >= from {
      let isAfter = figures.day >= day
      let completed = figures.executions - figures.failures
      table.add(figures.failures, condition: isAfter, outcome: true)
      table.add(completed, condition: isAfter, outcome: false)
      if isAfter { span.extend(to: figures.day) }
    }
    guard thresholds.isWorthTrying(table) else { return nil }
    return PatternEvidence(
      table, lnP: FisherExactTest.lnUpperTail(isRise ? table : table.complement), days: span)
  }
}

extension TaskFigures {
  /// How the durations of a day and later compare with those before it.
  func changeEvidence(
    _ day: Int32, from: Int32, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    DurationChange(series.days.map { ($0.day, $0.durations) }, at: day, from: from)?
      .evidence(isRise: true, thresholds)
  }

  /// By how much the task's part of the durations of all tasks has grown with a day.
  func shareGrowth(at day: Int32) -> Double {
    var parts = [0.0, 0.0]
    var sums = [0.0, 0.0]
    for figures in series.days {
      let side = figures.day < day ? 0 : 1
      parts[side] += figures.seconds
      sums[side] += figures.secondsOfAll
    }
    guard sums[0] > 0, sums[1] > 0 else { return 0 }
    return parts[1] / sums[1] - parts[0] / sums[0]
  }
}

/// Durations before a day, and of it and later.
struct DurationChange {
  private var before = DurationSketch()
  private var after = DurationSketch()
  private var span = DaySpan()

  /// Nil where one of both is empty. Of the later days, those before `from` do not count.
  init?(_ days: [(day: Int32, durations: DurationSketch)], at change: Int32, from: Int32) {
    for (day, durations) in days {
      if day < change {
        before.merge(durations)
      } else if day >= from {
        after.merge(durations)
        span.extend(to: day)
      }
    }
    guard before.count > 0, after.count > 0 else { return nil }
  }

  func evidence(isRise: Bool, _ thresholds: SearchThresholds) -> PatternEvidence? {
    guard min(before.count, after.count) >= thresholds.leastExecutions else { return nil }
    var all = before
    all.merge(after)
    let sample = isRise ? after : before
    guard let test = RankSumTest(of: sample, in: all),
      let afterTest = RankSumTest(of: after, in: all)
    else { return nil }
    return PatternEvidence(
      after, before, afterTest, lnP: test.lnP, isRise: isRise, days: span)
  }
}
