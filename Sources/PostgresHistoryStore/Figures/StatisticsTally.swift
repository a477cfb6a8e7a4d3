internal import Postgres
internal import WorkflowHistory

/// Adds up the parts of a window type by type: of the types that are done it keeps the figures of
/// the most common ones, and no histogram.
struct StatisticsTally {
  /// What of a type has come so far.
  private struct Current {
    var workflowType: ExactText
    var rollup = ExecutionRollup()
    var dropped = Extent()
    /// From the first to the last day of its parts.
    var days: ClosedRange<Day>

    mutating func include(_ day: Day) {
      days = min(days.lowerBound, day)...max(days.upperBound, day)
    }
  }

  /// A type that is done.
  private struct Entry {
    var workflowType: ExactText
    /// But for when the first and the last execution were of those that are left.
    var figures: ExecutionFigures
    var total: Int64
    var days: ClosedRange<Day>

    /// Whether it is listed first: more executions, or as many and an earlier name.
    func precedes(_ other: Entry) -> Bool {
      total != other.total ? total > other.total : workflowType < other.workflowType
    }
  }

  private let query: WindowQuery
  private let span: RollupSpan
  private let typeLimit: Int
  private var current: Current?
  private var whole = ExecutionRollup()
  private var dropped = Extent()
  private var entries: [Entry] = []
  /// The last of the entries that were kept when there were too many.
  private var last: Entry?
  private var typeCount: Int64 = 0

  init(_ query: WindowQuery, _ span: RollupSpan, typeLimit: Int) {
    self.query = query
    self.span = span
    self.typeLimit = typeLimit
  }

  /// Adds a part. Those of a type must come one after another.
  mutating func add(_ row: Row) throws {
    let workflowType = ExactText(try FigureParts.workflowType(row))
    let part = try FigureParts.part(row)
    let day = try part.day
    if current?.workflowType != workflowType {
      finishType()
      current = Current(workflowType: workflowType, days: day...day)
    }
    current?.include(day)
    switch part {
    case .rollup(let stored):
      current?.rollup.counts.merge(try stored.counts)
      try current?.rollup.durations.merge(encoded: stored.durations)
      for instant in try stored.dropped where instant >= query.start && instant < query.end {
        current?.dropped.include(instant)
      }
    case .change(_, let contribution, let times):
      current?.rollup.add(contribution, times: times)
    case .executions(let id, let group):
      let times = span.times(id)
      current?.rollup.counts[try group.status] += try group.count * times
      for duration in try group.durations {
        current?.rollup.durations.add(duration, times: times)
      }
    case .error, .tasks: break
    }
  }

  private mutating func finishType() {
    guard let done = current.take(), done.rollup.counts.total != 0 else { return }
    typeCount += 1
    whole.merge(done.rollup)
    dropped.include(done.dropped)
    var entry = Entry(
      workflowType: done.workflowType, figures: ExecutionFigures(),
      total: done.rollup.counts.total, days: done.days)
    if let last, !entry.precedes(last) { return }
    entry.figures = ExecutionFigures(done.rollup, done.dropped)
    entries.append(entry)
    // So many at a time that sorting them is no work.
    if entries.count >= 2 * typeLimit { keepFirst() }
  }

  private mutating func keepFirst() {
    entries.sort { $0.precedes($1) }
    guard entries.count > typeLimit else { return }
    entries.removeLast(entries.count - typeLimit)
    last = entries.last
  }

  /// The statistics of what was added, with the first and the last execution of each type that is
  /// listed, which are looked up.
  mutating func statistics(in transaction: Transaction) async throws -> WorkflowStatistics {
    finishType()
    keepFirst()
    var statistics = WorkflowStatistics(
      query: query, all: ExecutionFigures(whole, dropped), byType: [], typeCount: typeCount)
    if typeCount > entries.count {
      statistics.all.include(try await ExecutionBounds.ofAllTypes(query, in: transaction))
    }
    let bounds = try await ExecutionBounds.commit(
      query,
      types: entries.map {
        ExecutionBounds.TypeDays(workflowType: $0.workflowType.text, days: $0.days)
      }, in: transaction)
    for (entry, bounds) in zip(entries, bounds) {
      var figures = entry.figures
      figures.include(bounds)
      statistics.byType.append((entry.workflowType.text, figures))
      statistics.all.include(Extent(figures))
    }
    return statistics
  }
}

/// From the first to the last of some instants.
struct Extent {
  private(set) var first: Timestamp?
  private(set) var last: Timestamp?

  mutating func include(_ instant: Timestamp) {
    first = min(first ?? instant, instant)
    last = max(last ?? instant, instant)
  }

  mutating func include(_ other: Extent) {
    for instant in [other.first, other.last].compactMap({ $0 }) { include(instant) }
  }
}

extension Extent {
  /// When the executions of some figures were created.
  fileprivate init(_ figures: ExecutionFigures) {
    first = figures.firstExecutionAt
    last = figures.lastExecutionAt
  }
}

extension ExecutionFigures {
  /// The figures of a rollup, of whose executions the first and the last are known so far.
  fileprivate init(_ rollup: ExecutionRollup, _ extent: Extent) {
    self.init(
      durationCount: rollup.durations.count,
      durationSumMicroseconds: Int64(clamping: rollup.durations.sumMicroseconds),
      p50DurationSeconds: rollup.durations.histogram.percentile(50),
      p95DurationSeconds: rollup.durations.histogram.percentile(95),
      p99DurationSeconds: rollup.durations.histogram.percentile(99),
      firstExecutionAt: extent.first, lastExecutionAt: extent.last)
    for status in WorkflowStatus.allCases { counts[status] = rollup.counts[status] }
  }

  /// Takes more of the executions into account for when the first and the last were.
  fileprivate mutating func include(_ extent: Extent) {
    var all = Extent(self)
    all.include(extent)
    firstExecutionAt = all.first
    lastExecutionAt = all.last
  }
}
