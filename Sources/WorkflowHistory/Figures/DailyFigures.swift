/// What the executions of one UTC day add up to.
public struct DailyFigures: Equatable, Sendable {
  /// Days since 1970-01-01.
  public var day: Int32
  /// How many executions were created on the day.
  public var executions: Int64
  /// How many of them are completed now.
  public var completed: Int64
  /// How many of them have failed.
  public var failed: Int64
  /// The median of the durations that are known, in seconds, by nearest rank. Nil where none is.
  public var p50Seconds: Double?
  /// Their 95th percentile.
  public var p95Seconds: Double?
  /// Their 99th percentile.
  public var p99Seconds: Double?

  /// The figures of one day.
  public init(
    day: Int32, executions: Int64, completed: Int64, failed: Int64, p50Seconds: Double?,
    p95Seconds: Double?, p99Seconds: Double?
  ) {
    self.day = day
    self.executions = executions
    self.completed = completed
    self.failed = failed
    self.p50Seconds = p50Seconds
    self.p95Seconds = p95Seconds
    self.p99Seconds = p99Seconds
  }

  /// The figures of a day's counts and durations.
  public init(day: Int32, counts: StatusCounts, durations: DurationHistogram) {
    self.init(
      day: day, executions: counts.total, completed: counts[.completed], failed: counts[.failed],
      p50Seconds: durations.percentile(50), p95Seconds: durations.percentile(95),
      p99Seconds: durations.percentile(99))
  }

  /// completed / all in percent, rounded to 2 decimals.
  public var successRate: Double { percent(completed, of: executions) }
}
