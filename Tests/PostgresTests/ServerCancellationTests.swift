import PostgresTesting
import Reactor
import Testing

@testable import Postgres

@Suite("Cancelling at the server") struct ServerCancellationTests {
  private static let sleep = Statement("sleep", "SELECT pg_sleep($1)", [.float8])

  @Test("the server ends a statement that is cancelled, and its session goes on")
  func running() async throws {
    try await withConnection(.cancellable, statementTimeout: .seconds(600)) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      for _ in 0..<3 {
        let long = Asked(connection, Self.sleep, [.float8(500)])
        try await bystander.untilHeldUp(session)
        long.cancel()
        #expect(await long.failure()?.kind == .cancelled)
        try await bystander.untilIdle(session)
        #expect(try await Session(of: connection).process == session.process)
      }
      #expect(connection.load == 0)
    }
  }

  @Test("a statement is not sent before the one ahead of it was answered")
  func oneAtATime() async throws {
    try await withConnection(.cancellable) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      let sequence = try await bystander.make("SEQUENCE")
      let next = Statement("next", "SELECT nextval('\(sequence)')")
      try await bystander.lock()
      let running = Asked(connection, Statement("", "SELECT 1 FROM \(bystander.row)"))
      let asked = (0..<4).map { _ in Asked(connection, next) }
      try await bystander.untilHeldUp(session)
      asked[0].cancel()
      asked[2].cancel()
      let error = await asked[0].failure()
      #expect(error?.kind == .cancelled)
      #expect(error?.wasSent == false)
      try await bystander.unlock()
      #expect(await running.failure() == nil)
      #expect(try await asked[1].answer()?.get()[0].value(0) == Int64(1))
      #expect(try await asked[3].answer()?.get()[0].value(0) == Int64(2))
    }
  }

  @Test("whenever a statement is cancelled, none but itself is hit")
  func neighbours() async throws {
    try await withConnection(.cancellable, statementTimeout: .seconds(600)) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      var generator = SystemRandomNumberGenerator()
      for index in 0..<200 {
        // Some end before they are cancelled, some as they are, some never would.
        let duration =
          index % 5 == 0 ? 500 : Double.random(in: 0...0.002, using: &generator)
        let cancelled = Asked(connection, Self.sleep, [.float8(duration)])
        let neighbour = Asked(connection, Self.sleep, [.float8(0.001)])
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
          _ = try await bystander.value("SELECT ''")
        }
        cancelled.cancel()
        let error = await cancelled.failure()
        #expect(error == nil || error?.kind == .cancelled)
        #expect(await neighbour.failure() == nil)
      }
      #expect(connection.abandoned == 0)
    }
  }

  @Test("a statement that the server does not end, being told too early, is cancelled again")
  func again() async throws {
    try await withConnection(.cancellable, statementTimeout: .seconds(600)) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      // The first time it is cancelled, it goes on, as if it had not begun when it was told.
      let stubborn = Asked(
        connection,
        Statement(
          "",
          """
          DO $$ BEGIN
            PERFORM pg_sleep(500);
          EXCEPTION WHEN query_canceled THEN PERFORM pg_sleep(500);
          END $$
          """))
      try await bystander.untilHeldUp(session)
      stubborn.cancel()
      #expect(await stubborn.failure()?.kind == .cancelled)
      _ = try await connection.query(Statement("", "SELECT 1"))
    }
  }

  @Test("a server that can't be told holds up nobody but its connection, which is then given up")
  func silence() async throws {
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let proxy = try await SilentProxy(on: eventLoop)
      defer { proxy.close() }
      var loss: PostgresError?
      let connection = try await PostgresConnection.connect(
        to: PostgresOptions(
          conninfo: proxy.conninfo, statementTimeout: .seconds(600), connectTimeout: .seconds(2)),
        pipelining: .cancellable, on: eventLoop
      ) {
        loss = $0
      }
      let bystander = try await Bystander(on: eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      let long = Asked(connection, Self.sleep, [.float8(500)])
      try await bystander.untilHeldUp(session)
      long.cancel()
      #expect(await long.failure()?.kind == .cancelled)
      // The call is under way, on a thread of its own: this loop goes on, as the proxy's part shows.
      while proxy.connections < 2 { await eventLoop.sleep(for: .milliseconds(1)) }
      #expect(loss == nil)
      let error = await failure(PostgresError.self) {
        try await connection.query(Statement("", "SELECT 1"))
      }
      #expect(error?.kind == .timeout)
      #expect(error?.wasSent == false)
      #expect(loss?.kind == .timeout)
    }
    await loop.stop()
  }
}
