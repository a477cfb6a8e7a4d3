/// What some executions add up to.
public struct ExecutionFigures: Equatable, Sendable {
  /// How many stand at each status. A status that is missing counts 0.
  public var counts: [WorkflowStatus: Int64]
  /// How many have a duration.
  public var durationCount: Int64
  /// The sum of their durations, each rounded to the microsecond.
  public var durationSumMicroseconds: Int64
  /// The median of the durations by nearest rank, in seconds. Nil where none has one.
  public var p50DurationSeconds: Double?
  /// The 95th percentile of the durations, likewise.
  public var p95DurationSeconds: Double?
  /// The 99th percentile of the durations, likewise.
  public var p99DurationSeconds: Double?
  /// The earliest `created_at`.
  public var firstExecutionAt: Timestamp?
  /// The latest `created_at`.
  public var lastExecutionAt: Timestamp?

  /// The figures of some executions; of none, as they are by default.
  public init(
    counts: [WorkflowStatus: Int64] = [:], durationCount: Int64 = 0,
    durationSumMicroseconds: Int64 = 0, p50DurationSeconds: Double? = nil,
    p95DurationSeconds: Double? = nil, p99DurationSeconds: Double? = nil,
    firstExecutionAt: Timestamp? = nil, lastExecutionAt: Timestamp? = nil
  ) {
    self.counts = counts
    self.durationCount = durationCount
    self.durationSumMicroseconds = durationSumMicroseconds
    self.p50DurationSeconds = p50DurationSeconds
    self.p95DurationSeconds = p95DurationSeconds
    self.p99DurationSeconds = p99DurationSeconds
    self.firstExecutionAt = firstExecutionAt
    self.lastExecutionAt = lastExecutionAt
  }

  /// How many executions there are.
  public var total: Int64 { counts.values.reduce(0, +) }
  /// The mean duration in seconds. Nil where none has one.
  public var averageDurationSeconds: Double? {
    durationCount == 0 ? nil : Double(durationSumMicroseconds) / 1e6 / Double(durationCount)
  }
}

/// Figures over one user's executions in a window.
public struct WorkflowStatistics: Equatable, Sendable {
  /// What was asked.
  public var query: WindowQuery
  /// The figures of the whole window.
  public var all: ExecutionFigures
  /// By workflow type: most executions first, ties by name. At most ``typeLimit`` of them.
  public var byType: [(workflowType: String, figures: ExecutionFigures)]
  /// How many types have executions, listed or not.
  public var typeCount: Int64

  /// How many types are listed at most: there may be one for each execution.
  public static let typeLimit = 1000

  /// The figures of one window.
  ///
  /// - Parameter typeCount: nil where `byType` has all types.
  public init(
    query: WindowQuery, all: ExecutionFigures,
    byType: [(workflowType: String, figures: ExecutionFigures)], typeCount: Int64? = nil
  ) {
    self.query = query
    self.all = all
    self.byType = byType
    self.typeCount = typeCount ?? Int64(byType.count)
  }

  /// The type with the most executions, ties by name. Nil where there are none.
  public var mostCommonType: String? { byType.first?.workflowType }

  /// Whether all of the figures are the same.
  public static func == (a: WorkflowStatistics, b: WorkflowStatistics) -> Bool {
    a.query == b.query && a.all == b.all && a.typeCount == b.typeCount
      && a.byType.elementsEqual(b.byType, by: ==)
  }
}
