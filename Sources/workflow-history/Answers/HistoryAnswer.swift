import WorkflowHistoryMessages
import WorkflowHistory

/// A page of executions, which answers `history`.
struct HistoryAnswer: ResponseAnswer {
  let page: HistoryPage
  /// Whether the page was asked for documents.
  let hasDocuments: Bool
  /// Whether the page was asked for a total; one of 0 is not on the wire.
  let hasTotal: Bool

  private var total: Int64? { hasTotal ? page.total ?? 0 : nil }

  var response: ResponseMessage {
    ResponseMessage("GetUserWorkflowHistoryResponse", GetUserWorkflowHistoryResponse(page: page))
  }

  var plain: [PlainTable] {
    let fields = PlainField.summary + (hasDocuments ? PlainField.documents : [])
    return [
      PlainTable(
        header: fields.map(\.name),
        rows: page.executions.map { execution in fields.map { $0.value(execution) } })
    ]
  }

  func screen(now: Timestamp) -> [ScreenBlock] {
    let count = page.executions.count
    guard count > 0 else {
      return [.line(StyledText(hasTotal ? "None\(ofTotal)." : "No executions."))]
    }
    var blocks: [ScreenBlock] = [.table(table(now: now))]
    if hasDocuments {
      blocks += page.executions.map { execution in
        .fields(PlainField.summary.prefix(1) + PlainField.documents, of: execution)
      }
    }
    if hasTotal { blocks.append(.line(StyledText("\(count) shown\(ofTotal)", .dim))) }
    if let token = page.nextPageToken {
      blocks.append(.line(StyledText("More with --page-token \(token)", .dim)))
    }
    return blocks
  }

  /// What the total adds to a sentence.
  private var ofTotal: String { total.map { " of \($0)" } ?? "" }

  private func table(now: Timestamp) -> ScreenTable {
    var table = ScreenTable(
      columns: [
        .init(title: "ID"), .init(title: "STATUS"), .init(title: "AGE", isNumeric: true),
        .init(title: "WORKFLOW", least: 8), .init(title: "TYPE", least: 6, isOptional: true),
        .init(title: "DURATION", isNumeric: true, isOptional: true),
        .init(title: "ERROR", least: 10, isOptional: true),
      ], rows: page.executions.map { Self.row($0, now: now) })
    if page.executions.allSatisfy({ $0.errorMessage == nil }) {
      table.columns.removeLast()
      for row in table.rows.indices { table.rows[row].removeLast() }
    }
    return table
  }

  private static func row(_ execution: WorkflowExecution, now: Timestamp) -> [StyledText] {
    [
      StyledText(execution.id.description), execution.styledStatus,
      StyledText(spelled(age: execution.createdAt, at: now)),
      StyledText(execution.workflowID), StyledText(execution.workflowType),
      StyledText(execution.durationSeconds.map { spelled(seconds: $0) } ?? ""),
      StyledText(execution.errorMessage ?? "", .red),
    ]
  }
}
