import Postgres
import WorkflowHistory

@testable import PostgresHistoryStore

extension PostgresHistoryStore {
  /// ``performanceMetrics(_:)`` by a scan of the executions, percentiles to the last digit.
  func scannedMetrics(_ query: WindowQuery) async throws -> PerformanceMetrics {
    try await answering {
      try await analysts.transaction { (transaction) async throws in
        let speedClasses = try await Self.speedClasses(query, in: transaction)
        let durations = try await Self.durations(query, in: transaction)
        let errorPatterns = try await Self.errorPatterns(query, in: transaction)
        let tasks = try await Self.scannedTasks(query, in: transaction)
        let samples = try await Self.slowSamples(query, in: transaction)
        let efficiencyTrend = try await Self.efficiencyTrend(query, in: transaction)
        let daily = try await Self.daily(query, in: transaction)
        return PerformanceMetrics(
          query: query, speedClasses: speedClasses, durations: durations,
          errorPatterns: errorPatterns,
          tips: OptimizationTip.tips(
            speedClasses: speedClasses, samples: samples, errorPatterns: errorPatterns,
            tasks: tasks,
            bottleneckSamples: try await Self.taskSamples(
              tasks.bottleneck?.name, query, in: transaction)),
          efficiencyTrend: efficiencyTrend, slowestTasks: tasks.metrics, daily: daily)
      }
    }
  }

  // MARK: Speed

  private static func speedClasses(_ query: WindowQuery, in transaction: Transaction) async throws
    -> [SpeedClassFigures]
  {
    let filter = HistoryFilter(query)
    let result = try await transaction.query(
      filter.statement(
        "scanned_speed",
        """
        SELECT width_bucket(duration_seconds, ARRAY[5, 15, 60, 300]::double precision[]),
          count(*), \(durationSum)
        FROM workflow_executions WHERE \(filter.condition) AND duration_seconds IS NOT NULL
        GROUP BY 1
        """), filter.parameters)
    var classes = SpeedClass.allCases.map {
      SpeedClassFigures(speedClass: $0, executions: 0, durationSumMicroseconds: 0)
    }
    for index in 0..<result.count {
      let row = result[index]
      let bucket = Int(try row.value(0, as: Int32.self))
      classes[bucket].executions = try row.value(1)
      classes[bucket].durationSumMicroseconds = try row.value(2)
    }
    return classes
  }

  private static func durations(_ query: WindowQuery, in transaction: Transaction) async throws
    -> DurationSpread
  {
    let filter = HistoryFilter(query)
    let found = try await transaction.query(
      filter.statement(
        "scanned_durations",
        """
        SELECT array_agg(duration_seconds ORDER BY duration_seconds)
        FROM workflow_executions WHERE \(filter.condition) AND duration_seconds IS NOT NULL
        """), filter.parameters)
    return DurationSpread(sorted: try found[0].value(0, as: [Double]?.self) ?? [])
  }

  /// The latest ids of the newest day of each slow class.
  private static func slowSamples(_ query: WindowQuery, in transaction: Transaction) async throws
    -> [SpeedClass: [ExecutionID]]
  {
    let filter = HistoryFilter(query)
    let found = try await transaction.query(
      filter.statement(
        "scanned_slow",
        """
        SELECT id, duration_seconds >= 300 FROM (
          SELECT *, (created_at AT TIME ZONE 'UTC')::date AS day,
            max((created_at AT TIME ZONE 'UTC')::date)
              OVER (PARTITION BY duration_seconds >= 300) AS newest
          FROM workflow_executions WHERE \(filter.condition) AND duration_seconds >= 60
        ) AS slow WHERE day = newest ORDER BY id DESC
        """), filter.parameters)
    var ids: [SpeedClass: [ExecutionID]] = [:]
    for index in 0..<found.count {
      let isVerySlow: Bool = try found[index].value(1)
      let id = ExecutionID(uuid: try found[index].value(0))
      ids[isVerySlow ? .verySlow : .slow, default: []].append(id)
    }
    return ids.mapValues { Array($0.prefix(5)) }
  }

  // MARK: Errors

  /// How many failed executions one statement groups: so that what comes back is bounded, though
  /// each message may be 64 KiB.
  private static let errorsAtOnce: Int64 = 1000

  private static func errorPatterns(_ query: WindowQuery, in transaction: Transaction) async throws
    -> [ErrorPattern]
  {
    var tally = ScannedErrors()
    try await scanErrors(query, in: transaction) { tally.add($0) }
    let earlier = WindowQuery(
      userID: query.userID, workflowType: query.workflowType,
      start: Timestamp(
        microseconds: query.start.microseconds
          - (query.end.microseconds - query.start.microseconds)),
      end: query.start)
    if !tally.isEmpty {
      try await scanErrors(earlier, in: transaction) { tally.addEarlier($0) }
    }
    return tally.patterns
  }

  private static func scanErrors(
    _ query: WindowQuery, in transaction: Transaction, _ body: (ErrorGroup) -> Void
  ) async throws {
    var end: ExecutionID?
    while true {
      var filter = HistoryFilter(query, before: end)
      let limit = filter.append(.int8(errorsAtOnce), .int8)
      let result = try await transaction.query(
        filter.statement("scanned_errors", errorsSQL(filter.condition, limit)), filter.parameters)
      for index in 0..<result.count { body(try ErrorGroup(result[index])) }
      guard let first = result.first, try first.value(5) == errorsAtOnce else { return }
      end = ExecutionID(uuid: try first.value(4))
    }
  }

  /// The newest executions with an error, grouped by its message, each with the oldest of all and
  /// how many they are.
  private static func errorsSQL(_ condition: String, _ limit: String) -> String {
    """
    WITH failed AS MATERIALIZED (
      SELECT id, error_message FROM workflow_executions
      WHERE \(condition) AND error_message IS NOT NULL ORDER BY id DESC LIMIT \(limit)
    )
    SELECT error_message, count(*), (array_agg(id ORDER BY id DESC))[1:\(ScannedErrors.samples)],
      (array_agg(id ORDER BY id))[1], (SELECT id FROM failed ORDER BY id LIMIT 1),
      (SELECT count(*) FROM failed)
    FROM failed GROUP BY error_message
    """
  }

  // MARK: Days

  private static func daily(_ query: WindowQuery, in transaction: Transaction) async throws
    -> [DailyFigures]
  {
    var filter = HistoryFilter(query)
    let statuses = [WorkflowStatus.completed, .failed].map {
      filter.append(.int2($0.rawValue), .int2)
    }
    let percentiles = ["0.5", "0.95", "0.99"].map {
      "percentile_disc(\($0)) WITHIN GROUP (ORDER BY duration_seconds)"
    }
    let result = try await transaction.query(
      filter.statement(
        "scanned_days",
        """
        SELECT (created_at AT TIME ZONE 'UTC')::date - DATE '1970-01-01', count(*),
          count(*) FILTER (WHERE status = \(statuses[0])),
          count(*) FILTER (WHERE status = \(statuses[1])), \(percentiles.joined(separator: ", "))
        FROM workflow_executions WHERE \(filter.condition) GROUP BY 1 ORDER BY 1
        """), filter.parameters)
    return try (0..<result.count).map { index in
      let row = result[index]
      return DailyFigures(
        day: try row.value(0), executions: try row.value(1), completed: try row.value(2),
        failed: try row.value(3), p50Seconds: try row.value(4), p95Seconds: try row.value(5),
        p99Seconds: try row.value(6))
    }
  }

  // MARK: Efficiency

  private static func efficiencyTrend(_ query: WindowQuery, in transaction: Transaction)
    async throws -> [EfficiencyPoint]
  {
    let first = Day(of: query.start)
    let last = Day(of: Timestamp(microseconds: query.end.microseconds - 1))
    var trend = ScannedTrend()
    // Four weeks at once: no more than two months of durations are held.
    var day = first - EfficiencyTrend.baselineDays
    while day <= last {
      let next = day + EfficiencyTrend.baselineDays
      let part = WindowQuery(
        userID: query.userID, workflowType: query.workflowType, start: day.start,
        end: min(next.start, query.end))
      var filter = HistoryFilter(part)
      let start = filter.append(ExecutionID.first(atOrAfter: query.start).parameter, .uuid)
      let result = try await transaction.query(
        filter.statement("scanned_efficiency", efficiencySQL(filter.condition, start)),
        filter.parameters)
      for index in 0..<result.count {
        let row = result[index]
        trend.add(
          Day(number: try row.value(0)), executions: try row.value(1), median: try row.value(2),
          durations: try row.value(3))
      }
      day = next
    }
    return trend.points
  }

  /// Each day's durations in order, and of those in the window the number and the median.
  private static func efficiencySQL(_ condition: String, _ start: String) -> String {
    """
    SELECT (created_at AT TIME ZONE 'UTC')::date - DATE '1970-01-01',
      count(*) FILTER (WHERE id >= \(start)),
      percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_seconds)
        FILTER (WHERE id >= \(start)),
      array_agg(duration_seconds ORDER BY duration_seconds)
    FROM workflow_executions WHERE \(condition) AND duration_seconds IS NOT NULL
    GROUP BY 1 ORDER BY 1
    """
  }
}
