import PostgresTesting
import Reactor
import Testing

@testable import Postgres

@Suite("Connections") struct ConnectionTests {
  @Test("a value of each type comes back as it was sent")
  func roundTrip() async throws {
    try await withConnection(.shared) { connection in
      let statement = Statement(
        "types",
        "SELECT $1::bool, $2::int2, $3::int4, $4::int8, $5::float8, $6::text, $7::bytea,"
          + " $8::timestamptz, $9::uuid, $10::jsonb, $11::text[], $12::int2[], $13::text",
        [
          .boolean, .int2, .int4, .int8, .float8, .text, .bytes, .timestamptz, .uuid, .jsonb,
          .textArray, .int2Array, .text,
        ])
      let row = try await connection.query(
        statement,
        [
          .boolean(true), .int2(-7), .int4(.min), .int8(.max), .float8(0.1), .text("é\n"),
          .bytes([0, 255]), .timestamptz(1_700_000_000_000_001), .uuid(1, 2),
          .jsonb(Array("[1, 12345678901234567890]".utf8)), .textArray(["a", ""]),
          .int2Array([1, 2]), .null,
        ])[0]
      #expect(try row.value(0) == true)
      #expect(try row.value(1) == Int16(-7))
      #expect(try row.value(2) == Int32.min)
      #expect(try row.value(3) == Int64.max)
      #expect(try row.value(4) == 0.1)
      #expect(try row.value(5) == "é\n")
      #expect(try row.value(6) == [UInt8](arrayLiteral: 0, 255))
      #expect(try row.value(7) == TimestampValue(microseconds: 1_700_000_000_000_001))
      #expect(try row.value(8) == UUIDValue(high: 1, low: 2))
      let json: JSONText = try row.value(9)
      #expect(String(decoding: json.utf8, as: UTF8.self) == "[1, 12345678901234567890]")
      #expect(try row.value(12) == String?.none)
      #expect(throws: PostgresError.self) { try row.value(5, as: Int64.self) }
      #expect(throws: PostgresError.self) { try row.value(12, as: String.self) }
    }
  }

  @Test("a statement that fails in a shared pipeline costs only itself")
  func failureInPipeline() async throws {
    try await withConnection(.shared) { connection in
      let divide = Statement("divide", "SELECT 100 / $1", [.int4])
      let outcomes = await concurrently(connection, 40) { index in
        (divide, [.int4(index % 7 == 3 ? 0 : index + 1)])
      }
      for (index, outcome) in outcomes.enumerated() {
        if index % 7 == 3 {
          #expect(outcome.failure?.sqlState == SQLState("22012"))
        } else {
          let quotient: Int32 = try outcome.get()[0].value(0)
          #expect(quotient == Int32(100 / (index + 1)))
        }
      }
    }
  }

  @Test("statements that can't be parsed cost only themselves, also where names are shared")
  func unparsable() async throws {
    try await withConnection(.shared) { connection in
      let good = Statement("good", "SELECT $1", [.int4])
      let bad = Statement("bad", "SELECT nonsense $1", [.int4])
      let outcomes = await concurrently(connection, 12) { index in
        (index.isMultiple(of: 2) ? bad : good, [.int4(index)])
      }
      for (index, outcome) in outcomes.enumerated() {
        if index.isMultiple(of: 2) {
          #expect(outcome.failure?.sqlState == SQLState("42601"))
        } else {
          let answer: Int32 = try outcome.get()[0].value(0)
          #expect(answer == Int32(index))
        }
      }
    }
  }

  @Test("with a Sync each, a statement that fails undoes none of its neighbours")
  func separate() async throws {
    try await withConnection(.separate) { connection in
      _ = try await connection.query(Statement("", "CREATE TEMP TABLE t (n int PRIMARY KEY)"))
      let insert = Statement("insert", "INSERT INTO t VALUES ($1)", [.int4])
      let outcomes = await concurrently(connection, 10) { (insert, [.int4($0 == 5 ? 4 : $0)]) }
      #expect(outcomes[5].failure?.sqlState == .uniqueViolation)
      #expect(outcomes.count { $0.failure == nil } == 9)
      let count = try await connection.query(Statement("", "SELECT count(*) FROM t"))
      #expect(try count[0].value(0) == Int64(9))
    }
  }

  @Test("a failure that only the commit finds is the statement's")
  func failureAtCommit() async throws {
    try await withConnection(.separate) { connection in
      _ = try await connection.query(
        Statement(
          "", "CREATE TEMP TABLE d (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
      let insert = Statement("insert", "INSERT INTO d VALUES (1), ($1)", [.int4])
      let error = await failure(PostgresError.self) {
        try await connection.query(insert, [.int4(1)])
      }
      #expect(error?.sqlState == .uniqueViolation)
      _ = try await connection.query(insert, [.int4(2)])
    }
  }

  @Test("a transaction whose commit fails has failed, also where that came with its last statement")
  func failureAtExplicitCommit() async throws {
    try await withConnection(.separate) { connection in
      _ = try await connection.query(
        Statement("", "CREATE TEMP TABLE d (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)"))
      let insert = Statement("insert", "INSERT INTO d VALUES (1), ($1)", [.int4])
      for isTogether in [true, false] {
        let error = await failure(PostgresError.self) {
          try await connection.transaction { transaction in
            if isTogether {
              _ = try await transaction.commit(with: insert, [.int4(1)])
            } else {
              _ = try await transaction.query(insert, [.int4(1)])
            }
          }
        }
        #expect(error?.sqlState == .uniqueViolation)
      }
      try await connection.transaction { transaction in
        _ = try await transaction.commit(with: insert, [.int4(2)])
      }
      let count = try await connection.query(Statement("", "SELECT count(*) FROM d"))
      #expect(try count[0].value(0, as: Int64.self) == 2)
    }
  }

  @Test("a transaction is committed when its body returns, and rolled back when it throws")
  func transactions() async throws {
    struct Stop: Error {}
    try await withConnection(.separate) { connection in
      _ = try await connection.query(Statement("", "CREATE TEMP TABLE t (n int)"))
      let insert = Statement("insert", "INSERT INTO t VALUES ($1)", [.int4])
      try await connection.transaction { transaction in
        _ = try await transaction.query(insert, [.int4(1)])
        _ = try await transaction.commit(with: insert, [.int4(2)])
      }
      try await connection.transaction { transaction in
        _ = try await transaction.query(insert, [.int4(3)])
      }
      let stopped = await failure(Stop.self) {
        try await connection.transaction { transaction in
          _ = try await transaction.query(insert, [.int4(4)])
          throw Stop()
        }
      }
      #expect(stopped != nil)
      let uncommitted = await failure(PostgresError.self) {
        try await connection.transaction { transaction in
          _ = try await transaction.query(insert, [.int4(5)])
          _ = try await transaction.commit(with: Statement("", "SELECT 1 / 0"))
        }
      }
      #expect(uncommitted != nil)
      // A failure that the body ignores is not committed either.
      let ignored = await failure(PostgresError.self) {
        try await connection.transaction { transaction in
          _ = try? await transaction.query(Statement("", "SELECT 1 / 0"))
        }
      }
      #expect(ignored != nil)
      let sum = try await connection.query(Statement("", "SELECT sum(n) FROM t"))
      #expect(try sum[0].value(0) == Int64(6))
    }
  }

  @Test("statements that are committed together are all answered, or all undone")
  func committedTogether() async throws {
    try await withConnection(.separate) { connection in
      _ = try await connection.query(Statement("", "CREATE TEMP TABLE t (n int)"))
      let insert = Statement("insert", "INSERT INTO t VALUES ($1)", [.int4])
      let sum = Statement("sum", "SELECT sum(n) FROM t")
      let results = try await connection.transaction { transaction in
        try await transaction.commit(with: [(insert, [.int4(1)]), (sum, []), (insert, [.int4(2)])])
      }
      #expect(results.map(\.commandTag) == ["INSERT 0 1", "SELECT 1", "INSERT 0 1"])
      #expect(try results[1][0].value(0) == Int64(1))
      let broken = (Statement("", "SELECT 1 / 0"), [Parameter]())
      for statements in [[broken, (insert, [.int4(5)])], [(insert, [.int4(5)]), broken]] {
        let failed = await failure(PostgresError.self) {
          try await connection.transaction { transaction in
            _ = try await transaction.commit(with: statements)
          }
        }
        #expect(failed != nil)
      }
      #expect(try await connection.query(sum)[0].value(0) == Int64(3))
    }
  }

  @Test("what is asked of a connection during a transaction waits for its end")
  func exclusion() async throws {
    try await withConnection(.separate) { connection in
      _ = try await connection.query(Statement("", "CREATE TEMP TABLE t (n int)"))
      let count = Statement("count", "SELECT count(*) FROM t")
      var seen: Int64?
      let eventLoop = connection.eventLoop
      let other = try await connection.transaction { transaction in
        _ = try await transaction.query(Statement("", "INSERT INTO t VALUES (1)"))
        let other = eventLoop.start { seen = try? await connection.query(count)[0].value(0) }
        _ = try await transaction.query(Statement("", "INSERT INTO t VALUES (2)"))
        #expect(seen == nil)
        return other
      }
      await other.wait()
      #expect(seen == 2)
    }
  }

  @Test("values larger than any socket's buffer go out and come back whole")
  func large() async throws {
    try await withConnection(.shared) { connection in
      let echo = Statement("echo", "SELECT $1", [.bytes])
      let bytes = (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let outcomes = await concurrently(connection, 3) { _ in (echo, [.bytes(bytes)]) }
      for outcome in outcomes {
        let answer: [UInt8] = try outcome.get()[0].value(0)
        #expect(answer == bytes)
      }
    }
  }

  @Test("a statement over its time is cancelled by the server, alone")
  func timeout() async throws {
    // Far more than its neighbours take on a busy machine.
    try await withConnection(.shared, statementTimeout: .seconds(1)) { connection in
      let sleep = Statement("sleep", "SELECT pg_sleep($1)", [.float8])
      let outcomes = await concurrently(connection, 3) { (sleep, [.float8($0 == 1 ? 60 : 0)]) }
      #expect(outcomes[1].failure?.sqlState == .queryCanceled)
      #expect(outcomes[0].failure == nil && outcomes[2].failure == nil)
    }
  }

  @Test("a transaction that does nothing for too long is ended with its session, and lets go")
  func idleTransaction() async throws {
    for keepsSessions in [true, false] {
      try await withConnection(
        .separate, idleTransactionTimeout: .milliseconds(200), keepsSessions: keepsSessions
      ) { connection in
        let bystander = try await Bystander(on: connection.eventLoop)
        defer { bystander.close() }
        let failure = await failure(PostgresError.self) {
          try await connection.transaction { (transaction) async throws in
            let lock = Statement("", "SELECT \(bystander.row)")
            _ = try await transaction.query(lock)
            // It stands still until somebody else has its lock.
            try await bystander.lock()
            _ = try await transaction.query(lock)
          }
        }
        #expect(failure?.kind == .connection)
      }
    }
  }

  @Test("an error's description holds no value; its debug description does")
  func redaction() async throws {
    try await withConnection(.shared) { connection in
      let error = await failure(PostgresError.self) {
        try await connection.query(
          Statement("cast", "SELECT $1::int", [.text]), [.text("a secret")])
      }
      #expect(error?.description.contains("secret") == false)
      #expect(error?.debugDescription.contains("secret") == true)
      #expect(error?.wasSent == true)
    }
  }

  @Test("a host that is away is passed over for the next")
  func multipleHosts() async throws {
    let cluster = try await PostgresCluster.shared.value
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let connection = try await PostgresConnection.connect(
        to: PostgresOptions(
          conninfo: "host=/nowhere,127.0.0.1,\(cluster.directory) port=5432,1,5432 user=postgres"),
        on: eventLoop)
      _ = try await connection.query(Statement("", "SELECT 1"))
      connection.close()
    }
    await loop.stop()
  }
}

extension Result {
  var failure: Failure? {
    if case .failure(let failure) = self { failure } else { nil }
  }
}

/// Asks for statements together and returns their outcomes in order.
func concurrently(
  _ connection: PostgresConnection, _ count: Int32,
  _ make: (Int32) -> (Statement, [Parameter])
) async -> [Result<QueryResult, PostgresError>] {
  var outcomes: [Int32: Result<QueryResult, PostgresError>] = [:]
  let tasks = (0..<count).map { index in
    let (statement, parameters) = make(index)
    return connection.eventLoop.start {
      do throws(PostgresError) {
        outcomes[index] = .success(try await connection.query(statement, parameters))
      } catch {
        outcomes[index] = .failure(error)
      }
    }
  }
  for task in tasks { await task.wait() }
  return (0..<count).map { outcomes[$0]! }
}
