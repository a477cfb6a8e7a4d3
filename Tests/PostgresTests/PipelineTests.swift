import Testing

@testable import Postgres

@Suite("Shared pipelines") struct PipelineTests {
  private static let transaction = Statement("transaction", "SELECT pg_current_xact_id()::text")
  private static let failing = Statement("", "SELECT 1 / 0")

  @Test("statements of one turn share a Sync, and those of the next have another")
  func syncs() async throws {
    try await withConnection(.shared) { connection in
      var turns: [Set<String>] = []
      for _ in 0..<2 {
        let outcomes = await concurrently(connection, 5) { _ in (Self.transaction, []) }
        turns.append(Set(try outcomes.map { try $0.get()[0].value(0, as: String.self) }))
      }
      #expect(turns.map(\.count) == [1, 1])
      #expect(turns[0] != turns[1])
    }
  }

  @Test("what a failure took along is sent again with a Sync each, so that the next one takes none")
  func repeated() async throws {
    try await withConnection(.shared) { connection in
      let outcomes = await concurrently(connection, 30) { index in
        (index % 3 == 1 ? Self.failing : Self.transaction, [])
      }
      var transactions: [String] = []
      for (index, outcome) in outcomes.enumerated() {
        if index % 3 == 1 {
          #expect(outcome.failure?.sqlState == SQLState("22012"))
        } else {
          transactions.append(try outcome.get()[0].value(0))
        }
      }
      #expect(Set(transactions).count == 20)
    }
  }

  @Test("a statement that somebody ended at the server, or made there, is run all the same")
  func foreignPreparation() async throws {
    try await withConnection(.shared) { connection in
      let named = Statement("named", "SELECT $1", [.int4])
      _ = try await connection.query(named, [.int4(1)])
      _ = try await connection.query(Statement("", "DEALLOCATE ALL"))
      _ = try await connection.query(Statement("", "PREPARE other AS SELECT 0"))
      let other = Statement("other", "SELECT $1", [.int4])
      let outcomes = await concurrently(connection, 12) { index in
        (index.isMultiple(of: 2) ? named : other, [.int4(index)])
      }
      for (index, outcome) in outcomes.enumerated() where index.isMultiple(of: 2) {
        #expect(try outcome.get()[0].value(0) == Int32(index))
      }
      #expect(try outcomes[1].get()[0].value(0) == Int32(1))
    }
  }

  @Test("each statement has its own time, however many share a Sync")
  func statementTimeouts() async throws {
    try await withConnection(.shared, statementTimeout: .seconds(1)) { connection in
      let sleep = Statement("sleep", "SELECT pg_sleep(0.1)")
      let outcomes = await concurrently(connection, 15) { _ in (sleep, []) }
      #expect(outcomes.allSatisfy { $0.failure == nil })
    }
  }

  @Test("a session that ends fails each statement once, and leaves none waiting")
  func terminated() async throws {
    try await withConnection(.shared) { connection in
      let bystander = try await Bystander(on: connection.eventLoop)
      defer { bystander.close() }
      let session = try await Session(of: connection)
      let asked = (0..<4).map { _ in Asked(connection, Statement("", "SELECT pg_sleep(60)")) }
      try await bystander.untilHeldUp(session)
      _ = try await bystander.value("SELECT pg_terminate_backend(\(session.process))::text")
      for asked in asked { #expect(await asked.failure()?.kind == .connection) }
      #expect(!connection.isOpen)
      #expect(connection.load == 0)
    }
  }
}
