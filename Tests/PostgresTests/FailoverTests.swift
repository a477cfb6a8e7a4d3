import PostgresTesting
import Reactor
import Testing

@testable import Postgres

@Suite("Failover") struct FailoverTests {
  private static let isStandby = Statement("is_standby", "SELECT pg_is_in_recovery()")

  @Test("writers pass over a standby, readers may prefer it, and both go to what was promoted")
  func standby() async throws {
    let primary = try PostgresCluster()
    let standby = try PostgresCluster(standbyOf: primary)
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let hosts = "host=\(standby.directory),\(primary.directory) user=postgres dbname=postgres"
      var writing = PostgresOptions(conninfo: hosts)
      writing.target = .readWrite
      let writers = PostgresPool(writing, connections: 2, pipelining: .separate, on: eventLoop)
      let readers = PostgresPool(
        PostgresOptions(
          conninfo: "host=\(primary.directory),\(standby.directory) user=postgres"
            + " target_session_attrs=prefer-standby"),
        connections: 1, pipelining: .shared, on: eventLoop)
      defer {
        writers.close()
        readers.close()
      }
      var outages: [PostgresError?] = []
      writers.outage = { outages.append($0) }
      while writers.openConnections < 2 { await eventLoop.sleep(for: .milliseconds(5)) }
      while readers.openConnections < 1 { await eventLoop.sleep(for: .milliseconds(5)) }
      #expect(try await writers.query(Self.isStandby)[0].value(0) == false)
      #expect(try await readers.query(Self.isStandby)[0].value(0) == true)

      primary.kill9()
      while writers.openConnections > 0 { await eventLoop.sleep(for: .milliseconds(5)) }
      try standby.promote()
      while writers.openConnections < 2 { await eventLoop.sleep(for: .milliseconds(5)) }
      // A named statement is prepared anew.
      #expect(try await writers.query(Self.isStandby)[0].value(0) == false)
      #expect(try await readers.query(Self.isStandby)[0].value(0) == false)
      #expect(outages.map { $0 == nil } == [false, true])
    }
    await loop.stop()
  }

  @Test("with nothing but a standby, a writer is refused instead of failing at its first write")
  func onlyStandby() async throws {
    let primary = try PostgresCluster()
    let standby = try PostgresCluster(standbyOf: primary)
    let loop = try Loop(name: "test")
    await loop.run { eventLoop in
      var options = PostgresOptions(conninfo: standby.conninfo())
      options.target = .readWrite
      let refusal = await failure(PostgresError.self) {
        try await PostgresConnection.connect(to: options, on: eventLoop).close()
      }
      #expect(refusal?.kind == .connection)
      #expect(refusal?.debugDescription.contains("read-only") == true)
    }
    await loop.stop()
  }
}
