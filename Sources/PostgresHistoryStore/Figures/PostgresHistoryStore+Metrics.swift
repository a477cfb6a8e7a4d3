internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func performanceMetrics(_ query: WindowQuery) async throws -> PerformanceMetrics {
    try await sharedMetrics.answer(query) { try await self.readMetrics($0) }
  }

  private func readMetrics(_ query: WindowQuery) async throws -> PerformanceMetrics {
    try await answering {
      // All statements see one snapshot.
      try await analysts.transaction { (transaction) async throws in
        var tally = MetricsTally(query, limits: figureLimits)
        let reader = FigureReader(
          parts: tally.parts(query), limits: figureLimits, eventLoop: eventLoop)
        try await reader.read(in: transaction) { try tally.add($0) }
        let tasks = try await SlowestTasks(
          query: query, window: tally.window, limits: figureLimits, sealing: sealing,
          eventLoop: eventLoop
        ).summary(of: tally.tasks, in: transaction)
        let errors = await ErrorPatterns.statement(
          tally.errors, query, tally.window, tally.before, on: eventLoop)
        let slow = SlowSamples.statement(tally, query)
        let bottleneck = TaskSamples(of: tasks, query, sealing: sealing)
        let found = try await transaction.commit(
          with: [errors, LearnedFindings.statement(query), RetryStorms.statement(query)]
            + [slow, bottleneck?.statement].compactMap { $0 })
        let findings = try LearnedFindings(found[1], query, sealing: sealing)
        let storms = try RetryStorms.tips(found[2], query, sealing: sealing)
        var errorPatterns = try ErrorPatterns.patterns(found[0], sealing: sealing)
        for index in errorPatterns.indices {
          errorPatterns[index].inputAssociations = findings.associations(
            ofError: errorPatterns[index].fingerprint)
        }
        let samples = slow == nil ? [:] : try SlowSamples.ids(found[3])
        let durations = tally.durations
        let speedClasses = durations.speedClasses
        return PerformanceMetrics(
          query: query, speedClasses: speedClasses, durations: DurationSpread(durations.histogram),
          errorPatterns: errorPatterns,
          tips: OptimizationTip.tips(
            speedClasses: speedClasses, samples: samples, errorPatterns: errorPatterns,
            tasks: tasks,
            bottleneckSamples: try bottleneck?.ids(in: found[found.count - 1]) ?? [],
            learned: findings.tips + storms.prefix(LearnedFindings.tipLimit)),
          efficiencyTrend: tally.efficiencyTrend,
          slowestTasks: tasks.metrics, daily: tally.daily)
      }
    }
  }
}
