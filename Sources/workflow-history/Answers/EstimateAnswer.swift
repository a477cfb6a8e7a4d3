import WorkflowHistoryMessages
import PatternLearning
import WorkflowHistory

/// What to expect of an execution, which answers `estimate`.
struct EstimateAnswer: ResponseAnswer {
  let estimate: ExecutionEstimate

  var response: ResponseMessage {
    ResponseMessage(
      "EstimateWorkflowExecutionResponse", EstimateWorkflowExecutionResponse(estimate: estimate))
  }

  var plain: [PlainTable] {
    [
      PlainTable(
        header: [
          "workflow_type", "p50_duration_seconds", "p90_duration_seconds", "duration_support",
          "failure_probability", "failure_support", "conditions", "elapsed_seconds",
          "longer_percent",
        ],
        rows: [
          [
            estimate.workflowType, column(estimate.p50DurationSeconds),
            column(estimate.p90DurationSeconds), String(estimate.durationSupport),
            column(estimate.failureProbability), String(estimate.failureSupport),
            estimate.conditions.joined(separator: "; "), column(estimate.running?.elapsedSeconds),
            column(estimate.running?.longerPercent),
          ]
        ])
    ]
  }

  func screen(now: Timestamp) -> [ScreenBlock] {
    var blocks: [ScreenBlock] = [.line("No executions of this type are known.")]
    if estimate.durationSupport > 0 || estimate.failureSupport > 0 { blocks = [.table(table)] }
    if let running = estimate.running { blocks.append(.line(running.sentence)) }
    for condition in estimate.conditions {
      blocks.append(.line(StyledText("executions \(condition)", .dim)))
    }
    return blocks
  }

  private var table: ScreenTable {
    ScreenTable(
      columns: [
        .init(title: "EXPECTED"), .init(title: "", isNumeric: true),
        .init(title: "EXECUTIONS", isNumeric: true),
      ],
      rows: [
        row("half take at most", estimate.p50DurationSeconds, estimate.durationSupport),
        row("nine in ten at most", estimate.p90DurationSeconds, estimate.durationSupport),
        [
          StyledText("fail"),
          StyledText(estimate.failureProbability.map { "\(spelled(decimals: $0 * 100))%" } ?? ""),
          StyledText(String(estimate.failureSupport)),
        ],
      ])
  }

  private func row(_ name: String, _ seconds: Double?, _ support: Int64) -> [StyledText] {
    [
      StyledText(name), StyledText(seconds.map { spelled(seconds: $0) } ?? ""),
      StyledText(String(support)),
    ]
  }
}

extension ExecutionEstimate.RunningTime {
  /// How long it has run, and how unusual that is.
  fileprivate var sentence: StyledText {
    let elapsed = "has run for \(spelled(seconds: elapsedSeconds))"
    guard let longerPercent else { return StyledText(elapsed) }
    return StyledText(
      "\(elapsed): \(spelled(decimals: longerPercent))% take longer",
      longerPercent < 10 ? .yellow : nil)
  }
}
