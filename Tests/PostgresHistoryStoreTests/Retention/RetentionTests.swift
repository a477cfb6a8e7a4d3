import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Retention") struct RetentionTests {
  @Test("executions are kept for as long as the first rule says that matches them")
  func rules() async throws {
    try await withStore { store in
      let kinds: [(type: String, status: WorkflowStatus, kept: Int64)] = [
        ("etl", .completed, 5), ("etl", .failed, 20), ("train", .failed, 40),
        ("train", .completed, 10), ("train", .running, .max),
      ]
      var rows: [WorkflowExecution] = []
      for kind in kinds {
        for age: Int64 in [1, 6, 11, 21, 41] {
          rows.append(execution(at: ago(days: age), type: kind.type, status: kind.status))
        }
      }
      try await store.saveAll(rows)
      let policy = try RetentionPolicy([
        rule(days: nil, [.running]), rule(days: 20, type: "etl", [.failed, .paused]),
        rule(days: 5, type: "etl"), rule(days: 40, [.failed]), rule(days: 10),
      ])
      _ = try await store.retain(policy)
      let kept = rows.filter { row in
        let kind = kinds.first { $0.type == row.workflowType && $0.status == row.status }!
        return kind.kept == .max || row.createdAt >= ago(days: kind.kept)
      }
      #expect(try await store.allIDs() == Set(kept.map(\.id)))
    }
  }

  @Test("a month of which nothing is kept loses its partition, and another one its rows")
  func partitions() async throws {
    try await withStore { store in
      let old = (0..<40).map { execution(at: ago(days: 50 + Int64($0) / 20), type: "t\($0 % 3)") }
      let recent = (0..<5).map { execution(at: ago(days: $0)) }
      try await store.saveAll(old + recent)
      let kept = execution(at: ago(days: 50), status: .running)
      _ = try await store.save(save(kept))
      try await store.fold()
      let before = try await store.statistics(window)
      let policy = try RetentionPolicy([
        rule(days: 60, [.running]), rule(days: 30),
      ])
      #expect(
        try await store.retain(policy) == [outcome("2026-01", .deleted, 40)])
      #expect(try await store.partitions().contains("workflow_executions_2026_01"))
      #expect(
        try await store.retain(policy, now: testNow.plus(days: 20))
          == [outcome("2026-01", .dropped, 1), outcome("2026-02", .dropped, 0)])
      #expect(try await !store.partitions().contains("workflow_executions_2026_01"))
      #expect(try await store.allIDs() == Set(recent.map(\.id)))
      #expect(try await store.statistics(window) == before)
      #expect(try await store.check(.verify).differing == 0)
      #expect(try await store.retain(policy, now: testNow.plus(days: 20)) == [])
    }
  }

  @Test("a save into a month that is gone is refused, by its id, and the month stays gone")
  func lateSave() async throws {
    try await withStore { store in
      try await store.saveAll([execution(at: ago(days: 50))])
      let policy = try RetentionPolicy([rule(days: 20)])
      #expect(try await store.retain(policy) == [outcome("2026-01", .dropped, 1)])
      let late = execution(at: ago(days: 50))
      let refused = await failure(HistoryError.self) { _ = try await store.save(save(late)) }
      #expect(refused?.code == .invalidArgument)
      #expect(refused?.violations.map(\.field) == ["execution.id"])
      try await store.partitions.make(months: Month.around(testNow))
      #expect(try await !store.partitions().contains("workflow_executions_2026_01"))
    }
  }

  @Test("changes that are not folded yet when their executions go count all the same")
  func unfolded() async throws {
    try await withStore { store in
      let rows = (0..<6).map { execution(at: ago(days: $0 < 3 ? 50 : 20), type: "a") }
      try await store.saveAll(rows)
      try await store.fold()
      var fields = ExecutionFields()
      fields.workflowType = "b"
      for row in rows {
        _ = try await store.beginUpdate(row.id, fields, [.workflowType]).answer()
      }
      try await store.saveAll([execution(at: ago(days: 50), type: "c")])
      let before = try await store.statistics(window)
      let outcomes = try await store.retain(try RetentionPolicy([rule(days: 15)]))
      #expect(outcomes == [outcome("2026-01", .dropped, 4), outcome("2026-02", .deleted, 3)])
      let query = HistoryQuery(userID: "alice", includesTotal: true)
      for _ in 0..<2 {
        #expect(try await store.statistics(window) == before)
        #expect(try await store.history(query).total == 0)
        try await store.fold(bite: 1)
      }
      // What was noted of them outlives a moment without any.
      #expect(before.all.total == 7)
    }
  }

  @Test("a rollup in which retention has noted something stays when it counts nothing for a while")
  func notedRollup() async throws {
    try await withStore { store in
      let row = execution(at: ago(days: 50), type: "a")
      _ = try await store.save(save(row))
      for type in ["b", "a"] {
        var fields = ExecutionFields()
        fields.workflowType = type
        _ = try await store.beginUpdate(row.id, fields, [.workflowType]).answer()
      }
      let policy = try RetentionPolicy([rule(days: nil, type: "z"), rule(days: 15)])
      try await store.saveAll([execution(at: ago(days: 50), type: "z")])
      #expect(try await store.retain(policy) == [outcome("2026-01", .deleted, 1)])
      try await store.fold(bite: 1)
      let query = HistoryQuery(userID: "alice", includesTotal: true)
      #expect(try await store.history(query).total == 1)
      let statistics = try await store.statistics(window)
      #expect(statistics.byType.map(\.workflowType) == ["a", "z"])
      #expect(statistics.byType[0].figures.firstExecutionAt == row.createdAt)
    }
  }

  @Test("a row that a writer holds is left for the next time, and nobody waits")
  func lockedRow() async throws {
    try await withStore { store in
      let policy = try RetentionPolicy([rule(days: 15)])
      // There is no partition to drop any more.
      #expect(try await store.retain(policy) == [outcome("2026-01", .dropped, 0)])
      let rows = (0..<3).map { _ in execution(at: ago(days: 20)) }
      try await store.saveAll(rows)
      try await TableLock.while(on: store, "ROW SHARE") { lock in
        try await lock.lockRow(rows[1].id)
        #expect(try await store.retain(policy) == [outcome("2026-02", .deleted, 2)])
      }
      #expect(try await store.allIDs() == [rows[1].id])
      #expect(try await store.retain(policy) == [outcome("2026-02", .deleted, 1)])
    }
  }

  @Test("a partition that a long statement reads is dropped once that has ended")
  func inUse() async throws {
    try await withStore { store in
      try await store.saveAll([execution(at: ago(days: 50)), execution()])
      let policy = try RetentionPolicy([rule(days: 15)])
      let run = try await TableLock.while(on: store, "ACCESS SHARE") { lock in
        let run = Call(on: store.eventLoop) { try await store.retain(policy) }
        try await lock.untilWaitedFor(by: "LOCK TABLE")
        // It does not keep its place in the queue: others get in.
        try await lock.untilNotWaitedFor()
        #expect(try await store.history(HistoryQuery(userID: "alice")).executions.count == 2)
        return run
      }
      #expect(try await run.answer() == [outcome("2026-01", .dropped, 1)])
    }
  }

  @Test("a clock that is ahead of the database's takes nothing away")
  func clockAhead() async throws {
    try await withStore { store in
      let today = Timestamp(try await store.run("SELECT now()")[0].value(0))
      let row = execution(at: today)
      _ = try await store.save(save(row))
      let policy = try RetentionPolicy([rule(days: 40)])
      _ = try await store.retain(policy, now: today.plus(days: 400))
      #expect(try await store.allIDs() == [row.id])
    }
  }

  @Test("a month in which something changes before it can be locked is not dropped as it was seen")
  func changedMeanwhile() async throws {
    try await withStore { store in
      let row = execution(at: ago(days: 50), status: .completed)
      try await store.saveAll([row, execution(at: ago(days: 50), status: .failed)])
      let policy = try RetentionPolicy([rule(days: nil, [.running]), rule(days: 20)])
      let run = try await TableLock.while(on: store, "ACCESS SHARE") { lock in
        let run = Call(on: store.eventLoop) { try await store.retain(policy) }
        try await lock.untilWaitedFor(by: "LOCK TABLE")
        var fields = ExecutionFields()
        fields.status = .running
        _ = try await store.beginUpdate(row.id, fields, [.status]).answer()
        return run
      }
      #expect(try await run.answer() == [outcome("2026-01", .deleted, 1)])
      #expect(try await store.allIDs() == [row.id])
    }
  }

  @Test("a transaction that is open in another database keeps no month from being dropped")
  func openElsewhere() async throws {
    try await withStore { store in
      let cluster = try await PostgresCluster.shared.value
      let elsewhere = try await PostgresConnection.connect(
        to: PostgresOptions(conninfo: try await cluster.makeDatabase(on: store.eventLoop)),
        pipelining: .separate, on: store.eventLoop)
      defer { elsewhere.close() }
      try await elsewhere.transaction { transaction in
        _ = try await transaction.query(Statement("", "SELECT pg_current_xact_id()"))
        try await store.saveAll([execution(at: ago(days: 50))])
        let outcomes = try await store.retain(try RetentionPolicy([rule(days: 20)]))
        #expect(outcomes == [outcome("2026-01", .dropped, 1)])
      }
    }
  }

  @Test("batches are as large as fits into a short transaction")
  func batchSize() {
    var size = BatchSize()
    for _ in 0..<9 { size.adapt(to: .milliseconds(10)) }
    #expect(size.rows == 5000)
    size.adapt(to: .milliseconds(200))
    #expect(size.rows == 5000)
    for _ in 0..<20 { size.adapt(to: .seconds(1)) }
    #expect(size.rows == 1)
  }

  private let window = WindowQuery(
    userID: "alice", workflowType: nil, start: ago(days: 100), end: testNow.plus(days: 1))

  private func rule(
    days: Int64?, type: String? = nil,
    _ statuses: Set<WorkflowStatus> = Set(WorkflowStatus.allCases)
  ) -> RetentionPolicy.Rule {
    .init(workflowType: type, statuses: statuses, seconds: days.map { $0 * 86_400 })
  }

  private func outcome(_ month: String, _ action: RetentionRun.Outcome.Action, _ count: Int64)
    -> RetentionRun.Outcome
  {
    .init(month: month, action: action, executions: count)
  }
}

/// So many days before ``testNow``.
func ago(days: Int64) -> Timestamp { testNow.plus(days: -days) }

extension Timestamp {
  func plus(days: Int64) -> Timestamp {
    Timestamp(microseconds: microseconds + days * 86_400_000_000)
  }
}

extension PostgresHistoryStore {
  /// Goes once through the executions, and returns what was done.
  func retain(_ policy: RetentionPolicy, now: Timestamp = testNow) async throws
    -> [RetentionRun.Outcome]
  {
    var outcomes: [RetentionRun.Outcome] = []
    try await RetentionRun.run(policy, try await options(), now: now, on: eventLoop) {
      outcomes.append($0)
    }
    return outcomes
  }

  /// The ids of the executions that there are.
  func allIDs() async throws -> Set<ExecutionID> {
    let rows = try await run("SELECT id FROM workflow_executions")
    return Set(try (0..<rows.count).map { ExecutionID(uuid: try rows[$0].value(0)) })
  }

  /// The partitions of executions.
  func partitions() async throws -> [String] {
    let rows = try await run(
      """
      SELECT inhrelid::regclass::text FROM pg_inherits
      WHERE inhparent = 'workflow_executions'::regclass ORDER BY 1
      """)
    return try (0..<rows.count).map { try rows[$0].value(0) }
  }
}
