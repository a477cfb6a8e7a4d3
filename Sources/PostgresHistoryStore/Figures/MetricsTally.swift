internal import Postgres
internal import WorkflowHistory

/// Adds up what metrics are made of: durations by day, of the window and of the days that are its
/// baseline; errors, of the window and of the one before; and tasks.
struct MetricsTally {
  let window: RollupSpan
  /// The window of the same length before.
  let before: RollupSpan
  private let firstDay: Day
  private var byDay: [Day: DurationFigures] = [:]
  /// What is added to days, or taken away from them, to have the window's part of them.
  private var ends: [Day: DurationFigures] = [:]
  /// Of the window's days.
  private var counts: [Day: StatusCounts] = [:]
  private(set) var errors = ErrorTally()
  private(set) var tasks = TaskTally()
  private let limits: FigureLimits

  init(_ query: WindowQuery, limits: FigureLimits) {
    self.limits = limits
    let length = query.end.microseconds - query.start.microseconds
    let (start, overflow) = query.start.microseconds.subtractingReportingOverflow(length)
    // Where one window ends and the other begins, both need the same part of the day.
    let middle = DayCut(at: query.start, reading: .shorter)
    window = RollupSpan(from: middle, to: DayCut(at: query.end, reading: .after))
    before = RollupSpan(
      from: DayCut(at: Timestamp(microseconds: overflow ? .min : start), reading: .shorter),
      to: middle)
    firstDay = Day(of: query.start)
  }

  /// What is to be added.
  func parts(_ query: WindowQuery) -> FigureParts {
    let baseline = firstDay - EfficiencyTrend.baselineDays
    return FigureParts(
      query, days: min(baseline, before.days.lowerBound)..<window.days.upperBound,
      durationsFrom: baseline, tasksFrom: window.days.lowerBound, ends: window.ends,
      errorEnds: window.ends + before.ends)
  }

  /// Adds a part.
  ///
  /// - Throws: ``HistoryError/tooLarge(_:)`` where there are too many errors or tasks to tell apart.
  mutating func add(_ row: Row) throws {
    try addPart(row)
    guard errors.bytes <= limits.errorBytes else {
      throw HistoryError.tooLarge("\(errors.count - 1) different errors")
    }
    guard tasks.bytes <= limits.taskBytes else {
      throw HistoryError.tooLarge("\(tasks.count - 1) different tasks")
    }
  }

  private mutating func addPart(_ row: Row) throws {
    let part = try FigureParts.part(row)
    let day = try part.day
    switch part {
    case .rollup(let stored):
      let durations = try stored.durations
      if !durations.isEmpty {
        try byDay[day, default: DurationFigures()].merge(encoded: durations)
      }
      guard let of = windowOfErrors(day) else { return }
      try errors.add(encoded: stored.errors, of: day, to: of)
      guard of == .now else { return }
      try counts[day, default: StatusCounts()].merge(stored.counts)
      try tasks.add(encoded: FigureParts.tasks(row), of: day, times: 1)
      if try FigureParts.spillsTasks(row) { tasks.hasSpilled = true }
    case .change(_, let contribution, let times):
      if let duration = contribution.durationSeconds {
        byDay[day, default: DurationFigures()].add(duration, times: times)
      }
      guard let of = windowOfErrors(day) else { return }
      if let fingerprint = contribution.errorFingerprint {
        errors.add(times, ExactText(fingerprint), of: day, to: of)
      }
      guard of == .now else { return }
      counts[day, default: StatusCounts()][contribution.status] += times
      try tasks.add(encoded: FigureParts.tasks(row), of: day, times: times)
    case .executions(let id, let group):
      let times = window.times(id)
      try counts[day, default: StatusCounts()][group.status] += times * group.count
      for duration in try group.durations {
        ends[day, default: DurationFigures()].add(duration, times: times)
      }
    case .error(let id, let fingerprint):
      for (span, of) in [(window, ErrorTally.Window.now), (before, .before)] {
        let times = span.times(id)
        if times != 0 { errors.add(times, fingerprint, of: day, to: of) }
      }
    case .tasks(let id):
      try tasks.add(encoded: FigureParts.tasks(row), of: day, times: window.times(id))
    }
  }

  /// The window to which the errors of a day's rollups count, as a whole at first.
  private func windowOfErrors(_ day: Day) -> ErrorTally.Window? {
    window.days.contains(day) ? .now : before.days.contains(day) ? .before : nil
  }

  // MARK: Figures

  /// Those of the window.
  var durations: DurationFigures {
    var sum = DurationFigures()
    for (day, figures) in byDay where window.days.contains(day) { sum.merge(figures) }
    for figures in ends.values { sum.merge(figures) }
    return sum
  }

  /// The newest day of the window that has executions of a class; nil where none has.
  func newestDay(of speedClass: SpeedClass) -> Day? {
    Set(byDay.keys).union(ends.keys).filter { day in
      let inWindow = window.days.contains(day) ? byDay[day]?[speedClass].count ?? 0 : 0
      return inWindow + (ends[day]?[speedClass].count ?? 0) > 0
    }.max()
  }

  var efficiencyTrend: [EfficiencyPoint] {
    var trend = EfficiencyTrend()
    for day in Set(byDay.keys).union(ends.keys).sorted() {
      let all = byDay[day]?.histogram ?? DurationHistogram()
      trend.add(day, all: all, inWindow: durations(of: day))
    }
    return trend.points
  }

  /// The figures of each day that has an execution in the window, oldest first.
  var daily: [DailyFigures] {
    counts.filter { $0.value.total > 0 }.sorted { $0.key < $1.key }.map { day, counts in
      DailyFigures(day: day.number, counts: counts, durations: durations(of: day))
    }
  }

  /// Those of a day, as far as it lies in the window.
  private func durations(of day: Day) -> DurationHistogram {
    let all = byDay[day]?.histogram ?? DurationHistogram()
    var inWindow = window.days.contains(day) ? all : DurationHistogram()
    if let end = ends[day] { inWindow.merge(end.histogram) }
    return inWindow
  }
}
