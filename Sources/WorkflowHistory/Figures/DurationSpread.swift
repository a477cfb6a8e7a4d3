/// How the durations of a window are spread.
public struct DurationSpread: Equatable, Sendable {
  /// The median in seconds, by nearest rank, within 1%. Nil where there are no durations, like the others.
  public var p50Seconds: Double?
  /// The 95th percentile in seconds.
  public var p95Seconds: Double?
  /// The 99th percentile in seconds.
  public var p99Seconds: Double?
  /// Those that have any, shortest first.
  public var buckets: [DurationBucket]

  /// The spread with these figures.
  public init(
    p50Seconds: Double? = nil, p95Seconds: Double? = nil, p99Seconds: Double? = nil,
    buckets: [DurationBucket] = []
  ) {
    self.p50Seconds = p50Seconds
    self.p95Seconds = p95Seconds
    self.p99Seconds = p99Seconds
    self.buckets = buckets
  }

  /// What a histogram says of it.
  public init(_ histogram: DurationHistogram) {
    self.init(
      p50Seconds: histogram.percentile(50), p95Seconds: histogram.percentile(95),
      p99Seconds: histogram.percentile(99), buckets: histogram.octaveBuckets)
  }
}

/// The executions that took from some time up to twice that.
public struct DurationBucket: Equatable, Sendable {
  /// The shortest duration in seconds: 0, or a power of two.
  public var lowerSeconds: Double
  /// How many there are.
  public var executions: Int64

  /// The bucket with these figures.
  public init(lowerSeconds: Double, executions: Int64) {
    self.lowerSeconds = lowerSeconds
    self.executions = executions
  }

  /// The end in seconds, which is not in the bucket: twice the shortest. The bucket of 0 ends at 0,
  /// and holds nothing else.
  public var upperSeconds: Double { 2 * lowerSeconds }
}
