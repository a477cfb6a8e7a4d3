/// How well one user's executions in a window performed.
public struct PerformanceMetrics: Equatable, Sendable {
  /// What was asked.
  public var query: WindowQuery
  /// Always all five, from very fast to very slow.
  public var speedClasses: [SpeedClassFigures]
  /// How all durations are spread.
  public var durations: DurationSpread
  /// At most 5, most frequent first, ties by fingerprint.
  public var errorPatterns: [ErrorPattern]
  /// Never empty.
  public var tips: [OptimizationTip]
  /// The days that have a duration, oldest first.
  public var efficiencyTrend: [EfficiencyPoint]
  /// At most ``TaskSummary/limit``, those that took the most time first, ties by name.
  public var slowestTasks: [TaskMetrics]
  /// The days that have an execution, oldest first.
  public var daily: [DailyFigures]

  /// The metrics of these parts.
  public init(
    query: WindowQuery, speedClasses: [SpeedClassFigures], durations: DurationSpread,
    errorPatterns: [ErrorPattern], tips: [OptimizationTip], efficiencyTrend: [EfficiencyPoint],
    slowestTasks: [TaskMetrics], daily: [DailyFigures]
  ) {
    self.query = query
    self.speedClasses = speedClasses
    self.durations = durations
    self.errorPatterns = errorPatterns
    self.tips = tips
    self.efficiencyTrend = efficiencyTrend
    self.slowestTasks = slowestTasks
    self.daily = daily
  }
}

/// How long an execution took, in five classes.
public enum SpeedClass: String, CaseIterable, Sendable {
  case veryFast = "very_fast"
  case fast
  case normal
  case slow
  case verySlow = "very_slow"
}

/// The executions of one speed class.
public struct SpeedClassFigures: Equatable, Sendable {
  /// The class.
  public var speedClass: SpeedClass
  /// How many there are.
  public var executions: Int64
  /// The sum of their durations, each rounded to the microsecond.
  public var durationSumMicroseconds: Int64

  /// The figures of one class.
  public init(speedClass: SpeedClass, executions: Int64, durationSumMicroseconds: Int64) {
    self.speedClass = speedClass
    self.executions = executions
    self.durationSumMicroseconds = durationSumMicroseconds
  }

  /// Their mean duration in seconds. Nil where there are none.
  public var averageDurationSeconds: Double? {
    executions == 0 ? nil : Double(durationSumMicroseconds) / 1e6 / Double(executions)
  }
}

/// How often an error occurs against the window of the same length before. The raw values are
/// those of the proto's `ErrorTrend`.
public enum ErrorTrend: Int32, Sendable {
  case new = 1
  case rising = 2
  case steady = 3
  case falling = 4
}

/// Errors with the same fingerprint.
public struct ErrorPattern: Equatable, Sendable {
  /// What the messages have in common.
  public var fingerprint: String
  /// How many executions of the window ended with it.
  public var frequency: Int64
  /// What these are among all executions of the window with an error, in percent from 0 to 100,
  /// rounded to 2 decimals.
  public var share: Double
  /// The earliest `created_at`.
  public var firstSeen: Timestamp
  /// The latest `created_at`.
  public var lastSeen: Timestamp
  /// Against the window before.
  public var trend: ErrorTrend
  /// The message of the latest, as it was saved.
  public var sampleMessage: String
  /// At most 5, newest first.
  public var sampleIDs: [ExecutionID]
  /// What the inputs of the executions that end with it have in common, the strongest first: at most 5.
  public var inputAssociations: [InputAssociation]

  /// The errors of one fingerprint.
  public init(
    fingerprint: String, frequency: Int64, share: Double, firstSeen: Timestamp,
    lastSeen: Timestamp, trend: ErrorTrend, sampleMessage: String, sampleIDs: [ExecutionID],
    inputAssociations: [InputAssociation] = []
  ) {
    self.fingerprint = fingerprint
    self.frequency = frequency
    self.share = share
    self.firstSeen = firstSeen
    self.lastSeen = lastSeen
    self.trend = trend
    self.sampleMessage = sampleMessage
    self.sampleIDs = sampleIDs
    self.inputAssociations = inputAssociations
  }
}

/// One UTC day's median duration against the 28 days before it.
public struct EfficiencyPoint: Equatable, Sendable {
  /// Days since 1970-01-01.
  public var day: Int32
  /// How many executions of the day have a duration.
  public var executions: Int64
  /// The median of their durations, by nearest rank.
  public var medianDurationSeconds: Double
  /// Nil where the 28 days before have no duration.
  public var baselineMedianSeconds: Double?

  /// The figures of one day.
  public init(
    day: Int32, executions: Int64, medianDurationSeconds: Double, baselineMedianSeconds: Double?
  ) {
    self.day = day
    self.executions = executions
    self.medianDurationSeconds = medianDurationSeconds
    self.baselineMedianSeconds = baselineMedianSeconds
  }

  /// median / baseline. Nil where the baseline is absent or 0.
  public var ratio: Double? {
    guard let baselineMedianSeconds, baselineMedianSeconds > 0 else { return nil }
    return medianDurationSeconds / baselineMedianSeconds
  }
}
