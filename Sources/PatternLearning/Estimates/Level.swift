/// Days between two changes of how long executions take, or of how often they fail.
struct Level: Equatable {
  /// The first UTC day.
  let first: Int32
  /// Half of the executions that completed took at most so long, in seconds.
  let median: Double?
}

extension DailySeries where Figures == OutcomeDay {
  /// How improbable by chance a change must be: a false one costs little.
  private static var significance: Double { 0.05 }
  /// How many days and executions there must be on each side of it. Fewer than a pattern has: an
  /// estimate is wrong as long as a change is not seen.
  private static var leastDays: Int { 2 }
  private static var leastExecutions: Int64 { 20 }

  /// Days with the same durations, as far as days can tell, from the oldest on.
  var durationLevels: [Level] {
    levels(days.filter { $0.durations.count > 0 }) { days in
      ChangePointTest(
        days.map { ($0.day, $0.durations) }, leastWeight: Self.leastExecutions,
        leastDays: Self.leastDays)
    }
  }

  /// Days with the same share of failures, as far as days can tell, from the oldest on.
  var failureLevels: [Level] {
    levels(days) {
      ChangePointTest(
        failuresOf: $0, leastWeight: Self.leastExecutions, leastDays: Self.leastDays)
    }
  }

  /// Looks for a change, and then on both sides of it, until there is none (Scott and Knott 1974,
  /// "A cluster analysis method for grouping means in the analysis of variance").
  private func levels(
    _ days: [OutcomeDay], _ test: ([OutcomeDay]) -> ChangePointTest?
  ) -> [Level] {
    guard let first = days.first else { return [] }
    if let change = test(days), change.lnP <= ln(Self.significance) {
      return levels(Array(days[..<change.index]), test) + levels(Array(days[change.index...]), test)
    }
    var durations = DurationSketch()
    for day in days { durations.merge(day.durations) }
    return [Level(first: first.day, median: durations.median)]
  }
}
