import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Rollups") struct RollupTests {
  private let window = WindowQuery(
    userID: "alice", workflowType: nil,
    start: Timestamp(microseconds: testNow.microseconds - 30 * 86_400_000_000),
    end: Timestamp(microseconds: testNow.microseconds + 1000))

  private func expectScan(_ store: PostgresHistoryStore) async throws {
    let statistics = try await store.scannedStatistics(window)
    #expect(try await store.statistics(window).snapped(to: statistics) == statistics)
    let metrics = try await store.scannedMetrics(window)
    #expect(try await store.performanceMetrics(window).snapped(to: metrics) == metrics)
  }

  @Test("a commit that comes late, of a transaction that began early, is folded all the same")
  func lateCommit() async throws {
    try await withStore { store in
      try await store.saveAll((0..<5).map { _ in execution() })
      let late = try await PostgresConnection.connect(
        to: try await store.options(), pipelining: .separate, on: store.eventLoop)
      defer { late.close() }
      let row = execution(status: .failed, duration: 70, error: "late")
      try await late.transaction { transaction in
        _ = try await transaction.query(Statement("", row.insertion))
        try await store.saveAll((0..<5).map { _ in execution() })
        try await store.fold()
        // What was committed after it began waits for it, and is counted meanwhile.
        #expect(try await store.statistics(window).all.counts[.completed] == 10)
        #expect(try await store.unfolded() == 5)
      }
      try await expectScan(store)
      try await store.fold()
      try await expectScan(store)
      #expect(try await store.unfolded() == 0)
      #expect(try await store.check(.verify).differing == 0)
    }
  }

  @Test("a bite takes all changes of a transaction, however many")
  func largeTransaction() async throws {
    try await withStore { store in
      let many = (0..<50).map { (index: Int) in execution(type: "t\(index % 7)").insertion }
      try await store.analysts.primary.transaction { transaction in
        for sql in many { _ = try await transaction.query(Statement("", sql)) }
      }
      try await store.fold(bite: 3)
      #expect(try await store.unfolded() == 0)
      try await expectScan(store)
    }
  }

  @Test("bites get smaller while they take long, and grow again as far as they may")
  func biteSize() async throws {
    try await withStore { store in
      let folder = RollupFolder(try await store.options(), bite: 60, on: store.eventLoop)
      defer { folder.close() }
      var time = Duration.zero
      folder.clock = {
        time += .seconds(1)
        return time
      }
      try await store.saveEach(9)
      try await folder.foldAll()
      #expect(folder.bite.rows == 30)
      try await store.saveEach(45)
      try await folder.foldAll()
      #expect(folder.bite.rows == 7)
      folder.clock = { .zero }
      // What a small one took says nothing of larger ones.
      try await store.saveEach(3)
      try await folder.foldAll()
      #expect(folder.bite.rows == 7)
      try await store.saveEach(120)
      try await folder.foldAll()
      #expect(folder.bite.rows == 60)
      #expect(try await store.unfolded() == 0)
      try await expectScan(store)
    }
  }

  @Test("a bite that fails after a long time is tried again smaller")
  func failedBite() async throws {
    try await withStore { store in
      let folder = RollupFolder(try await store.options(), bite: 60, on: store.eventLoop)
      defer { folder.close() }
      var time = Duration.zero
      folder.clock = {
        time += .seconds(30)
        return time
      }
      try await store.saveEach(2)
      _ = try await store.run("ALTER TABLE execution_rollups ADD CONSTRAINT no CHECK (false)")
      #expect(await failure(PostgresError.self) { try await folder.foldAll() } != nil)
      #expect(folder.bite.rows == 30)
    }
  }

  @Test("a fold that is cut short leaves what was, and the next one goes on")
  func cutShort() async throws {
    try await withStore { store in
      try await store.saveAll((0..<20).map { _ in execution(error: "e") })
      _ = try await store.run("ALTER TABLE execution_rollups ADD CONSTRAINT no CHECK (false)")
      // As long as another transaction is open nothing is folded, and nothing fails.
      var failed: PostgresError?
      while failed == nil {
        failed = await failure(PostgresError.self) { try await store.fold() }
      }
      #expect(failed?.constraint == "no")
      #expect(try await store.count("execution_rollups") == 0)
      #expect(try await store.unfolded() == 20)
      _ = try await store.run("ALTER TABLE execution_rollups DROP CONSTRAINT no")
      try await store.fold()
      #expect(try await store.unfolded() == 0)
      try await expectScan(store)
    }
  }

  @Test("folders, writers and a rebuild at once leave rollups that are those of a scan")
  func concurrent() async throws {
    try await withStore { store in
      let options = try await store.options()
      let folders = (0..<3).map { _ in RollupFolder(options, bite: 20, on: store.eventLoop) }
      for folder in folders {
        folder.fold(every: .milliseconds(1))
      }
      defer { for folder in folders { folder.close() } }
      let rows = (0..<1500).map { (index: Int) -> WorkflowExecution in
        let age = Int64(index % 3) * 86_400_000_000
        let error = index.isMultiple(of: 4) ? "e" : nil
        return execution(
          at: Timestamp(microseconds: testNow.microseconds - age), type: "t\(index % 5)",
          duration: Double(index), error: error)
      }
      let checking = store.eventLoop.start {
        for _ in 0..<5 {
          _ = try? await store.check(.rebuild)
          let verified = try? await store.check(.verify)
          #expect(verified?.differing == 0)
        }
      }
      try await store.saveAll(rows)
      for row in rows.prefix(300) { try await store.delete(row.id) }
      await checking.wait()
      try await expectScan(store)
      while try await store.unfolded() > 0 { await store.eventLoop.sleep(for: .milliseconds(2)) }
      try await expectScan(store)
      #expect(try await store.check(.verify).differing == 0)
    }
  }

  @Test("rollups of nothing are removed")
  func nothing() async throws {
    try await withStore { store in
      let rows = (0..<4).map { _ in execution(error: "e") }
      try await store.saveAll(rows)
      try await store.fold()
      #expect(try await store.count("execution_rollups") == 1)
      for row in rows { try await store.delete(row.id) }
      try await store.fold()
      #expect(try await store.count("execution_rollups") == 0)
      #expect(try await store.count("execution_error_rollups") == 0)
      let statistics = try await store.statistics(window)
      #expect(statistics.byType.isEmpty)
      #expect(statistics.all.total == 0)
    }
  }

  @Test("errors of more fingerprints than a rollup counts itself are counted like the others")
  func manyFingerprints() async throws {
    try await withStore { store in
      let rows = (0..<400).map { (index: Int) -> WorkflowExecution in
        let letter = String(UnicodeScalar(UInt8(97 + index % 25)))
        let word = String(repeating: letter, count: 1 + index % 4)
        return execution(
          at: Timestamp(microseconds: testNow.microseconds - Int64(index)), status: .failed,
          error: "error \(word)")
      }
      try await store.saveAll(Array(rows[..<90]))
      try await store.fold(bite: 20)
      try await store.saveAll(Array(rows[90...]))
      try await expectScan(store)
      try await store.fold(bite: 20)
      let beside = try await store.count("execution_error_rollups")
      #expect(beside == 36)
      try await expectScan(store)
      #expect(try await store.check(.verify).differing == 0)
      // Also those that go, and come again.
      for row in rows[50..<350] { try await store.delete(row.id) }
      try await store.fold()
      try await expectScan(store)
      let again = (0..<99).map { rows[$0 * 4].again }
      try await store.saveAll(again)
      try await store.fold()
      try await expectScan(store)
      #expect(try await store.check(.verify).differing == 0)
      for row in rows[..<50] + rows[350...] + again { try await store.delete(row.id) }
      try await store.fold()
      #expect(try await store.count("execution_error_rollups") == 0)
    }
  }

  @Test("errors beside a rollup are rebuilt with it")
  func spilledErrors() async throws {
    try await withStore { store in
      try await store.saveAll(
        (0..<676).map { (index: Int) -> WorkflowExecution in
          let letters = [index / 26, index % 26].map { Character(UnicodeScalar(UInt8(97 + $0))) }
          return execution(status: .failed, error: "error " + String(letters))
        })
      try await store.fold()
      #expect(try await store.count("execution_error_rollups") == 676 - 64)
      _ = try await store.run("DELETE FROM execution_error_rollups")
      #expect(try await store.check(.rebuild).differing == 1)
      try await expectScan(store)
    }
  }

  @Test("verify tells each rollup that differs, and rebuild makes it right")
  func damage() async throws {
    try await withStore { store in
      let yesterday = Timestamp(microseconds: testNow.microseconds - 86_400_000_000)
      try await store.saveAll([
        execution(type: "a", error: "e"), execution(type: "b", error: "e"), execution(type: "c"),
        execution(at: yesterday, type: "a"), execution(at: yesterday, user: "bob", type: "d"),
      ])
      try await store.fold()
      // Some that are not folded yet are no difference.
      try await store.saveAll([execution(type: "a", error: "e"), execution(type: "z")])
      #expect(try await store.check(.verify).differing == 0)
      for sql in [
        "UPDATE execution_rollups SET failed = failed + 1 WHERE workflow_type = 'c'",
        "DELETE FROM execution_rollups WHERE workflow_type = 'd'",
        "UPDATE execution_rollups SET errors = '' WHERE workflow_type = 'a' AND errors <> ''",
        """
        INSERT INTO execution_rollups
        VALUES ('eve', '2026-03-14', 'x', 1, 0, 0, 0, 0, '', '', false)
        """,
      ] { _ = try await store.run(sql) }
      let day = Day(of: testNow).number
      let expected = [
        "\(day - 1) bob d", "\(day - 1) eve x", "\(day) alice a", "\(day) alice c",
      ]
      #expect(try await store.differences(.verify) == expected)
      #expect(try await store.differences(.rebuild) == expected)
      #expect(try await store.differences(.verify) == [])
      try await expectScan(store)
      try await store.fold()
      try await expectScan(store)
      #expect(try await store.check(.verify).rollups == 6)
    }
  }

  @Test("a day with more rollups than one transaction takes is rebuilt part by part")
  func manyRollups() async throws {
    try await withStore { store in
      try await store.saveAll(
        (0..<2500).map { (index: Int) in execution(user: "u\(index % 50)", type: "t\(index)") })
      #expect(try await store.check(.rebuild).differing == 0)
      try await store.fold()
      _ = try await store.run("DELETE FROM execution_rollups")
      let rebuilt = try await store.check(.rebuild)
      #expect(rebuilt.differing == 2500)
      #expect(rebuilt.rollups == 2500)
      #expect(try await store.check(.verify).differing == 0)
    }
  }

  @Test(
    "days of which executions were dropped are passed over; what rollups kept of them counts on")
  func droppedDays() async throws {
    try await withStore { store in
      let start = Day(of: testNow).start.microseconds
      let old = (0..<6).map { (index: Int64) -> WorkflowExecution in
        let instant = start - 5 * 86_400_000_000 + index * 1_000_000
        return execution(
          at: Timestamp(microseconds: instant), status: .failed, error: "e")
      }
      try await store.saveAll(old + [execution(error: "e")])
      try await store.fold()
      let before = try await store.statistics(window)
      _ = try await store.retain(
        try RetentionPolicy([.init(seconds: 86_400)]), now: old[4].createdAt.plus(days: 1))
      #expect(try await store.allIDs().count == 3)
      for mode in [RollupCheck.Mode.verify, .rebuild] {
        let checked = try await store.check(mode)
        #expect(checked.differing == 0)
        #expect(checked.daysPassedOver == 1)
      }
      #expect(try await store.statistics(window) == before)
      let pattern = try await store.performanceMetrics(window).errorPatterns[0]
      #expect(pattern.frequency == 7)
      #expect(pattern.firstSeen == old[4].createdAt)
      #expect(pattern.sampleIDs.count == 3)
      // A total is of what pages show.
      for query in [
        HistoryQuery(userID: "alice", includesTotal: true),
        HistoryQuery(userID: "alice", createdBefore: old[5].createdAt, includesTotal: true),
        HistoryQuery(userID: "alice", createdAfter: old[4].createdAt, includesTotal: true),
      ] { #expect(try await store.history(query).total == store.scannedTotal(query)) }
    }
  }
}

extension WorkflowExecution {
  /// Another one like it.
  fileprivate var again: WorkflowExecution {
    execution(at: createdAt, status: status, error: errorMessage)
  }
}

extension PostgresHistoryStore {
  /// Saves so many executions, each in a transaction of its own.
  fileprivate func saveEach(_ count: Int) async throws {
    for _ in 0..<count { try await saveAll([PostgresHistoryStoreTests.execution()]) }
  }
}
