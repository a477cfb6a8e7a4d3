import MetricsTestKit
import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("The change log") struct ChangeLogTests {
  private static let reader = ChangeLogReader(name: "test")

  /// Runs `body` with a store, and a reader that is the only one of its database.
  private static func withReader(
    _ body: @Sendable (PostgresHistoryStore) async throws -> Void
  ) async throws {
    try await withStore { store in
      _ = try await store.run("DELETE FROM change_log_readers")
      try await store.analysts.primary.transaction { try await reader.register(in: $0) }
      try await body(store)
    }
  }

  private static func next(_ store: PostgresHistoryStore, limit: Int = 10_000) async throws
    -> [LoggedChange]
  {
    try await store.analysts.primary.transaction {
      try await reader.next(limit: limit, in: $0).changes
    }
  }

  /// Reads until a number of changes has come, or won't come any more: other databases' transactions
  /// may hold it back for a while.
  private static func next(_ store: PostgresHistoryStore, count: Int) async throws
    -> [LoggedChange]
  {
    var changes: [LoggedChange] = []
    let deadline = store.eventLoop.now + .seconds(20)
    while changes.count < count, store.eventLoop.now < deadline {
      changes += try await next(store)
      await store.eventLoop.sleep(for: .milliseconds(1))
    }
    return changes
  }

  private func session(_ store: PostgresHistoryStore, database: String? = nil) async throws
    -> PostgresConnection
  {
    let cluster = try await PostgresCluster.shared.value
    let own: String = try await store.run("SELECT current_database()::text")[0].value(0)
    return try await PostgresConnection.connect(
      to: PostgresOptions(conninfo: cluster.conninfo(database: database ?? own)),
      pipelining: .separate, on: store.eventLoop)
  }

  private func run(_ session: PostgresConnection, _ statements: String...) async throws {
    for sql in statements { _ = try await session.query(Statement("", sql)) }
  }

  @Test("a save and an update are logged with what was and what is, and what is refused is not")
  func contents() async throws {
    try await Self.withReader { store in
      let row = execution(status: .running, duration: nil)
      _ = try await store.save(save(row))
      _ = try await store.save(save(row))
      var fields = ExecutionFields()
      fields.status = .failed
      fields.errorMessage = "disk 7 is full"
      fields.durationSeconds = 2.5
      fields.workflowType = "copy"
      let mask: Set<ExecutionUpdate.Field> = [
        .status, .errorMessage, .durationSeconds, .workflowType,
      ]
      _ = try await store.beginUpdate(row.id, fields, mask).answer()
      fields.status = .running
      let refused = ExecutionUpdate(
        id: row.id, mask: [.status], fields: fields, expectedVersion: nil, allowsReopen: false)
      let refusal = try await code {
        try await store.update(refused, reach: .anyone, now: testNow)
      }
      #expect(refusal == .failedPrecondition)

      let changes = try await Self.next(store, count: 2)
      let saved = LoggedChange.State(
        workflowType: "etl",
        contribution: ExecutionContribution(
          status: .running, durationSeconds: nil, errorFingerprint: nil))
      let updated = LoggedChange.State(
        workflowType: "copy",
        contribution: ExecutionContribution(
          status: .failed, durationSeconds: 2.5, errorFingerprint: "disk <n> is full"))
      #expect(changes.map(\.old) == [nil, saved])
      #expect(changes.map(\.new) == [saved, updated])
      #expect(changes.map(\.version) == [1, 2])
      #expect(changes.allSatisfy { $0.executionID == row.id && $0.userID == "alice" })
      #expect(try await Self.next(store).isEmpty)
    }
  }

  @Test("a deletion is logged with what was, at the row's last version, and a refused one is not")
  func deletion() async throws {
    try await Self.withReader { store in
      let row = execution(status: .running)
      _ = try await store.save(save(row))
      var fields = ExecutionFields()
      fields.status = .failed
      fields.errorMessage = "disk 7 is full"
      fields.durationSeconds = 2.5
      _ = try await store.beginUpdate(
        row.id, fields, [.status, .errorMessage, .durationSeconds]
      ).answer()
      #expect(await store.beginDelete(row.id, expectedVersion: 1).failure() != nil)
      #expect(await store.beginDelete(row.id, reach: .user("mallory")).failure() != nil)
      try await store.delete(row.id)
      #expect(await store.beginDelete(row.id).failure() != nil)

      let changes = try await Self.next(store, count: 3)
      let last = LoggedChange.State(
        workflowType: "etl",
        contribution: ExecutionContribution(
          status: .failed, durationSeconds: 2.5, errorFingerprint: "disk <n> is full"))
      #expect(changes.map(\.version) == [1, 2, 2])
      #expect(changes.last?.old == last)
      #expect(changes.last?.new == nil)
      #expect(changes.last?.executionID == row.id)
      #expect(changes.last?.userID == "alice")
      #expect(try await Self.next(store).isEmpty)
    }
  }

  @Test("a transaction that began before and is committed after others were read is not missed")
  func lateCommit() async throws {
    try await Self.withReader { store in
      let late = try await session(store)
      defer { late.close() }
      let row = execution()
      try await run(
        late, "BEGIN",
        """
        INSERT INTO workflow_execution_changes
          (execution_id, user_id, version, workflow_type, status)
        VALUES ('\(row.id)', 'late', 1, 'etl', 3)
        """)
      let rows = (0..<10).map { _ in execution() }
      try await store.saveAll(rows)
      // What was committed meanwhile has the larger numbers, and waits behind it.
      #expect(try await Self.next(store).isEmpty)
      try await run(late, "COMMIT")
      let changes = try await Self.next(store, count: 11)
      #expect(Set(changes.map(\.executionID)) == Set(rows.map(\.id) + [row.id]))
      #expect(changes.count == 11)
    }
  }

  @Test("a transaction that writes in another database holds readers back, and costs them nothing")
  func otherDatabase() async throws {
    try await Self.withReader { store in
      let other = try await session(store, database: "postgres")
      defer { other.close() }
      try await run(other, "BEGIN", "CREATE TABLE held_back ()")
      let rows = (0..<10).map { _ in execution() }
      try await store.saveAll(rows)
      #expect(try await Self.next(store).isEmpty)
      let lag = try await store.changeLog.lags()
      #expect(lag.map(\.reader) == ["test"])
      #expect(lag.map(\.rows) == [10])
      #expect(lag.allSatisfy { $0.seconds > 0 })
      try await run(other, "ROLLBACK")
      #expect(Set(try await Self.next(store, count: 10).map(\.executionID)) == Set(rows.map(\.id)))
      #expect(try await store.changeLog.lags().map(\.rows) == [0])
    }
  }

  @Test("how far a reader is behind is told to the metrics, in seconds and in changes")
  func gauges() throws {
    let kit = TestMetrics()
    let gauges = LagGauges(kit)
    func told(_ name: String, of reader: String) throws -> Double? {
      try kit.expectGauge("workflow_history.change_log.\(name)", [("reader", reader)]).lastValue
    }
    let one = ChangeLogLag(reader: "one", rows: 7, seconds: 1.5)
    gauges.tell([one, ChangeLogLag(reader: "two", rows: 0, seconds: 0)])
    #expect(try told("lag", of: "one") == 1.5 && told("unread", of: "one") == 7)
    #expect(try told("lag", of: "two") == 0)
    // One that is no more.
    gauges.tell([one])
    #expect(try told("lag", of: "two")?.isNaN == true && told("lag", of: "one") == 1.5)
    // The database is away, and comes back.
    gauges.forget()
    #expect(try told("lag", of: "one")?.isNaN == true && told("unread", of: "one")?.isNaN == true)
    gauges.tell([one])
    #expect(try told("lag", of: "one") == 1.5)
  }

  @Test("a reader whose transaction is rolled back reads the same again, in parts of any size")
  func again() async throws {
    try await Self.withReader { store in
      let rows = (0..<40).map { _ in execution() }
      for row in rows { _ = try await store.save(save(row)) }
      var changes: [LoggedChange] = []
      while changes.count < rows.count {
        let abandoned = await failure(CancellationError.self) {
          try await store.analysts.primary.transaction { (transaction) async throws -> Void in
            _ = try await Self.reader.next(limit: 7, in: transaction)
            throw CancellationError()
          }
        }
        #expect(abandoned != nil)
        let part = try await Self.next(store, limit: 7)
        #expect(part.count <= 7)
        changes += part
      }
      #expect(changes.map(\.executionID) == rows.map(\.id))
    }
  }

  @Test("a transaction with more changes than a part may have is read as a whole")
  func largeTransaction() async throws {
    try await Self.withReader { store in
      let session = try await session(store)
      defer { session.close() }
      try await run(
        session,
        """
        INSERT INTO workflow_execution_changes
          (execution_id, user_id, version, workflow_type, status)
        SELECT '\(execution().id)', 'u', n, 'etl', 3 FROM generate_series(1, 100) AS n
        """)
      _ = try await store.save(save(execution()))
      var parts: [Int] = []
      while parts.reduce(0, +) < 101 {
        let part = try await Self.next(store, limit: 10)
        if !part.isEmpty { parts.append(part.count) }
      }
      #expect(parts == [100, 1])
    }
  }

  @Test("a day is dropped when it is old and all readers have passed it, and then it is too late")
  func drops() async throws {
    try await Self.withReader { store in
      let old = Day(number: try await store.run(PartitionMaker.today.sql)[0].value(0)) - 9
      try await store.analysts.primary.transaction { transaction in
        try await PartitionMaker.make([.changes(of: old)], in: transaction)
      }
      let session = try await session(store)
      defer { session.close() }
      try await run(
        session,
        """
        INSERT INTO workflow_execution_changes
          (changed_at, execution_id, user_id, version, workflow_type, status)
        SELECT now() - interval '9 days', '\(execution().id)', 'u', 1, 'etl', 3
        """)
      let start: TransactionID = try await store.run(
        "SELECT pg_snapshot_xmin(pg_current_snapshot())")[0].value(0)
      let beginning = TransactionID(number: start.number - 1)
      let week = Duration.seconds(7 * 86_400)
      #expect(try await store.changeLog.dropPassed(retention: week).isEmpty)
      _ = try await Self.next(store, count: 1)
      #expect(try await store.changeLog.dropPassed(retention: week * 2).isEmpty)
      #expect(
        try await store.changeLog.dropPassed(retention: week)
          == [Partition.changes(of: old).name])
      #expect(try await store.changeLog.dropPassed(retention: week).isEmpty)

      let late = await failure(ChangeLogOutOfRange.self) {
        try await store.analysts.primary.transaction {
          try await ChangeLog.read(from: beginning, in: $0)
        }
      }
      #expect(late != nil)
      // The reader that has passed it goes on.
      _ = try await store.save(save(execution()))
      #expect(try await Self.next(store, count: 1).count == 1)
    }
  }

  @Test("a write whose day has no partition makes it")
  func missingDay() async throws {
    try await Self.withReader { store in
      let today = Day(number: try await store.run(PartitionMaker.today.sql)[0].value(0))
      for day in [today, today + 1] {
        _ = try await store.run("DROP TABLE \(Partition.changes(of: day).name)")
      }
      let row = execution(status: .running)
      #expect(try await store.save(save(row)) == row)
      for day in [today, today + 1] {
        _ = try await store.run("DROP TABLE \(Partition.changes(of: day).name)")
      }
      var fields = ExecutionFields()
      fields.status = .paused
      #expect(try await store.beginUpdate(row.id, fields, [.status]).answer().version == 2)
      for day in [today, today + 1] {
        _ = try await store.run("DROP TABLE \(Partition.changes(of: day).name)")
      }
      try await store.delete(row.id)
      #expect(try await code { try await store.execution(row.id, reach: .anyone) } == .notFound)
    }
  }

  @Test("a reader that was never registered is refused")
  func unknown() async throws {
    try await withStore { store in
      let refusal = await failure(UnknownChangeLogReader.self) {
        try await Self.next(store)
      }
      #expect(refusal == UnknownChangeLogReader(name: "test"))
    }
  }
}
