import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Rollups under random changes") struct RollupPropertyTests {
  @Test(
    "every figure is that of a scan after each save, update, reopening, deletion and fold",
    arguments: [1, 2, 3, 4])
  func everyFigure(seed: UInt64) async throws {
    try await withStore { store in
      var history = RandomHistory(seed: seed, store)
      for step in 1...900 {
        try await history.change()
        if step.isMultiple(of: 9) { try await history.compare() }
      }
      try await store.fold()
      try await history.compare()
      #expect(try await store.check(.verify).differing == 0)
    }
  }

  @Test("so it is where figures are read in portions", arguments: [5, 6])
  func inPortions(seed: UInt64) async throws {
    try await withStore { store in
      store.figureLimits = .portions
      var history = RandomHistory(seed: seed, store)
      for step in 1...300 {
        try await history.change()
        if step.isMultiple(of: 6) { try await history.compare() }
      }
    }
  }
}
