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

  @Test("a task that waits for a pool to connect is answered at once when it is cancelled")
  func cancelledWait() async throws {
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      // It takes connections and never says a word.
      var streams: [ByteStream] = []
      let listener = try Listener(on: #require(SocketAddress("127.0.0.1:0")), eventLoop: eventLoop)
      {
        if let stream = try? ByteStream(adopting: $0, on: eventLoop) { streams.append(stream) }
      }
      defer {
        listener.close()
        for stream in streams { stream.close() }
      }
      guard case .tcp(_, let port) = listener.address else { return }
      let pool = PostgresPool(
        PostgresOptions(conninfo: "host=127.0.0.1 port=\(port)", connectTimeout: .seconds(600)),
        connections: 1, pipelining: .shared, on: eventLoop)
      defer { pool.close() }
      var error: PostgresError?
      let wait = eventLoop.start {
        error = await failure(PostgresError.self) { try await pool.connect() }
      }
      while streams.isEmpty { await eventLoop.sleep(for: .milliseconds(1)) }
      wait.cancel()
      await wait.wait()
      #expect(error?.kind == .cancelled)
    }
    await loop.stop()
  }
}
