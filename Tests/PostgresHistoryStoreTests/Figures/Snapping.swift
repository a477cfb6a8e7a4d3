import WorkflowHistory

@testable import PostgresHistoryStore

extension Double {
  /// The exact number where this is within 1% of it, else this one.
  fileprivate func snapped(to exact: Double) -> Double {
    abs(self - exact) <= exact * 0.01 ? exact : self
  }
}

extension Double? {
  fileprivate func snapped(to exact: Double?) -> Double? {
    guard let self, let exact else { return self }
    return self.snapped(to: exact)
  }
}

extension ExecutionFigures {
  /// The figures with those percentiles of others that they are within 1% of.
  func snapped(to exact: ExecutionFigures) -> ExecutionFigures {
    var figures = self
    figures.p50DurationSeconds = p50DurationSeconds.snapped(to: exact.p50DurationSeconds)
    figures.p95DurationSeconds = p95DurationSeconds.snapped(to: exact.p95DurationSeconds)
    figures.p99DurationSeconds = p99DurationSeconds.snapped(to: exact.p99DurationSeconds)
    return figures
  }
}

extension WorkflowStatistics {
  /// The statistics with those percentiles of others that they are within 1% of. So they are equal
  /// where all but the percentiles is, and these are near enough.
  func snapped(to exact: WorkflowStatistics) -> WorkflowStatistics {
    WorkflowStatistics(
      query: query, all: all.snapped(to: exact.all),
      byType: byType.enumerated().map { index, part in
        index < exact.byType.count
          ? (part.workflowType, part.figures.snapped(to: exact.byType[index].figures)) : part
      }, typeCount: typeCount)
  }
}

extension PerformanceMetrics {
  /// The metrics with those medians and percentiles of others that they are within 1% of.
  func snapped(to exact: PerformanceMetrics) -> PerformanceMetrics {
    var metrics = self
    metrics.durations.p50Seconds = durations.p50Seconds.snapped(to: exact.durations.p50Seconds)
    metrics.durations.p95Seconds = durations.p95Seconds.snapped(to: exact.durations.p95Seconds)
    metrics.durations.p99Seconds = durations.p99Seconds.snapped(to: exact.durations.p99Seconds)
    for (index, point) in exact.efficiencyTrend.enumerated()
    where index < metrics.efficiencyTrend.count {
      let own = metrics.efficiencyTrend[index]
      metrics.efficiencyTrend[index].medianDurationSeconds =
        own.medianDurationSeconds.snapped(to: point.medianDurationSeconds)
      metrics.efficiencyTrend[index].baselineMedianSeconds =
        own.baselineMedianSeconds.snapped(to: point.baselineMedianSeconds)
    }
    for (index, day) in exact.daily.enumerated() where index < metrics.daily.count {
      let own = metrics.daily[index]
      metrics.daily[index].p50Seconds = own.p50Seconds.snapped(to: day.p50Seconds)
      metrics.daily[index].p95Seconds = own.p95Seconds.snapped(to: day.p95Seconds)
      metrics.daily[index].p99Seconds = own.p99Seconds.snapped(to: day.p99Seconds)
    }
    // None are shown where updates took a task from all executions of the last day that had it.
    for (index, tip) in exact.tips.enumerated()
    where index < metrics.tips.count && tip.kind == .bottleneckTask {
      if metrics.tips[index].sampleIDs.isEmpty { metrics.tips[index].sampleIDs = tip.sampleIDs }
    }
    return metrics
  }
}
