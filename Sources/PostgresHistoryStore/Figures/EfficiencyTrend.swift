internal import WorkflowHistory

/// Puts each day's median beside that of the days before it, which need not lie in the window.
struct EfficiencyTrend {
  /// How many days make the baseline.
  static let baselineDays: Int32 = 28

  private(set) var points: [EfficiencyPoint] = []
  private var recent: [(day: Day, durations: DurationHistogram)] = []
  /// What ``recent`` adds up to.
  private var baseline = DurationHistogram()

  /// Adds a day, later than those before: all of its durations, and those that lie in the window.
  mutating func add(_ day: Day, all: DurationHistogram, inWindow: DurationHistogram) {
    let start = day - Self.baselineDays
    let old = recent.firstIndex { $0.day >= start } ?? recent.count
    for one in recent.prefix(old) { baseline.merge(one.durations, times: -1) }
    recent.removeFirst(old)
    if let median = inWindow.percentile(50) {
      points.append(
        EfficiencyPoint(
          day: day.number, executions: inWindow.count, medianDurationSeconds: median,
          baselineMedianSeconds: baseline.percentile(50)))
    }
    recent.append((day, all))
    baseline.merge(all)
  }
}
