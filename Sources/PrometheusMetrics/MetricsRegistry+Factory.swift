public import CoreMetrics

extension MetricsRegistry: MetricsFactory {
  /// A counter with a cell of its own.
  public func makeCounter(
    label: String, dimensions: [(String, String)]
  ) -> any CounterHandler {
    let cell = cell(label, dimensions) { description in
      if case .counter = description.kind { CounterCell() } else { nil }
    }
    return cell ?? NOOPMetricsHandler.instance
  }

  /// A gauge that is the sum of what all of its meters are set to: each loop tells its part.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions, isShared: false) ?? NOOPMetricsHandler.instance
  }

  /// A histogram of whole numbers, or where nothing is aggregated, a gauge.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    guard aggregate else {
      return gauge(label, dimensions, isShared: true) ?? NOOPMetricsHandler.instance
    }
    return histogram(label, dimensions, isOfTimes: false) ?? NOOPMetricsHandler.instance
  }

  /// A histogram of times.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions, isOfTimes: true) ?? NOOPMetricsHandler.instance
  }

  private func gauge(
    _ label: String, _ dimensions: [(String, String)], isShared: Bool
  ) -> GaugeCell? {
    cell(label, dimensions, isShared: isShared) { description in
      if case .gauge = description.kind { GaugeCell() } else { nil }
    }
  }

  private func histogram(
    _ label: String, _ dimensions: [(String, String)], isOfTimes: Bool
  ) -> HistogramCell? {
    cell(label, dimensions) { description in
      guard case .histogram(let bounds) = description.kind else { return nil }
      return HistogramCell(bounds: bounds, isOfTimes: isOfTimes)
    }
  }

  // Series stay until the process ends, as counters must not go back.

  /// Does nothing: what was counted stays.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// Does nothing: what was set stays.
  public func destroyMeter(_ handler: any MeterHandler) {}
  /// Does nothing: what was recorded stays.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// Does nothing: what was timed stays.
  public func destroyTimer(_ handler: any TimerHandler) {}
}
