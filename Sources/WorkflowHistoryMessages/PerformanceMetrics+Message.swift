import CWorkflowHistoryProtos
import ProtobufMessages
import WorkflowHistory

extension PerformanceMetrics {
  /// What a response's metrics say. An element of which a field is refused is left out.
  init(
    _ message: WorkflowHistory__V1__PerformanceMetrics, _ reader: inout FieldReader
  ) {
    let query = WindowQuery(
      userID: String(cString: message.user_id), workflowType: reader.text(message.workflow_type),
      start: reader.requiredTimestamp("window_start", message.window_start),
      end: reader.requiredTimestamp("window_end", message.window_end))
    self.init(
      query: query,
      speedClasses: reader.each(
        "execution_time_distribution",
        elements(message.execution_time_distribution, message.n_execution_time_distribution),
        SpeedClassFigures.init),
      durations: DurationSpread(
        p50Seconds: reader.double("p50_duration_seconds", message.p50_duration_seconds),
        p95Seconds: reader.double("p95_duration_seconds", message.p95_duration_seconds),
        p99Seconds: reader.double("p99_duration_seconds", message.p99_duration_seconds),
        buckets: reader.each(
          "duration_histogram", elements(message.duration_histogram, message.n_duration_histogram),
          DurationBucket.init)),
      errorPatterns: reader.each(
        "error_patterns", elements(message.error_patterns, message.n_error_patterns),
        ErrorPattern.init),
      tips: reader.each(
        "optimization_tips", elements(message.optimization_tips, message.n_optimization_tips),
        OptimizationTip.init),
      efficiencyTrend: reader.each(
        "efficiency_trend", elements(message.efficiency_trend, message.n_efficiency_trend),
        EfficiencyPoint.init),
      slowestTasks: reader.each(
        "slowest_tasks", elements(message.slowest_tasks, message.n_slowest_tasks),
        TaskMetrics.init),
      daily: reader.each("daily", elements(message.daily, message.n_daily), DailyFigures.init))
  }

  /// The metrics as a C message.
  func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__PerformanceMetrics> {
    Types.metrics.make(in: arena) {
      $0.user_id = arena.text(query.userID)
      $0.workflow_type = arena.text(query.workflowType)
      $0.window_start = arena.timestamp(query.start)
      $0.window_end = arena.timestamp(query.end)
      ($0.execution_time_distribution, $0.n_execution_time_distribution) = arena.pointers(
        speedClasses
      ) { $0.message(in: arena) }
      $0.p50_duration_seconds = arena.double(durations.p50Seconds)
      $0.p95_duration_seconds = arena.double(durations.p95Seconds)
      $0.p99_duration_seconds = arena.double(durations.p99Seconds)
      ($0.duration_histogram, $0.n_duration_histogram) = arena.pointers(durations.buckets) {
        $0.message(in: arena)
      }
      ($0.error_patterns, $0.n_error_patterns) = arena.pointers(errorPatterns) {
        $0.message(in: arena)
      }
      ($0.optimization_tips, $0.n_optimization_tips) = arena.pointers(tips) {
        $0.message(in: arena)
      }
      ($0.efficiency_trend, $0.n_efficiency_trend) = arena.pointers(efficiencyTrend) {
        $0.message(in: arena)
      }
      ($0.slowest_tasks, $0.n_slowest_tasks) = arena.pointers(slowestTasks) {
        $0.message(in: arena)
      }
      ($0.daily, $0.n_daily) = arena.pointers(daily) { $0.message(in: arena) }
    }
  }
}

extension FieldReader {
  /// The values that a repeated field's messages say.
  mutating func each<C, Value>(
    _ name: String, _ messages: some Sequence<UnsafeMutablePointer<C>>,
    _ read: (C, inout FieldReader) -> Value?
  ) -> [Value] {
    var values: [Value] = []
    for (index, message) in messages.enumerated() {
      var inner = FieldReader(prefix: "\(prefix)\(name)[\(index)].")
      if let value = read(message.pointee, &inner) { values.append(value) }
      take(inner)
    }
    return values
  }
}
