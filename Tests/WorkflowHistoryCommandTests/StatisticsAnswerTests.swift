import Testing
import WorkflowHistory

@testable import workflow_history

@Suite("Statistics in a terminal")
struct StatisticsAnswerTests {
  private let now = Timestamp(microseconds: 1_700_000_000_000_000)

  private func screen(typeCount: Int64?) -> [ScreenBlock] {
    let figures = ExecutionFigures(counts: [.completed: 2])
    let query = WindowQuery(
      userID: "ann", workflowType: nil, start: Timestamp(microseconds: 0), end: now)
    return StatisticsAnswer(
      statistics: WorkflowStatistics(
        query: query, all: figures, byType: [("etl", figures), ("train", figures)],
        typeCount: typeCount)
    ).screen(now: now)
  }

  @Test("end with how many types there are where they do not list all")
  func unlisted() {
    #expect(
      screen(typeCount: 7).last == .line("The 2 types with the most executions, of 7."))
    #expect(screen(typeCount: nil).count == screen(typeCount: 7).count - 1)
  }
}
