internal import Metrics

/// How far the readers of the change log are behind, as metrics.
final class LagGauges {
  private let factory: any MetricsFactory
  private var told: Set<String> = []

  init(_ factory: any MetricsFactory) { self.factory = factory }

  /// Tells what was measured; of readers that are no more, that nothing is known.
  func tell(_ lags: [ChangeLogLag]) {
    let gone = told.subtracting(lags.map(\.reader))
    for reader in gone { record(reader, seconds: .nan, rows: .nan) }
    for lag in lags { record(lag.reader, seconds: lag.seconds, rows: Double(lag.rows)) }
    told = Set(lags.map(\.reader))
  }

  /// Tells that nothing is known: what was measured last would be taken for what is now.
  func forget() { tell([]) }

  private func record(_ reader: String, seconds: Double, rows: Double) {
    let dimensions = [("reader", reader)]
    Gauge(label: "workflow_history.change_log.lag", dimensions: dimensions, factory: factory)
      .record(seconds)
    Gauge(label: "workflow_history.change_log.unread", dimensions: dimensions, factory: factory)
      .record(rows)
  }
}
