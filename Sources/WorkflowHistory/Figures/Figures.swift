extension SpeedClass {
  /// The class of an execution that took this long: under 5 s very fast, under 15 s fast, under
  /// 60 s normal, under 300 s slow, else very slow.
  public init(durationSeconds: Double) {
    self =
      switch durationSeconds {
      case ..<5: .veryFast
      case ..<15: .fast
      case ..<60: .normal
      case ..<300: .slow
      default: .verySlow
      }
  }
}

extension DurationFigures {
  /// The figures of each speed class: always all five.
  public var speedClasses: [SpeedClassFigures] {
    zip(SpeedClass.allCases, classes).map { speedClass, sum in
      SpeedClassFigures(
        speedClass: speedClass, executions: sum.count,
        durationSumMicroseconds: Int64(clamping: sum.sumMicroseconds))
    }
  }
}

extension ErrorTrend {
  /// The trend of an error that occurs `now` times in the window, and occurred `before` times in
  /// the window of the same length before it.
  public init(now: Int64, before: Int64) {
    self = before == 0 ? .new : now > before ? .rising : now == before ? .steady : .falling
  }
}

extension ExecutionFigures {
  /// completed / total in percent, rounded to 2 decimals. 0 where the total is 0.
  public var successRate: Double {
    percent(counts[.completed] ?? 0, of: total)
  }
}

extension ErrorPattern {
  /// What errors of one fingerprint are among all of a window, in percent, rounded to 2 decimals.
  /// 0 where there are none.
  public static func share(_ frequency: Int64, of errors: Int64) -> Double {
    percent(frequency, of: errors)
  }
}

extension TaskSummary {
  /// The metrics of the slowest.
  public var metrics: [TaskMetrics] {
    slowest.map { task in
      TaskMetrics(
        name: task.name, runs: task.figures.runs, failedRuns: task.figures.failedRuns,
        averageDurationSeconds: task.figures.averageDurationSeconds,
        timeShare: percent(
          task.figures.durationSumMicroseconds, of: all.durationSumMicroseconds),
        failureShare: percent(task.figures.failedRuns, of: all.failedRuns))
    }
  }
}

/// part / whole in percent, rounded to 2 decimals. 0 where the whole is 0.
func percent<Number: BinaryInteger>(_ part: Number, of whole: Number) -> Double {
  guard whole > 0 else { return 0 }
  // The product is exact below 2^53, so that a half is rounded as a half.
  return (Double(part) * 10_000 / Double(whole)).rounded() / 100
}

/// Percentiles by nearest rank: the smallest value that at least so many percent do not exceed.
public enum NearestRank {
  /// The rank of a percentile among `count` sorted values: from 1 to `count`, or 0 where there
  /// are none.
  public static func rank(percent: Int64, count: Int64) -> Int64 {
    guard count > 0 else { return 0 }
    // count * percent / 100, rounded up, without a product that could overflow.
    let (hundreds, rest) = count.quotientAndRemainder(dividingBy: 100)
    return max(1, hundreds * percent + (rest * percent + 99) / 100)
  }

  /// The percentile of values that are sorted, or nil where there are none.
  public static func percentile<Values: RandomAccessCollection>(
    _ percent: Int64, ofSorted values: Values
  ) -> Values.Element? {
    let rank = rank(percent: percent, count: Int64(values.count))
    guard rank > 0 else { return nil }
    return values[values.index(values.startIndex, offsetBy: Int(rank) - 1)]
  }
}
