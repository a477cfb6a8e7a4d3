import Postgres
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Batches that can't be written as they are") struct ConflictTests {
  @Test(
    "saves of ids that another transaction is about to save fail alone, and soon",
    arguments: [1, 40])
  func conflicting(count: Int) async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<100).map { _ in execution(status: .running) }
      let updated = execution(status: .running)
      try await store.saveAll([updated])
      try await TableLock.while(on: store, "ROW SHARE") { lock in
        for row in rows[..<count] { try await lock.insertRow(row.id) }
        // The first save's lock would wait for the insertions.
        let first = store.beginSave(execution())
        let calls = rows.map { store.beginSave($0) }
        let update = store.beginUpdate(updated.id, note(1), [.executionMetadata])
        let start = ContinuousClock.now
        for (index, call) in calls.enumerated() {
          let failure = await call.failure() as? HistoryError
          #expect(failure?.code == (index < count ? .aborted : nil))
          if index < count { #expect(failure?.retryAfter != nil) }
        }
        #expect(try await update.answer().version == 2)
        #expect(await first.failure() == nil)
        // One wait of a second for all, and short ones.
        #expect(ContinuousClock.now - start < .seconds(5))
      }
      #expect(store.writes.count == 0)
      #expect(try await store.count("workflow_executions") == 102 - Int64(count))
    }
  }

  @Test("a partition that is missing is made while long statements of analysts run")
  func partitionWhileAnalysing() async throws {
    try await withStore { store in
      let analysis = Call(on: store.eventLoop) { try await store.run("SELECT pg_sleep(25)") }
      let rows = (0..<20).map { _ in execution(at: other) }
      try await store.saveAll(rows)
      #expect(!analysis.isOver)
      analysis.cancel()
      #expect(try await store.execution(rows[0].id, reach: .anyone) == rows[0])
    }
  }

  @Test("saves whose partition can't be made now may be tried again, and others are made")
  func partitionRefused() async throws {
    try await withStore(limits: .oneWriter) { store in
      let (late, good) = ((0..<10).map { _ in execution(at: other) }, execution())
      let running = execution(status: .running)
      try await store.saveAll([running])
      let holder = try await PostgresConnection.connect(
        to: try await store.options(), pipelining: .separate, on: store.eventLoop)
      try await holder.transaction { (transaction) async throws in
        _ = try await transaction.query(PartitionMaker.lock)
        let (refused, made, update) = try await store.piledUp {
          (
            late.map { store.beginSave($0) }, store.beginSave(good),
            store.beginUpdate(running.id, note(1), [.executionMetadata])
          )
        }
        for call in refused {
          let failure = await call.failure() as? HistoryError
          #expect(failure?.code == .unavailable)
          #expect(failure?.retryAfter != nil)
        }
        #expect(try await made.answer() == good)
        #expect(try await update.answer().version == 2)
      }
      holder.close()
      try await store.saveAll(late)
      #expect(store.writes.count == 0)
    }
  }

  /// In a month that has no partition.
  private let other = Timestamp(microseconds: testNow.microseconds + 200 * 86_400_000_000)
}
