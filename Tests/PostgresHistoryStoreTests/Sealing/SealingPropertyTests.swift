import Postgres
import PostgresTesting
import Reactor
import Sealing
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Sealing under random changes") struct SealingPropertyTests {
  @Test(
    "figures, pages and totals are those of the plain executions, whatever is sealed under which key",
    arguments: [1, 2, 3])
  func everyFigure(seed: UInt64) async throws {
    try await withStore { plain in
      var history = RandomHistory(seed: seed, plain)
      for ids in [nil, "a", "ba", "cb", "-c", "d"] {
        let store = try await plain.another(ids)
        defer { store.close() }
        history.store = store
        // Where sealing was just turned on or off, an error or a task counts under two labels at first.
        var hasPatterns = ids == nil || ids == "ba" || ids == "cb"
        for step in 1...90 {
          try await history.change()
          if step == 45, let ids {
            #expect(try await plain.seal(ids).executionsLeft == 0)
            hasPatterns = true
          }
          if step.isMultiple(of: 15) {
            try await compare(store, &history, hasPatterns: hasPatterns)
          }
        }
        #expect(try await plain.check(.verify).differing == 0)
      }
      #expect(try await plain.sealedRows().keys.elementsEqual(["d"]))
    }
  }

  private func compare(
    _ store: PostgresHistoryStore, _ history: inout RandomHistory, hasPatterns: Bool
  ) async throws {
    let oracle = Oracle(rows: try await rows(store))
    let window = history.window()
    let statistics = oracle.statistics(window)
    #expect(try await store.statistics(window).snapped(to: statistics) == statistics)
    var metrics = oracle.metrics(window)
    var found = try await store.performanceMetrics(window).snapped(to: metrics)
    if !hasPatterns {
      (metrics.errorPatterns, metrics.tips) = ([], [])
      (found.errorPatterns, found.tips) = ([], [])
      (found.slowestTasks, metrics.slowestTasks) = ([], [])
    }
    found.slowestTasks.removeLastEquals()
    metrics.slowestTasks.removeLastEquals()
    #expect(found == metrics)
    let query = history.totalQuery(of: window)
    #expect(try await store.history(query).total == store.scannedTotal(query))
  }

  /// All executions, one by one.
  private func rows(_ store: PostgresHistoryStore) async throws -> [WorkflowExecution] {
    var rows: [WorkflowExecution] = []
    for id in try await store.allIDs().sorted() {
      rows.append(try await store.execution(id, reach: .anyone))
    }
    return rows
  }
}

extension [TaskMetrics] {
  /// Takes away those that took as much time as the last that there was room for: there may be others,
  /// and which are shown is by label.
  fileprivate mutating func removeLastEquals() {
    guard count == TaskSummary.limit, let last else { return }
    removeAll { $0.timeShare == last.timeShare }
  }
}
