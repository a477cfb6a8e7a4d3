import PostgresTesting
import Reactor
import Testing

@testable import Postgres

@Suite("Pools") struct PoolTests {
  @Test("when the server is killed, calls under way fail once; when it is back, so are we")
  func crash() async throws {
    let cluster = try PostgresCluster()
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let pool = PostgresPool(
        PostgresOptions(conninfo: cluster.conninfo()), connections: 2, pipelining: .shared,
        on: eventLoop)
      while pool.openConnections < 2 { await eventLoop.sleep(for: .milliseconds(5)) }
      var failures: [PostgresError] = []
      let sleeps = (0..<6).map { _ in
        eventLoop.start {
          do throws(PostgresError) {
            _ = try await pool.query(Statement("sleep", "SELECT pg_sleep(60)"))
          } catch {
            failures.append(error)
          }
        }
      }
      // Once the server runs them, they are under way.
      let watcher = try await PostgresConnection.connect(
        to: PostgresOptions(conninfo: cluster.conninfo()), on: eventLoop)
      let running = Statement(
        "", "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
      while try await watcher.query(running)[0].value(0) != Int64(2) {}
      watcher.close()

      cluster.kill9()
      for sleep in sleeps { await sleep.wait() }
      #expect(failures.count == 6)
      #expect(failures.allSatisfy { $0.kind == .connection && $0.wasSent })
      let error = await failure(PostgresError.self) {
        try await pool.query(Statement("", "SELECT 1"))
      }
      #expect(error?.kind == .connection)
      #expect(error?.wasSent == false)

      try cluster.start()
      while pool.openConnections < 2 { await eventLoop.sleep(for: .milliseconds(5)) }
      let answer = try await pool.query(Statement("one", "SELECT 1"))
      #expect(try answer[0].value(0) == Int32(1))
      pool.close()
    }
    await loop.stop()
  }

  @Test("a server that is not there is an error at once, not a wait")
  func nobody() async throws {
    let loop = try Loop(name: "test")
    await loop.run { eventLoop in
      let pool = PostgresPool(
        PostgresOptions(conninfo: "host=/nowhere"), connections: 1, pipelining: .shared,
        on: eventLoop)
      #expect(await failure(PostgresError.self) { try await pool.connect() } != nil)
      let refused = await failure(PostgresError.self) {
        try await pool.query(Statement("", "SELECT 1"))
      }
      #expect(refused != nil)
      pool.close()
    }
    await loop.stop()
  }
}
