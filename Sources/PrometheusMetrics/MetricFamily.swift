/// A metric with its series, as they were at one time.
public struct MetricFamily: Sendable {
  /// What it is.
  public let description: MetricDescription
  /// Its series, in the order of their labels' values.
  public let series: [MetricSeries]

  init(_ description: MetricDescription, _ series: [MetricSeries]) {
    self.description = description
    self.series = series
  }
}

/// One of a metric's series.
public struct MetricSeries: Sendable {
  /// The values of the metric's labels, in their order.
  public let labelValues: [String]
  /// Since when it has been counted, in seconds since 1970.
  public let created: Double
  /// What was counted.
  public let value: MetricValue

  init(_ labelValues: [String], created: Double, _ value: MetricValue) {
    self.labelValues = labelValues
    self.created = created
    self.value = value
  }
}

/// What was counted of a series.
public struct MetricValue: Sendable, Equatable {
  /// The count, or what there is; of a histogram the sum.
  public internal(set) var number = 0.0
  /// How many values are in each bucket of a histogram, and in none before it.
  public internal(set) var buckets: [Int64] = []
}
