import WorkflowHistory

/// How `metrics` shows the slowest tasks.
extension TaskMetrics {
  static func plain(_ tasks: [TaskMetrics]) -> PlainTable {
    PlainTable(
      header: [
        "task_name", "runs", "failed_runs", "average_duration_seconds", "time_share",
        "failure_share",
      ],
      rows: tasks.map {
        [
          $0.name, String($0.runs), String($0.failedRuns), column($0.averageDurationSeconds),
          column($0.timeShare), column($0.failureShare),
        ]
      })
  }

  static func screen(_ tasks: [TaskMetrics]) -> ScreenTable {
    ScreenTable(
      columns: [
        .init(title: "TASK", least: 8), .init(title: "RUNS", isNumeric: true),
        .init(title: "FAILED", isNumeric: true), .init(title: "AVERAGE", isNumeric: true),
        .init(title: "TIME", isNumeric: true), .init(title: "FAILURES", isNumeric: true),
      ],
      rows: tasks.map {
        [
          StyledText($0.name), StyledText(String($0.runs)),
          StyledText(String($0.failedRuns), $0.failedRuns > 0 ? .red : nil),
          StyledText($0.averageDurationSeconds.map { spelled(seconds: $0) } ?? "-"),
          StyledText(spelled(decimals: $0.timeShare) + "%"),
          StyledText(spelled(decimals: $0.failureShare) + "%"),
        ]
      })
  }
}
