import MetricsTestKit
import Postgres
import Reactor
import Testing

@testable import PostgresHistoryStore

@Suite("The figures of a pool") struct PoolFiguresTests {
  @Test("are told while it is there, and nothing stands once it is not")
  func told() async throws {
    try await withStore { store in
      let kit = TestMetrics()
      let pool = store.readers.primary
      let figures = PoolFigures(pool, role: "reader", on: store.eventLoop, factory: kit)
      let role = [("role", "reader")]
      func meter(_ label: String) throws -> Double? {
        try kit.expectMeter("workflow_history.postgres." + label, role).lastValue
      }
      while try meter("connections") != 2 {
        await store.eventLoop.sleep(for: .milliseconds(5))
      }
      #expect(try meter("pool_size") == 2)
      let made = "workflow_history.postgres.connections_made"
      #expect(try kit.expectCounter(made, role).totalValue == 2)
      let failures = "workflow_history.postgres.connection_failures"
      #expect(try kit.expectCounter(failures, role).totalValue == 0)
      figures.end()
      #expect(try meter("connections") == 0 && meter("pool_size") == 0)
    }
  }

  @Test("count what of it breaks, and what is made anew")
  func broken() async throws {
    try await withStore { store in
      let pool = store.readers.primary
      while pool.openConnections < 2 { await store.eventLoop.sleep(for: .milliseconds(5)) }
      _ = try? await pool.query(Statement("", "SELECT pg_terminate_backend(pg_backend_pid())"))
      while pool.connectionsMade < 3 { await store.eventLoop.sleep(for: .milliseconds(5)) }
      #expect(pool.connectionFailures == 1)
    }
  }
}
