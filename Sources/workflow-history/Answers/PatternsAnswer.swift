import PatternLearning
import WorkflowHistory
import WorkflowHistoryMessages

/// A page of patterns, which answers `patterns list`.
struct PatternsAnswer: ResponseAnswer {
  let page: PatternPage

  var response: ResponseMessage {
    ResponseMessage("ListLearnedPatternsResponse", ListLearnedPatternsResponse(page: page))
  }

  var plain: [PlainTable] {
    [
      PlainTable(
        header: [
          "pattern_id", "kind", "workflow_type", "rule", "description", "support", "confidence",
          "baseline", "lift", "p_value", "q_value", "first_confirmed", "last_confirmed",
          "validated", "active", "sample_execution_ids",
        ],
        rows: page.patterns.map {
          [
            $0.id, $0.kind.name, $0.workflowType, String(decoding: $0.rule.utf8, as: UTF8.self),
            $0.description, String($0.support), column($0.confidence), column($0.baseline),
            column($0.lift), column($0.pValue), column($0.qValue), date($0.firstConfirmed),
            date($0.lastConfirmed), String($0.isValidated), String($0.isActive),
            $0.sampleIDs.map(\.description).joined(separator: ","),
          ]
        })
    ]
  }

  func screen(now: Timestamp) -> [ScreenBlock] {
    guard !page.patterns.isEmpty else { return [.line("No patterns.")] }
    var blocks: [ScreenBlock] = [.table(table)]
    if let token = page.nextPageToken {
      blocks.append(.line(StyledText("More with --page-token \(token)", .dim)))
    }
    return blocks
  }

  private var table: ScreenTable {
    ScreenTable(
      columns: [
        .init(title: "KIND"), .init(title: "STANDS"), .init(title: "LAST"),
        .init(title: "TYPE", least: 6, isOptional: true), .init(title: "PATTERN", least: 20),
      ],
      rows: page.patterns.map {
        [
          StyledText($0.kind.name), $0.standing, StyledText(date($0.lastConfirmed)),
          StyledText($0.workflowType), StyledText($0.description),
        ]
      })
  }
}

/// A UTC day as YYYY-MM-DD.
private func date(_ day: Int32) -> String { CalendarDay(daysSince1970: day).description }

extension ListedPattern {
  /// How sure it is.
  fileprivate var standing: StyledText {
    if !isActive { return StyledText("RETIRED", .dim) }
    return isValidated ? StyledText("VALIDATED", .green) : StyledText("FOUND")
  }
}
