import WorkflowHistory

/// How `metrics` shows the spread of durations.
extension DurationSpread {
  private var percentiles: [(name: String, seconds: Double?)] {
    [("p50", p50Seconds), ("p95", p95Seconds), ("p99", p99Seconds)]
  }

  var plainPercentiles: PlainTable {
    PlainTable(
      header: percentiles.map { "\($0.name)_duration_seconds" },
      rows: [percentiles.map { column($0.seconds) }])
  }

  var plainBuckets: PlainTable {
    PlainTable(
      header: ["lower_seconds", "upper_seconds", "executions"],
      rows: buckets.map {
        [column($0.lowerSeconds), column($0.upperSeconds), String($0.executions)]
      })
  }

  /// The percentiles in words.
  var sentence: String {
    percentiles.compactMap { name, seconds in
      seconds.map { "\(name) \(spelled(seconds: $0))" }
    }.joined(separator: ", ")
  }

  var screen: ScreenTable {
    ScreenTable(
      columns: ["FROM", "TO", "EXECUTIONS"].map { .init(title: $0, isNumeric: true) },
      rows: buckets.map {
        [
          StyledText(spelled(seconds: $0.lowerSeconds)),
          StyledText(spelled(seconds: $0.upperSeconds)), StyledText(String($0.executions)),
        ]
      })
  }
}
