internal import Postgres
public import WorkflowHistory

extension PostgresHistoryStore {
  /// As ``HistoryStore`` asks.
  public func performanceMetrics(_ query: WindowQuery) async throws -> PerformanceMetrics {
    try await answering {
      // Both statements see one snapshot.
      try await analysts.transaction { (transaction) async throws in
        var tally = MetricsTally(query)
        let parts = tally.parts(query)
        let rows = try await transaction.query(parts.statement, parts.parameters)
        for index in 0..<rows.count { try tally.add(rows[index]) }
        let errorPatterns = try await tally.errors.patterns(
          query, tally.window, tally.before, in: transaction)
        let speedClasses = tally.speedClasses
        return PerformanceMetrics(
          query: query, speedClasses: speedClasses, errorPatterns: errorPatterns,
          tips: OptimizationTip.tips(speedClasses: speedClasses, errorPatterns: errorPatterns),
          efficiencyTrend: tally.efficiencyTrend)
      }
    }
  }
}
