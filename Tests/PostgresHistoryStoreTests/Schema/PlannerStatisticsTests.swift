import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Statistics of the planner") struct PlannerStatisticsTests {
  @Test("tables with rows that nobody has analysed are, once")
  func gathered() async throws {
    try await withStore { store in
      let partition = Partition.executions(of: Month(of: testNow)).name
      // As where autovacuum does not run.
      for table in ["execution_rollups", partition] {
        _ = try await store.run("ALTER TABLE \(table) SET (autovacuum_enabled = off)")
      }
      try await store.saveAll((0..<1000).map { _ in execution() })
      // The database counts what sessions did a moment later.
      var gathered: [String] = []
      while !gathered.contains(partition) { gathered += try await store.planner.gatherMissing() }
      #expect(!gathered.contains("execution_rollups"))
      let estimate: Double = try await store.run(
        "SELECT reltuples::double precision FROM pg_class WHERE relname = '\(partition)'")[0]
        .value(0)
      #expect(estimate == 1000)
      #expect(try await !store.planner.gatherMissing().contains(partition))
    }
  }
}
