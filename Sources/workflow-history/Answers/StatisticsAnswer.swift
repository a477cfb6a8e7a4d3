import WorkflowHistoryMessages
import WorkflowHistory

/// Counts, rates and durations, which answer `statistics`.
struct StatisticsAnswer: ResponseAnswer {
  let statistics: WorkflowStatistics

  var response: ResponseMessage {
    ResponseMessage(
      "GetWorkflowStatisticsResponse", GetWorkflowStatisticsResponse(statistics: statistics))
  }

  var plain: [PlainTable] {
    [
      PlainTable(
        header: ["workflow_type"] + FigureColumn.all.map(\.name),
        rows: rows.map { type, figures in [type] + FigureColumn.all.map { $0.value(figures) } })
    ]
  }

  func screen(now: Timestamp) -> [ScreenBlock] {
    let about = ScreenBlock.line(StyledText(statistics.query.sentence, .bold))
    guard statistics.all.total > 0 else { return [about, .line("No executions.")] }
    return [about, .table(counts), .table(durations(now: now))] + unlisted
  }

  /// That there are more types, where there are.
  private var unlisted: [ScreenBlock] {
    let listed = statistics.byType.count
    guard statistics.typeCount > listed else { return [] }
    return [.line("The \(listed) types with the most executions, of \(statistics.typeCount).")]
  }

  /// The types' figures, then those of all types together.
  private var rows: [(type: String, figures: ExecutionFigures)] {
    statistics.byType.map { ($0.workflowType, $0.figures) } + [("(all)", statistics.all)]
  }

  private var counts: ScreenTable {
    let statuses = WorkflowStatus.allCases
    return ScreenTable(
      columns: [.init(title: "TYPE", least: 8), .init(title: "TOTAL", isNumeric: true)]
        + statuses.map { .init(title: $0.name, isNumeric: true) }
        + [.init(title: "SUCCESS", isNumeric: true)],
      rows: rows.map { type, figures in
        [StyledText(type), StyledText(String(figures.total))]
          + statuses.map { status in
            let count = figures.counts[status] ?? 0
            return StyledText(String(count), count == 0 ? .dim : status.styled.style)
          } + [StyledText(spelled(decimals: figures.successRate) + "%")]
      })
  }

  private func durations(now: Timestamp) -> ScreenTable {
    let titles = ["AVERAGE", "P50", "P95", "P99", "FIRST", "LAST"]
    return ScreenTable(
      columns: [.init(title: "TYPE", least: 8)]
        + titles.map { .init(title: $0, isNumeric: true) },
      rows: rows.map { type, figures in
        let durations = [
          figures.averageDurationSeconds, figures.p50DurationSeconds, figures.p95DurationSeconds,
          figures.p99DurationSeconds,
        ]
        return [StyledText(type)]
          + durations.map { StyledText($0.map { spelled(seconds: $0) } ?? "-") }
          + [figures.firstExecutionAt, figures.lastExecutionAt].map {
            StyledText($0.map { spelled(age: $0, at: now) + " ago" } ?? "-")
          }
      })
  }
}

/// A figure as a plain column, by its name in the proto.
private struct FigureColumn: Sendable {
  let name: String
  let value: @Sendable (ExecutionFigures) -> String

  static let all =
    [FigureColumn(name: "total_executions") { String($0.total) }]
    + WorkflowStatus.allCases.map { status in
      FigureColumn(name: status.name.lowercased() + "_executions") {
        String($0.counts[status] ?? 0)
      }
    } + [
      FigureColumn(name: "success_rate") { column($0.successRate) },
      FigureColumn(name: "average_duration_seconds") { column($0.averageDurationSeconds) },
      FigureColumn(name: "p50_duration_seconds") { column($0.p50DurationSeconds) },
      FigureColumn(name: "p95_duration_seconds") { column($0.p95DurationSeconds) },
      FigureColumn(name: "p99_duration_seconds") { column($0.p99DurationSeconds) },
      FigureColumn(name: "first_execution_at") { $0.firstExecutionAt?.rfc3339 ?? "" },
      FigureColumn(name: "last_execution_at") { $0.lastExecutionAt?.rfc3339 ?? "" },
    ]
}

extension WindowQuery {
  /// Whose window it is, and which, in words.
  var sentence: String {
    let what = workflowType.map { "\($0) of \(userID)" } ?? userID
    return "\(what), \(start.rfc3339Seconds) to \(end.rfc3339Seconds)"
  }
}
