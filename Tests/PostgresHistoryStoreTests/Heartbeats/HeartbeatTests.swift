import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Heartbeats") struct HeartbeatTests {
  private let own = Reach.user("alice")

  @Test("an execution is abandoned in every answer once its next heartbeat is late, until it comes")
  func abandoned() async throws {
    try await withStore { store in
      let row = execution(status: .running)
      _ = try await store.save(save(row))
      #expect(try await abandoned(store, row) == [false])
      try await store.beat(row.id)
      #expect(try await abandoned(store, row) == [false])
      try await store.passHour()
      #expect(try await abandoned(store, row) == [true])
      try await store.beat(row.id, timeout: 7200)
      #expect(try await abandoned(store, row) == [false])
      try await store.passHour()
      #expect(try await abandoned(store, row) == [false])
      try await store.beat(row.id, timeout: 3000)
      try await store.passHour()
      #expect(try await abandoned(store, row) == [true])
    }
  }

  /// What every kind of answer says of whether the execution is abandoned.
  private func abandoned(
    _ store: PostgresHistoryStore, _ row: WorkflowExecution
  ) async throws -> Set<Bool> {
    var answers = [
      try await store.execution(row.id, reach: own),
      try await store.execution(row.id, reach: .anyone),
      // The row that the same save made before.
      try await store.save(save(row)),
    ]
    var fields = ExecutionFields()
    fields.outputData = JSONDocument("1")
    answers.append(try await store.beginUpdate(row.id, fields, [.outputData]).answer())
    for statuses: Set<WorkflowStatus> in [[], [.running], [.running, .failed]] {
      for full in [false, true] {
        let query = HistoryQuery(userID: "alice", statuses: statuses, includesDocuments: full)
        answers += try await store.history(query).executions
      }
    }
    #expect(answers.count == 10 && answers.allSatisfy { $0.status == .running })
    return Set(answers.map(\.isAbandoned))
  }

  @Test("an execution that never had one is never abandoned, and no figure knows of any")
  func untouched() async throws {
    try await withStore { store in
      let (without, with) = (execution(status: .running), execution(status: .running))
      try await store.saveAll([without, with])
      let changes = try await store.count("workflow_execution_changes")
      try await store.beat(with.id)
      try await store.passHour()
      #expect(try await store.execution(without.id, reach: own) == without)
      var expected = with
      expected.isAbandoned = true
      #expect(try await store.execution(with.id, reach: own) == expected)
      #expect(try await store.count("workflow_execution_changes") == changes)
      let window = WindowQuery(
        userID: "alice", workflowType: nil, start: ago(days: 1), end: testNow.plus(days: 1))
      let figures = try await store.statistics(window).all
      #expect((figures.counts[.running], figures.total) == (2, 2))
    }
  }

  @Test("one of what is not RUNNING, not there, or another user's is refused, each for itself")
  func refusals() async throws {
    try await withStore { store in
      let statuses = WorkflowStatus.allCases
      let rows = statuses.map { execution(status: $0) }
      let foreign = execution(user: "bob", status: .running)
      try await store.saveAll(rows + [foreign])
      let missing = execution()
      let ids = (rows + [foreign, missing]).map(\.id)
      let calls = ids.map { store.beginHeartbeat($0, reach: own) }
      var codes: [HistoryError.Code?] = []
      for call in calls { codes.append((await call.failure() as? HistoryError)?.code) }
      #expect(
        codes == statuses.map { $0 == .running ? nil : .failedPrecondition } + [
          .permissionDenied, .notFound,
        ])
      #expect(try await store.heartbeats() == [rows[1].id])
      try await store.beat(foreign.id)
      #expect(try await store.heartbeats() == [rows[1].id, foreign.id])
    }
  }

  @Test("many at once, amid saves and updates of others and of the same, are all taken")
  func many() async throws {
    try await withTwoStores { first, second in
      let rows = (0..<200).map { _ in execution(status: .running) }
      try await first.saveAll(rows)
      var calls: [Call<Void>] = []
      for (a, b) in zip(rows, rows.reversed()) {
        calls += [first.beginHeartbeat(a.id), second.beginHeartbeat(b.id)]
        calls.append(
          Call(on: first.eventLoop) {
            _ = try await first.save(save(execution()))
            _ = try await second.beginUpdate(a.id, ExecutionFields(), [.outputData]).answer()
          })
        calls.append(second.beginHeartbeat(a.id))
      }
      for call in calls { try await call.answer() }
      #expect(try await first.heartbeats() == Set(rows.map(\.id)))
    }
  }

  @Test("runs that end at one server while another hears of them leave nothing for ever")
  func crossing() async throws {
    try await withTwoStores { first, second in
      let rows = (0..<100).map { _ in execution(status: .running) }
      try await first.saveAll(rows)
      var fields = ExecutionFields()
      fields.status = .completed
      var beats: [Call<Void>] = []
      var ends: [Call<WorkflowExecution>] = []
      for (a, b) in zip(rows, rows.reversed()) {
        beats += [first.beginHeartbeat(a.id), second.beginHeartbeat(b.id)]
        ends.append(second.beginUpdate(a.id, fields, [.status]))
      }
      for call in ends { _ = try await call.answer() }
      for call in beats {
        guard let failure = await call.failure() else { continue }
        #expect((failure as? HistoryError)?.code == .failedPrecondition)
      }
      try await first.passHour()
      _ = try await first.sweep()
      #expect(try await first.heartbeats() == [])
    }
  }

  @Test("an end, a halt and a deletion take the heartbeat along, and no other update does")
  func ends() async throws {
    try await withStore { store in
      let rows = (0..<4).map { _ in execution(status: .running) }
      try await store.saveAll(rows)
      for row in rows { try await store.beat(row.id) }
      for (row, status) in zip(rows, [WorkflowStatus.failed, .paused, .running]) {
        var fields = ExecutionFields()
        fields.status = status
        _ = try await store.beginUpdate(row.id, fields, [.status]).answer()
      }
      #expect(try await store.heartbeats() == [rows[2].id, rows[3].id])
      try await store.delete(rows[3].id)
      #expect(try await store.heartbeats() == [rows[2].id])
      // One that goes on later is not abandoned by what was before.
      var fields = ExecutionFields()
      fields.status = .running
      try await store.passHour()
      let again = try await store.beginUpdate(rows[1].id, fields, [.status]).answer()
      #expect(!again.isAbandoned)
    }
  }

  @Test("a sweep removes those of executions that are gone or not RUNNING, and no others")
  func sweep() async throws {
    try await withStore { store in
      let abandoned = (0..<3).map { _ in execution(status: .running) }
      let (alive, ended) = (execution(status: .running), execution(status: .completed))
      try await store.saveAll(abandoned + [alive, ended])
      for row in abandoned + [alive] { try await store.beat(row.id) }
      // As retention, and a heartbeat at the moment of the end, leave them.
      _ = try await store.run(
        """
        INSERT INTO heartbeats SELECT 'alice', gen_random_uuid(), now(), 60 FROM generate_series(1, 2500)
        UNION ALL SELECT 'alice', '\(ended.id)', now(), 60
        """)
      try await store.passHour()
      try await store.beat(alive.id)
      #expect(try await store.sweep() == 2501)
      #expect(try await store.heartbeats() == Set((abandoned + [alive]).map(\.id)))
      #expect(try await store.sweep() == 0)
    }
  }

  @Test("a walk of abandoned executions sees each that meets the filters once, newest first")
  func walk() async throws {
    try await withStore { store in
      var generator = SeededGenerator(state: 3)
      let rows = (0..<400).map { index in
        execution(
          at: ago(days: Int64(index / 8)), user: index.isMultiple(of: 5) ? "bob" : "alice",
          workflow: "wf-\(index % 2)", type: ["etl", "train"][index / 2 % 2],
          status: index.isMultiple(of: 3) ? .running : .paused)
      }
      try await store.saveAll(rows)
      let running = rows.filter { $0.status == .running }
      let abandoned = running.filter { _ in Bool.random(using: &generator) }
      for row in abandoned { try await store.beat(row.id) }
      try await store.passHour()
      for row in running where !abandoned.contains(row) && Bool.random(using: &generator) {
        try await store.beat(row.id)
      }
      for _ in 0..<40 {
        func maybe<T>(_ value: T) -> T? { Bool.random(using: &generator) ? value : nil }
        var query = HistoryQuery(
          userID: "alice", workflowID: maybe("wf-1"), workflowType: maybe("etl"),
          statuses: [[], [.running], [.running, .failed], [.paused]].randomElement(
            using: &generator)!,
          isAbandonedOnly: true, createdAfter: maybe(ago(days: 40)),
          createdBefore: maybe(ago(days: 10)), pageSize: Int.random(in: 1...20, using: &generator),
          includesDocuments: Bool.random(using: &generator), includesTotal: true)
        let expected = abandoned.filter { row in
          row.userID == "alice" && query.workflowID.map { $0 == row.workflowID } ?? true
            && query.workflowType.map { $0 == row.workflowType } ?? true
            && (query.statuses.isEmpty || query.statuses.contains(.running))
            && query.createdAfter.map { row.createdAt >= $0 } ?? true
            && query.createdBefore.map { row.createdAt < $0 } ?? true
        }.map(\.id).sorted(by: >)
        var seen: [ExecutionID] = []
        repeat {
          let page = try await store.history(query)
          #expect(page.total == Int64(expected.count))
          #expect(page.executions.allSatisfy { $0.isAbandoned })
          seen += page.executions.map(\.id)
          query.pageToken = page.nextPageToken
        } while query.pageToken != nil
        #expect(seen == expected)
        query.offset = 7
        let later = try await store.history(query).executions.map(\.id)
        #expect(later == Array(expected.dropFirst(7).prefix(query.pageSize)))
      }
    }
  }

  @Test("a page token is good for abandoned executions only where it was made for them")
  func tokens() async throws {
    try await withStore { store in
      let rows = (0..<3).map { _ in execution(status: .running) }
      try await store.saveAll(rows)
      for row in rows { try await store.beat(row.id) }
      try await store.passHour()
      for isAbandonedOnly in [false, true] {
        var query = HistoryQuery(userID: "alice", isAbandonedOnly: isAbandonedOnly, pageSize: 1)
        query.pageToken = try await store.history(query).nextPageToken
        #expect(try await store.history(query).executions.count == 1)
        query.isAbandonedOnly.toggle()
        #expect(try await code { try await store.history(query) } == .invalidArgument)
      }
    }
  }

  @Test("abandoned executions are looked up by their heartbeats, however many others there are")
  func plan() async throws {
    var limits = PostgresHistoryStore.Limits()
    limits.readers = 1
    try await withStore(limits: limits) { store in
      try await store.saveAll((0..<2000).map { _ in execution(status: .running) })
      // A plan that is made while there are none must do for many.
      _ = try await store.run("ANALYZE")
      var filter = HistoryFilter(HistoryQuery(userID: "alice", isAbandonedOnly: true))
      let limit = filter.append(.int8(21), .int8)
      let sql = filter.newest(ExecutionColumns.plain, limit: limit)
      let prepare = "PREPARE abandoned (text, bigint) AS \(sql)"
      _ = try await store.readers.query(Statement("", prepare))
      let rows = try await store.readers.query(
        Statement("", "EXPLAIN EXECUTE abandoned ('alice', 21)"))
      let plan = try (0..<rows.count).map { try rows[$0].value(0, as: String.self) }
        .joined(separator: "\n")
      #expect(plan.contains("Nested Loop"), "\(plan)")
      #expect(plan.contains("heartbeats_pkey"), "\(plan)")
      #expect(plan.contains("(id = heartbeats.execution_id)"), "\(plan)")
    }
  }
}

extension PostgresHistoryStore {
  /// Sends a heartbeat, whosever the execution is.
  fileprivate func beat(_ id: ExecutionID, timeout: Int32 = 60) async throws {
    try await heartbeat(ExecutionHeartbeat(id: id, timeoutSeconds: timeout), reach: .anyone)
  }

  /// Begins to send one, in a task of its own.
  fileprivate func beginHeartbeat(_ id: ExecutionID, reach: Reach = .anyone) -> Call<Void> {
    let heartbeat = ExecutionHeartbeat(id: id, timeoutSeconds: 60)
    return Call(on: eventLoop) { try await self.heartbeat(heartbeat, reach: reach) }
  }

  /// Has every heartbeat be an hour older.
  fileprivate func passHour() async throws {
    _ = try await run("UPDATE heartbeats SET beat_at = beat_at - interval '1 hour'")
  }

  fileprivate func sweep() async throws -> Int64 {
    try await HeartbeatSweep(pool: analysts.primary).run()
  }

  /// Of which executions there are some.
  fileprivate func heartbeats() async throws -> Set<ExecutionID> {
    let rows = try await run("SELECT execution_id FROM heartbeats")
    return Set(try (0..<rows.count).map { ExecutionID(uuid: try rows[$0].value(0)) })
  }
}
