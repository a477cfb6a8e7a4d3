import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Tasks") struct TaskTests {
  private let window = WindowQuery(
    userID: "alice", workflowType: nil,
    start: Timestamp(microseconds: testNow.microseconds - 60 * 86_400_000_000),
    end: Timestamp(microseconds: testNow.microseconds + 60_000_000))

  private func task(_ name: String, _ seconds: Double, status: String = "COMPLETED") -> String {
    #"{"task_name": "\#(name)", "status": "\#(status)", "duration_seconds": \#(seconds)}"#
  }

  private func expectScan(_ store: PostgresHistoryStore) async throws {
    let metrics = try await store.scannedMetrics(window)
    #expect(metrics.slowestTasks.count == TaskSummary.limit)
    #expect(try await store.performanceMetrics(window).snapped(to: metrics) == metrics)
  }

  @Test("an execution without tasks stores none, and one with five some 80 bytes of them")
  func sizes() async throws {
    try await withStore { store in
      try await store.saveAll(
        [execution(), execution(tasks: #"[{"status": "FAILED"}]"#), execution(tasks: "{}")])
      let names = ["extract", "validate", "transform", "load", "notify"]
      let five = "[\(names.map { task($0, 12.345678) }.joined(separator: ","))]"
      _ = try await store.save(save(execution(type: "five", tasks: five)))
      for table in ["workflow_executions", "workflow_execution_changes"] {
        let sizes = try await store.run(
          """
          SELECT count(*), max(pg_column_size(task_figures)) FILTER (WHERE workflow_type = 'five')
          FROM \(table) WHERE task_figures IS NULL OR workflow_type = 'five'
          """)
        #expect(try sizes[0].value(0) == Int64(4))
        #expect(try sizes[0].value(1) == Int32(81))
      }
      try await store.saveAll((0..<99).map { _ in execution(type: "five", tasks: five) })
      try await store.fold()
      let rollups = try await store.run(
        "SELECT pg_column_size(tasks) FROM execution_rollups ORDER BY workflow_type")
      #expect(try [0, 1].map { try rollups[$0].value(0, as: Int32.self) } == [1, 101])
    }
  }

  @Test("tasks of more names than a rollup counts itself are counted like the others")
  func spilled() async throws {
    try await withStore { store in
      let rows = (0..<60).map { index in
        let tasks = (0..<7).map {
          task(
            "t\((index * 7 + $0) % 150)", Double(1 + index + $0),
            status: index % 3 == 0 ? "FAILED" : "")
        }
        return execution(tasks: "[\(tasks.joined(separator: ","))]")
      }
      try await store.saveAll(Array(rows[..<30]))
      try await store.fold(bite: 7)
      #expect(try await store.count("execution_task_rollups") == 150 - 64)
      try await store.saveAll(Array(rows[30...]))
      try await expectScan(store)
      try await store.fold(bite: 7)
      try await expectScan(store)
      #expect(try await store.check(.verify).differing == 0)
      var ofType = window
      ofType.workflowType = "etl"
      let tasks = try await store.performanceMetrics(ofType).slowestTasks
      #expect(try await tasks == store.performanceMetrics(window).slowestTasks)

      for row in rows[10..<20] { try await store.delete(row.id) }
      try await store.fold()
      try await expectScan(store)
      _ = try await store.run("UPDATE execution_task_rollups SET microseconds = microseconds + 1")
      _ = try await store.run("UPDATE execution_rollups SET tasks = ''")
      #expect(try await store.check(.verify).differing == 1)
      #expect(try await store.check(.rebuild).differing == 1)
      try await expectScan(store)
      #expect(try await store.check(.verify).differing == 0)
      for row in rows[..<10] + rows[20...] { try await store.delete(row.id) }
      try await store.fold()
      #expect(try await store.count("execution_task_rollups") == 0)
    }
  }

  @Test("sums that are past the largest integer of 64 bits are added up beside rollups too")
  func enormousSums() async throws {
    try await withStore { store in
      // The name is repeated so often that one execution is past it.
      let long = Array(repeating: task("long", 1e9), count: 10_000).joined(separator: ",")
      let names = (0..<64).map { task("t\($0)", 1) }.joined(separator: ",")
      try await store.saveAll([execution(tasks: "[\(names)]")])
      try await store.fold()
      try await store.saveAll((0..<2).map { _ in execution(tasks: "[\(long)]") })
      try await store.fold()
      #expect(try await store.count("execution_task_rollups") == 1)
      let metrics = try await store.performanceMetrics(window)
      #expect(metrics.slowestTasks[0].averageDurationSeconds == 1e9)
      #expect(metrics.slowestTasks[0].runs == 20_000)
      #expect(metrics.tips.contains { $0.kind == .bottleneckTask && $0.executions == 2 })
      #expect(try await store.check(.verify).differing == 0)
    }
  }

  @Test("statistics and totals do not read them")
  func unread() async throws {
    try await withStore { store in
      try await store.saveAll((0..<9).map { _ in execution(tasks: "[\(task("a", 1))]") })
      try await store.fold()
      try await store.saveAll((0..<9).map { _ in execution(tasks: "[\(task("a", 1))]") })
      for column in [
        "workflow_executions DROP COLUMN task_figures",
        "workflow_execution_changes DROP COLUMN task_figures, DROP COLUMN old_task_figures",
        "execution_rollups DROP COLUMN tasks, DROP COLUMN spills_tasks",
      ] { _ = try await store.run("ALTER TABLE \(column)") }
      #expect(try await store.statistics(window).all.total == 18)
      let total = HistoryQuery(userID: "alice", includesTotal: true)
      #expect(try await store.history(total).total == 18)
    }
  }

  @Test("more different tasks than memory is given for are refused")
  func refused() async throws {
    try await withStore { store in
      try await store.saveAll((0..<20).map { execution(tasks: "[\(task("task \($0)", 1))]") })
      store.figureLimits.taskBytes = 10 * 168
      do {
        _ = try await store.performanceMetrics(window)
        Issue.record("it was answered")
      } catch let error as HistoryError {
        #expect(error.code == .resourceExhausted)
        #expect(error.message.hasPrefix("the window has more than 10 different tasks: "))
      }
    }
  }

  @Test("the loop goes on while very many different tasks are added up")
  func yielding() async throws {
    try await withStore { store in
      var tally = TaskTally()
      for number in 0..<50_000 {
        tally.add(
          TaskFigures(
            executions: 1, runs: 1, failedRuns: 0, timedRuns: 1,
            durationSumMicroseconds: Int128(number)), of: Day(of: testNow),
          ExactText("task \(number)"))
      }
      var turns = 0
      var isDone = false
      let others = store.eventLoop.start {
        while !isDone {
          turns += 1
          await store.eventLoop.yield()
        }
      }
      let reader = SlowestTasks(
        query: window, window: MetricsTally(window, limits: FigureLimits()).window,
        limits: FigureLimits(), sealing: nil, eventLoop: store.eventLoop)
      let summary = try await store.analysts.primary.transaction { (transaction) async throws in
        turns = 0
        return try await reader.summary(of: tally, in: transaction)
      }
      let turnsBetween = turns
      isDone = true
      await others.wait()
      #expect(summary.count == 50_000)
      #expect(summary.slowest.first?.name == "task 49999")
      #expect(turnsBetween >= 40)
    }
  }

  @Test("executions that were saved before tasks were counted are counted too")
  func migration() async throws {
    let cluster = try await PostgresCluster.shared.value
    let loop = try Loop(name: "test")
    try await loop.run { eventLoop in
      let options = PostgresOptions(conninfo: try await cluster.makeDatabase(on: eventLoop))
      let connection = try await PostgresConnection.connect(
        to: options, pipelining: .separate, on: eventLoop)
      defer { connection.close() }
      try await connection.transaction { transaction in
        try await PostgresHistoryStore.apply(Array(Migration.all.prefix(6)), in: transaction)
        try await PartitionMaker.make([.executions(of: Month(of: testNow))], in: transaction)
        try await PartitionMaker.makeChangeLog(in: transaction)
      }
      // More than are looked at at once; the changes of half of them are still to be folded.
      let first = execution().id.description.prefix(24)
      for sql in [
        """
        INSERT INTO workflow_executions (id, workflow_id, workflow_type, user_id, status, version,
          created_at, updated_at, save_digest, task_results)
        SELECT ('\(first)' || lpad(n::text, 12, '0'))::uuid, 'w', 'etl', 'alice', 3, 1,
          to_timestamp(\(testNow.microseconds / 1_000_000)), now(),
          decode(repeat('00', 32), 'hex'), CASE WHEN n % 10 > 0 THEN jsonb_build_array(
            jsonb_build_object('task_name', 't' || n % 100, 'duration_seconds', n)) END
        FROM generate_series(1, 1200) AS n
        """,
        """
        INSERT INTO execution_rollups (user_id, day, workflow_type, pending, running, completed,
          failed, paused, durations, errors, spills_errors)
        VALUES ('alice', DATE '1970-01-01' + \(Day(of: testNow).number), 'etl', 0, 0, 600, 0, 0, '',
          '', false)
        """,
        """
        INSERT INTO workflow_execution_changes (execution_id, user_id, version, workflow_type, status)
        SELECT id, user_id, version, workflow_type, status FROM workflow_executions
        ORDER BY id LIMIT 600
        """,
      ] { _ = try await connection.query(Statement("", sql)) }
      try await PostgresHistoryStore.migrate(options, now: testNow, on: eventLoop)
      let store = PostgresHistoryStore(options, on: eventLoop)
      defer { store.close() }
      try await store.connect()
      try await expectScan(store)
      #expect(try await store.check(.verify).differing == 0)
      try await store.fold()
      try await expectScan(store)
      #expect(try await store.statistics(window).all.total == 1200)
      #expect(try await store.check(.verify).differing == 0)
    }
    await loop.stop()
  }
}
