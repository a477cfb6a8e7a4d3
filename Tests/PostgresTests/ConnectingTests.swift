import Foundation
import PostgresTesting
import Reactor
import Testing

@testable import Postgres

@Suite("Connecting") struct ConnectingTests {
  @Test("the code stands in libpq's words, whatever the server's language")
  func codes() {
    #expect(
      SQLState(
        inConnectFailure: "connection to server at \"::1\", port 1 failed: FATAL:  53300: no\n")
        == .tooManyConnections)
    #expect(SQLState(inConnectFailure: "x\nTÖDLICH:  57P03: nein") == .cannotConnectNow)
    #expect(SQLState(inConnectFailure: "could not connect: Connection refused") == nil)
  }

  @Test("a host that swallows what is sent to it uses up its own time, not that of the next")
  func swallowed() async throws {
    let cluster = try await PostgresCluster.shared.value
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      // It takes connections and never says a word.
      var streams: [ByteStream] = []
      let listener = try Listener(on: .tcp(host: "127.0.0.1", port: 0), eventLoop: eventLoop) {
        if let stream = try? ByteStream(adopting: $0, on: eventLoop) { streams.append(stream) }
      }
      defer {
        listener.close()
        for stream in streams { stream.close() }
      }
      guard case .tcp(_, let port) = listener.address else { return }
      let connection = try await PostgresConnection.connect(
        to: PostgresOptions(
          conninfo: "host=127.0.0.1,\(cluster.directory) port=\(port),5432 user=postgres",
          // The other host has as long, on a busy machine too.
          connectTimeout: .seconds(2)), on: eventLoop)
      _ = try await connection.query(Statement("", "SELECT 1"))
      #expect(streams.count == 1)
      connection.close()
    }
    await loop.stop()
  }

  @Test("a server without room refuses with 53300, and takes us when there is room again")
  func tooManyConnections() async throws {
    let cluster = try await PostgresCluster.shared.value
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let bystander = try await Bystander(on: eventLoop)
      defer { bystander.close() }
      let role = try await bystander.make("ROLE", "LOGIN CONNECTION LIMIT 1")
      let options = PostgresOptions(
        conninfo: "host=\(cluster.directory) user=\(role) dbname=postgres")
      let only = try await PostgresConnection.connect(to: options, on: eventLoop)
      let pool = PostgresPool(options, connections: 1, pipelining: .shared, on: eventLoop)
      defer { pool.close() }
      let refusal = await failure(PostgresError.self) { try await pool.connect() }
      #expect(refusal?.sqlState == .tooManyConnections)
      #expect(refusal?.kind == .connection)
      let unsent = await failure(PostgresError.self) {
        try await pool.query(Statement("", "SELECT 1"))
      }
      #expect(unsent?.sqlState == .tooManyConnections)
      #expect(unsent?.wasSent == false)
      only.close()
      while pool.openConnections == 0 { await eventLoop.sleep(for: .milliseconds(5)) }
      _ = try await pool.query(Statement("", "SELECT 1"))
    }
    await loop.stop()
  }

  @Test("a server that is stopping refuses with 57P03; told to stop at once, it ends with 57P01")
  func stopping() async throws {
    let cluster = try PostgresCluster()
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let options = PostgresOptions(conninfo: cluster.conninfo())
      let held = try await PostgresConnection.connect(to: options, on: eventLoop)
      let asked = Asked(held, Statement("", "SELECT pg_sleep(60)"))
      // It waits for its sessions.
      cluster.signal(SIGTERM)
      var refusal: PostgresError?
      while refusal == nil {
        refusal = await failure(PostgresError.self) {
          try await PostgresConnection.connect(to: options, on: eventLoop).close()
        }
      }
      #expect(refusal?.sqlState == .cannotConnectNow)
      // It ends them.
      cluster.signal(SIGINT)
      let ended = await asked.failure()
      #expect(ended?.sqlState == SQLState("57P01"))
      #expect(ended?.kind == .connection)
    }
    await loop.stop()
  }

  @Test("a server that takes no writes any more is given up, and what else was asked of it fails")
  func readOnly() async throws {
    try await withConnection(.separate) { connection in
      _ = try await connection.query(Statement("", "SET default_transaction_read_only = on"))
      let outcomes = await concurrently(connection, 2) { _ in
        (Statement("", "CREATE TABLE never (n int)"), [])
      }
      #expect(outcomes.allSatisfy { $0.failure?.sqlState == .readOnlyTransaction })
      #expect(!connection.isOpen)
      #expect(connection.load == 0)
    }
  }
}
