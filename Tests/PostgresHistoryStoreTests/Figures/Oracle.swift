import WorkflowHistory

@testable import PostgresHistoryStore

/// Statistics and metrics of executions, worked out in the plainest way there is.
struct Oracle {
  var rows: [WorkflowExecution]

  private func rows(_ query: WindowQuery) -> [WorkflowExecution] {
    rows.filter {
      $0.userID == query.userID && $0.createdAt >= query.start && $0.createdAt < query.end
        && query.workflowType.map { [type = $0.workflowType] in ExactText(type) == ExactText($0) }
          ?? true
    }
  }

  func statistics(_ query: WindowQuery) -> WorkflowStatistics {
    let rows = rows(query)
    let types = Dictionary(grouping: rows) { ExactText($0.workflowType) }
      .map { (workflowType: $0.key, figures: figures($0.value)) }
      .sorted {
        ($1.figures.total, $0.workflowType) < ($0.figures.total, $1.workflowType)
      }
    return WorkflowStatistics(
      query: query, all: figures(rows), byType: types.map { ($0.workflowType.text, $0.figures) })
  }

  private func figures(_ rows: [WorkflowExecution]) -> ExecutionFigures {
    let durations = rows.compactMap(\.durationSeconds).sorted()
    var figures = ExecutionFigures()
    for status in WorkflowStatus.allCases {
      figures.counts[status] = Int64(rows.count { $0.status == status })
    }
    figures.durationCount = Int64(durations.count)
    figures.durationSumMicroseconds = sum(durations)
    figures.p50DurationSeconds = durations.percentile(50)
    figures.p95DurationSeconds = durations.percentile(95)
    figures.p99DurationSeconds = durations.percentile(99)
    figures.firstExecutionAt = rows.map(\.createdAt).min()
    figures.lastExecutionAt = rows.map(\.createdAt).max()
    return figures
  }

  private func sum(_ durations: [Double]) -> Int64 {
    durations.reduce(0) { $0 + Int64(($1 * 1e6).rounded(.toNearestOrEven)) }
  }

  func metrics(_ query: WindowQuery) -> PerformanceMetrics {
    let classes = SpeedClass.allCases.map { speedClass in
      let durations = rows(query).compactMap(\.durationSeconds)
        .filter { SpeedClass(durationSeconds: $0) == speedClass }
      return SpeedClassFigures(
        speedClass: speedClass, executions: Int64(durations.count),
        durationSumMicroseconds: sum(durations))
    }
    let patterns = errorPatterns(query)
    let tasks = TaskSummary(runs: rows(query).map { taskRuns($0) })
    return PerformanceMetrics(
      query: query, speedClasses: classes,
      durations: DurationSpread(sorted: rows(query).compactMap(\.durationSeconds).sorted()),
      errorPatterns: patterns,
      tips: OptimizationTip.tips(
        speedClasses: classes, samples: slowSamples(query), errorPatterns: patterns, tasks: tasks,
        bottleneckSamples: tasks.bottleneck.map { taskSamples($0.name, query) } ?? []),
      efficiencyTrend: trend(query), slowestTasks: tasks.metrics, daily: daily(query))
  }

  private func slowSamples(_ query: WindowQuery) -> [SpeedClass: [ExecutionID]] {
    Dictionary(
      uniqueKeysWithValues: [SpeedClass.slow, .verySlow].map { speedClass in
        let newest = rows(query)
          .filter { $0.durationSeconds.map(SpeedClass.init(durationSeconds:)) == speedClass }
          .sorted { $0.id > $1.id }
        let sameDay = newest.prefix { Day(of: $0.createdAt) == Day(of: newest[0].createdAt) }
        return (speedClass, sameDay.prefix(5).map(\.id))
      })
  }

  private func taskSamples(_ name: String, _ query: WindowQuery) -> [ExecutionID] {
    let newest = rows(query).filter { row in
      taskRuns(row).contains { ExactText($0.name) == ExactText(name) }
    }.sorted { $0.id > $1.id }
    let sameDay = newest.prefix { Day(of: $0.createdAt) == Day(of: newest[0].createdAt) }
    return sameDay.prefix(5).map(\.id)
  }

  private func errorPatterns(_ query: WindowQuery) -> [ErrorPattern] {
    func byFingerprint(_ query: WindowQuery) -> [String: [WorkflowExecution]] {
      Dictionary(grouping: rows(query).filter { $0.errorMessage != nil }) {
        ErrorFingerprint.fingerprint(of: $0.errorMessage!)
      }
    }
    var earlier = query
    earlier.end = query.start
    earlier.start.microseconds -= query.end.microseconds - query.start.microseconds
    let before = byFingerprint(earlier)
    let all = rows(query).count { $0.errorMessage != nil }
    return byFingerprint(query).sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .prefix(5).map { fingerprint, rows in
        let newest = rows.sorted { $0.id > $1.id }
        return ErrorPattern(
          fingerprint: fingerprint, frequency: Int64(rows.count),
          share: (Double(rows.count) / Double(all) * 10_000).rounded() / 100,
          firstSeen: newest.last!.createdAt, lastSeen: newest[0].createdAt,
          trend: ErrorTrend(
            now: Int64(rows.count), before: Int64(before[fingerprint]?.count ?? 0)),
          sampleMessage: newest[0].errorMessage!, sampleIDs: newest.prefix(5).map(\.id))
      }
  }

  private func daily(_ query: WindowQuery) -> [DailyFigures] {
    Dictionary(grouping: rows(query)) { Day(of: $0.createdAt) }.sorted { $0.key < $1.key }
      .map { day, rows in
        let durations = rows.compactMap(\.durationSeconds).sorted()
        return DailyFigures(
          day: day.number, executions: Int64(rows.count),
          completed: Int64(rows.count { $0.status == .completed }),
          failed: Int64(rows.count { $0.status == .failed }),
          p50Seconds: durations.percentile(50), p95Seconds: durations.percentile(95),
          p99Seconds: durations.percentile(99))
      }
  }

  private func trend(_ query: WindowQuery) -> [EfficiencyPoint] {
    let day: Int64 = 86_400_000_000
    let days = Dictionary(grouping: rows(query).filter { $0.durationSeconds != nil }) {
      $0.createdAt.microseconds / day
    }
    return days.sorted { $0.key < $1.key }.map { number, rows in
      let baseline = WindowQuery(
        userID: query.userID, workflowType: query.workflowType,
        start: Timestamp(microseconds: (number - 28) * day),
        end: Timestamp(microseconds: number * day))
      return EfficiencyPoint(
        day: Int32(number), executions: Int64(rows.count),
        medianDurationSeconds: rows.compactMap(\.durationSeconds).sorted().percentile(50)!,
        baselineMedianSeconds: self.rows(baseline).compactMap(\.durationSeconds).sorted()
          .percentile(50))
    }
  }
}

extension [Double] {
  /// By nearest rank, of numbers that are sorted.
  fileprivate func percentile(_ percent: Int) -> Double? {
    isEmpty ? nil : self[Swift.max((count * percent + 99) / 100, 1) - 1]
  }
}

extension DurationSpread {
  /// The spread of durations that are sorted, to the last digit.
  init(sorted durations: [Double]) {
    self.init(
      p50Seconds: durations.percentile(50), p95Seconds: durations.percentile(95),
      p99Seconds: durations.percentile(99))
    for duration in durations {
      var lower = duration == 0 ? 0.0 : 1
      while lower > duration { lower /= 2 }
      while duration > 0, lower * 2 <= duration { lower *= 2 }
      if buckets.last?.lowerSeconds != lower {
        buckets.append(DurationBucket(lowerSeconds: lower, executions: 0))
      }
      buckets[buckets.count - 1].executions += 1
    }
  }
}
