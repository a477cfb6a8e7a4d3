import Reactor
import Testing

@testable import Postgres

@Suite("Sessions that are not kept") struct BorrowedSessionTests {
  private static let setting = Statement("setting", "SELECT current_setting($1)", [.text])
  private static let odd = ["wh.odd": "it's \\ \"odd\""]

  @Test("settings hold in each transaction and go with it, and nothing is prepared")
  func settings() async throws {
    for pipelining in CancellationTests.everyPipelining {
      try await withConnection(
        pipelining, statementTimeout: .seconds(7), keepsSessions: false, settings: Self.odd
      ) { connection in
        let outcomes = await concurrently(connection, 3) { index in
          (Self.setting, [.text(["statement_timeout", "timezone", "wh.odd"][Int(index)])])
        }
        #expect(
          try outcomes.map { try $0.get()[0].value(0, as: String.self) }
            == ["7s", "UTC", "it's \\ \"odd\""])
        let prepared = Statement("", "SELECT count(*) FROM pg_prepared_statements")
        #expect(try await connection.query(prepared)[0].value(0) == Int64(0))
        let bystander = try await Bystander(on: connection.eventLoop)
        defer { bystander.close() }
        let kept = Statement(
          "", "SELECT reset_val FROM pg_settings WHERE name = 'statement_timeout'")
        #expect(try await connection.query(kept)[0].value(0) == "0")
      }
    }
  }

  @Test("settings hold in an explicit transaction from its first statement to its last")
  func transaction() async throws {
    try await withConnection(.separate, statementTimeout: .seconds(7), keepsSessions: false) {
      connection in
      try await connection.transaction { transaction in
        _ = try await transaction.query(
          Statement("", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        for _ in 0..<2 {
          let found = try await transaction.query(Self.setting, [.text("statement_timeout")])
          #expect(try found[0].value(0) == "7s")
        }
      }
    }
  }

  @Test("a statement over its time is ended, and costs its neighbours nothing")
  func timeout() async throws {
    // Far more than its neighbours take on a busy machine.
    try await withConnection(
      .shared, statementTimeout: .seconds(1), keepsSessions: false
    ) { connection in
      let sleep = Statement("sleep", "SELECT pg_sleep($1)", [.float8])
      let outcomes = await concurrently(connection, 3) { (sleep, [.float8($0 == 1 ? 60 : 0)]) }
      #expect(outcomes[1].failure?.sqlState == .queryCanceled)
      #expect(outcomes[0].failure == nil && outcomes[2].failure == nil)
    }
  }

  @Test("settings that the server refuses fail the statement instead of sending it for ever")
  func refusedSettings() async throws {
    for pipelining in CancellationTests.everyPipelining {
      try await withConnection(
        pipelining, keepsSessions: false, settings: ["work_mem": "nonsense"]
      ) { connection in
        let outcomes = await concurrently(connection, 3) { _ in (Statement("", "SELECT 1"), []) }
        #expect(outcomes.allSatisfy { $0.failure?.kind == .server })
        // Until nothing is under way or waits to be sent again.
        while connection.load > 0 { await connection.eventLoop.sleep(for: .milliseconds(1)) }
      }
    }
  }
}
