internal import CoreMetrics
internal import Synchronization

/// Keeps the figures of a process: a backend of swift-metrics for metrics that are described.
///
/// Each handle that is made counts in cells of its own, without locks, so that loops that count the same
/// don't meet; ``families()`` adds them up. What can't be told apart by the labels that its description has
/// is one series, and what nothing describes is not kept: so the number of series is known beforehand.
public final class MetricsRegistry: Sendable {
  private struct Series {
    let created: Double
    var cells: [any MetricCell] = []
  }

  private struct Family {
    let description: MetricDescription
    var series: [[String]: Series] = [:]
  }

  /// How many series a metric may have; what would be another is not kept.
  private static let maxSeries = 2_000
  /// How many handles of a series have a cell of their own; more share them.
  private static let maxCells = 1_024

  /// By what swift-metrics knows them by.
  private let known: Mutex<[String: Family]>
  private let now: @Sendable () -> Double

  /// A registry of these metrics.
  ///
  /// - Parameter now: The time, in seconds since 1970.
  public init(_ descriptions: [MetricDescription], now: @escaping @Sendable () -> Double) {
    self.now = now
    known = Mutex(
      Dictionary(uniqueKeysWithValues: descriptions.map { ($0.label, Family(description: $0)) }))
  }

  /// Has all handles of the process made here that are made from now on; once in a process.
  public func bootstrap() { MetricsSystem.bootstrap(self) }

  /// Tells a gauge or a counter that is known elsewhere: `read` is called when it is told, on any
  /// thread, and has to be quick.
  public func observe(
    _ label: String, _ dimensions: [(String, String)] = [],
    _ read: @escaping @Sendable () -> Double
  ) {
    _ = cell(label, dimensions) { _ in ObservedCell(read) }
  }

  /// All metrics that have series, by name.
  public func families() -> [MetricFamily] {
    let families = known.withLock { Array($0.values) }
    return families.filter { !$0.series.isEmpty }
      .sorted { $0.description.name < $1.description.name }
      .map { family in
        let series = family.series.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        return MetricFamily(
          family.description,
          series.map { labelValues, series in
            var value = MetricValue()
            for cell in series.cells { cell.add(to: &value) }
            return MetricSeries(labelValues, created: series.created, value)
          })
      }
  }

  /// A cell of a series; nil where the metric is not described as one that has such cells, or has too many
  /// series.
  ///
  /// - Parameters:
  ///   - isShared: Whether all handles of the series have one cell, as what is set last counts.
  ///   - make: Makes a cell of a kind of metric; nil where it has none such.
  func cell<Cell: MetricCell>(
    _ label: String, _ dimensions: [(String, String)], isShared: Bool = false,
    _ make: (MetricDescription) -> Cell?
  ) -> Cell? {
    let now = now()
    return known.withLock { families in
      guard let place = families.index(forKey: label) else { return nil }
      let description = families.values[place].description
      let values = description.dimensions.map { name in
        dimensions.first { $0.0 == name }?.1 ?? ""
      }
      var series = families.values[place].series[values] ?? Series(created: now)
      guard
        !series.cells.isEmpty || families.values[place].series.count < Self.maxSeries
      else { return nil }
      if series.cells.count >= (isShared ? 1 : Self.maxCells) {
        // Another each time.
        series.cells.append(series.cells.removeFirst())
        families.values[place].series[values] = series
        return series.cells.last as? Cell
      }
      guard let cell = make(description) else { return nil }
      series.cells.append(cell)
      families.values[place].series[values] = series
      return cell
    }
  }
}
