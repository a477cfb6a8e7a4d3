import Postgres
import WorkflowHistory

@testable import PostgresHistoryStore

extension PostgresHistoryStore {
  /// ``statistics(_:)`` by a scan of the executions, percentiles to the last digit.
  func scannedStatistics(_ query: WindowQuery) async throws -> WorkflowStatistics {
    try await answering {
      let filter = HistoryFilter(query)
      // One statement: the types and the whole come from one snapshot.
      let result = try await analysts.query(
        filter.statement("scanned_statistics", Self.statisticsSQL(filter.condition)),
        filter.parameters)
      var statistics = WorkflowStatistics(query: query, all: ExecutionFigures(), byType: [])
      for index in 0..<result.count {
        let row = result[index]
        let figures = try ExecutionFigures(row, from: 1)
        if let workflowType: String = try row.value(0) {
          statistics.byType.append((workflowType, figures))
          statistics.typeCount += 1
        } else {
          statistics.all = figures
        }
      }
      return statistics
    }
  }

  /// A row for each type, and one for all of them, whose type is NULL.
  private static func statisticsSQL(_ condition: String) -> String {
    let counts = WorkflowStatus.allCases.map {
      "count(*) FILTER (WHERE status = \($0.rawValue))"
    }
    return """
      SELECT workflow_type, \(counts.joined(separator: ", ")), count(duration_seconds),
        \(durationSum),
        percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_seconds),
        min(created_at), max(created_at)
      FROM workflow_executions WHERE \(condition)
      GROUP BY GROUPING SETS ((), (workflow_type))
      ORDER BY count(*) DESC, workflow_type COLLATE "C"
      """
  }

  /// The sum of the durations in whole microseconds: exact, in whatever order it is taken. It stops
  /// at the largest number, and so does a duration (292,277 years), instead of failing.
  /// LEAST passes over NULL, hence the filter.
  static let durationSum =
    "least(coalesce(sum(round(least(duration_seconds, 9.2e12) * 1e6)::bigint)"
    + " FILTER (WHERE duration_seconds IS NOT NULL), 0), 9223372036854775807)::bigint"
}

extension ExecutionFigures {
  /// The figures in a row, whose first column is the `offset`-th.
  fileprivate init(_ row: Row, from offset: Int) throws(PostgresError) {
    self.init()
    var column = offset
    for status in WorkflowStatus.allCases {
      counts[status] = try row.value(column)
      column += 1
    }
    durationCount = try row.value(column)
    durationSumMicroseconds = try row.value(column + 1)
    // No percentiles of nothing.
    if durationCount > 0 {
      let percentiles: [Double] = try row.value(column + 2)
      guard percentiles.count == 3 else {
        throw PostgresError(.protocolViolation, "not three percentiles")
      }
      p50DurationSeconds = percentiles[0]
      p95DurationSeconds = percentiles[1]
      p99DurationSeconds = percentiles[2]
    }
    firstExecutionAt = try row.timestamp(column + 3)
    lastExecutionAt = try row.timestamp(column + 4)
  }
}

extension PostgresHistoryStore {
  /// The total of a page by a scan of the executions.
  func scannedTotal(_ query: HistoryQuery) async throws -> Int64 {
    let filter = HistoryFilter(query)
    let result = try await analysts.query(
      filter.statement(
        "scanned_total", "SELECT count(*) FROM workflow_executions WHERE \(filter.condition)"),
      filter.parameters)
    return try result[0].value(0)
  }
}
