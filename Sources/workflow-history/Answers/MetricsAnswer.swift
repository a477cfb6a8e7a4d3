import WorkflowHistoryMessages
import WorkflowHistory

/// Speed classes, error patterns, tips and the efficiency trend, which answer `metrics`.
struct MetricsAnswer: ResponseAnswer {
  let metrics: PerformanceMetrics

  var response: ResponseMessage {
    ResponseMessage(
      "GetPerformanceMetricsResponse", GetPerformanceMetricsResponse(metrics: metrics))
  }

  var plain: [PlainTable] {
    [
      PlainTable(
        header: ["category", "executions", "average_duration_seconds"],
        rows: metrics.speedClasses.map {
          [$0.speedClass.rawValue, String($0.executions), column($0.averageDurationSeconds)]
        }),
      PlainTable(
        header: [
          "fingerprint", "frequency", "share", "first_seen", "last_seen", "trend", "sample_message",
          "sample_execution_ids", "input_associations",
        ],
        rows: metrics.errorPatterns.map {
          [
            $0.fingerprint, String($0.frequency), column($0.share), $0.firstSeen.rfc3339,
            $0.lastSeen.rfc3339,
            $0.trend.name, $0.sampleMessage,
            $0.sampleIDs.map(\.description).joined(separator: ","),
            $0.inputAssociations.map { "\($0.field)=\($0.value)" }.joined(separator: ","),
          ]
        }),
      PlainTable(
        header: [
          "kind", "severity", "text", "executions", "subject", "evidence", "sample_execution_ids",
        ],
        rows: metrics.tips.map {
          [
            $0.kind.name, $0.severity.name, $0.text, String($0.executions), $0.subject,
            $0.evidence.map { "\($0.name)=\(column($0.value))" }.joined(separator: ","),
            $0.sampleIDs.map(\.description).joined(separator: ","),
          ]
        }),
      PlainTable(
        header: [
          "date", "executions", "median_duration_seconds", "baseline_median_seconds", "ratio",
        ],
        rows: metrics.efficiencyTrend.map {
          [
            $0.date, String($0.executions), column($0.medianDurationSeconds),
            column($0.baselineMedianSeconds), column($0.ratio),
          ]
        }),
      PlainTable(
        header: [
          "date", "total_executions", "completed_executions", "failed_executions", "success_rate",
          "p50_duration_seconds", "p95_duration_seconds", "p99_duration_seconds",
        ],
        rows: metrics.daily.map { day in
          [day.date] + [day.executions, day.completed, day.failed].map { String($0) }
            + [column(day.successRate)]
            + [day.p50Seconds, day.p95Seconds, day.p99Seconds].map { column($0) }
        }),
      metrics.durations.plainPercentiles, metrics.durations.plainBuckets,
      TaskMetrics.plain(metrics.slowestTasks),
    ]
  }

  func screen(now: Timestamp) -> [ScreenBlock] {
    var blocks: [ScreenBlock] = [
      .line(StyledText(metrics.query.sentence, .bold)), .table(speedClasses),
    ]
    if !metrics.durations.buckets.isEmpty {
      blocks += [.line(StyledText(metrics.durations.sentence)), .table(metrics.durations.screen)]
    }
    if !metrics.errorPatterns.isEmpty { blocks.append(.table(errorPatterns(now: now))) }
    if !metrics.slowestTasks.isEmpty {
      blocks.append(.table(TaskMetrics.screen(metrics.slowestTasks)))
    }
    if !metrics.efficiencyTrend.isEmpty { blocks.append(.table(efficiencyTrend)) }
    return blocks + [.fields(metrics.tips.map { ($0.severity.name, StyledText($0.text)) })]
  }

  private var speedClasses: ScreenTable {
    ScreenTable(
      columns: [
        .init(title: "SPEED"), .init(title: "EXECUTIONS", isNumeric: true),
        .init(title: "AVERAGE", isNumeric: true),
      ],
      rows: metrics.speedClasses.map {
        [
          StyledText($0.speedClass.rawValue), StyledText(String($0.executions)),
          StyledText($0.averageDurationSeconds.map { spelled(seconds: $0) } ?? "-"),
        ]
      })
  }

  private func errorPatterns(now: Timestamp) -> ScreenTable {
    ScreenTable(
      columns: [
        .init(title: "ERRORS", isNumeric: true), .init(title: "SHARE", isNumeric: true),
        .init(title: "TREND"),
        .init(title: "LAST", isNumeric: true), .init(title: "PATTERN", least: 20),
      ],
      rows: metrics.errorPatterns.map {
        [
          StyledText(String($0.frequency)), StyledText(spelled(decimals: $0.share) + "%"),
          StyledText($0.trend.name, $0.trend == .new || $0.trend == .rising ? .red : nil),
          StyledText(spelled(age: $0.lastSeen, at: now) + " ago"), StyledText($0.fingerprint),
        ]
      })
  }

  private var efficiencyTrend: ScreenTable {
    ScreenTable(
      columns: [
        .init(title: "DAY (UTC)"), .init(title: "EXECUTIONS", isNumeric: true),
        .init(title: "MEDIAN", isNumeric: true), .init(title: "USUAL", isNumeric: true),
        .init(title: "RATIO", isNumeric: true),
      ],
      rows: metrics.efficiencyTrend.map { point in
        [
          StyledText(point.date), StyledText(String(point.executions)),
          StyledText(spelled(seconds: point.medianDurationSeconds)),
          StyledText(point.baselineMedianSeconds.map { spelled(seconds: $0) } ?? "-"),
          StyledText(point.ratio.map { spelled(decimals: $0) } ?? "-"),
        ]
      })
  }
}
