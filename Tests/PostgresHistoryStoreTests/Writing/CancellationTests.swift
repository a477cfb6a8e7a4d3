import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Cancelled calls") struct CancellationTests {
  @Test("a save that was sent is committed, its cancelled caller being answered at once")
  func save() async throws {
    try await withStore { store in
      let row = execution()
      let others = try await TableLock.while(on: store, "SHARE") { lock in
        let call = Call(on: store.eventLoop) {
          _ = try await store.save(PostgresHistoryStoreTests.save(row))
        }
        try await lock.untilWaitedFor()
        call.cancel()
        #expect(await call.failure() is CancellationError)
        // The connection's later saves are not lost with it.
        return (0..<6).map { _ in
          Call(on: store.eventLoop) {
            _ = try await store.save(PostgresHistoryStoreTests.save(execution()))
          }
        }
      }
      for other in others { #expect(await other.failure() == nil) }
      while try await code({ try await store.execution(row.id, reach: .anyone) }) != nil {}
      #expect(try await store.execution(row.id, reach: .anyone) == row)
      // A retry of the same save is answered with it.
      #expect(try await store.save(PostgresHistoryStoreTests.save(row)) == row)
    }
  }

  @Test("a save that is cancelled before it is sent leaves nothing")
  func unsentSave() async throws {
    try await withStore { store in
      let row = execution()
      let call = Call(on: store.eventLoop) {
        _ = try await store.save(PostgresHistoryStoreTests.save(row))
      }
      call.cancel()
      #expect(await call.failure() is CancellationError)
      _ = try await store.save(PostgresHistoryStoreTests.save(execution()))
      _ = try await store.save(PostgresHistoryStoreTests.save(execution()))
      #expect(try await code { try await store.execution(row.id, reach: .anyone) } == .notFound)
    }
  }

  @Test("an update that is cancelled before its commit was sent changes nothing")
  func update() async throws {
    try await withStore { store in
      let row = try await store.save(PostgresHistoryStoreTests.save(execution(status: .running)))
      try await TableLock.while(on: store, "EXCLUSIVE") { lock in
        let call = Call(on: store.eventLoop) {
          var fields = ExecutionFields()
          fields.status = .paused
          let update = ExecutionUpdate(
            id: row.id, mask: [.status], fields: fields, expectedVersion: nil, allowsReopen: false)
          _ = try await store.update(update, reach: .anyone, now: testNow)
        }
        try await lock.untilWaitedFor()
        call.cancel()
        #expect(await call.failure() is CancellationError)
      }
      while store.writes.count > 0 { await store.eventLoop.sleep(for: .milliseconds(1)) }
      #expect(try await store.execution(row.id, reach: .anyone) == row)
    }
  }

  @Test("statistics and metrics that are cancelled end at the database, and others follow")
  func longStatements() async throws {
    try await withStore { store in
      _ = try await store.save(PostgresHistoryStoreTests.save(execution()))
      let window = WindowQuery(
        userID: "alice", workflowType: nil, start: Timestamp(microseconds: 0),
        end: Timestamp(microseconds: testNow.microseconds + 1_000_000))
      var ofOneType = window
      ofOneType.workflowType = "etl"
      try await TableLock.while(on: store, "ACCESS EXCLUSIVE") { lock in
        for _ in 0..<2 {
          let statistics = Call(on: store.eventLoop) { _ = try await store.statistics(window) }
          try await lock.untilWaitedFor()
          let metrics = Call(on: store.eventLoop) {
            _ = try await store.performanceMetrics(ofOneType)
          }
          statistics.cancel()
          #expect(await statistics.failure() is CancellationError)
          // Its turn comes though the table is still locked.
          try await lock.untilWaitedFor(by: "workflow_type = $18")
          metrics.cancel()
          #expect(await metrics.failure() is CancellationError)
          try await lock.untilNotWaitedFor()
        }
      }
      #expect(try await store.statistics(window).all.counts[.completed] == 1)
    }
  }

  @Test("cancelled writes count as pending for as long as the database has them")
  func abandonedWrites() async throws {
    try await withStore(writes: WriteQueue(limit: 2)) { store in
      try await TableLock.while(on: store, "SHARE") { lock in
        for count in 1...2 {
          let call = Call(on: store.eventLoop) {
            _ = try await store.save(PostgresHistoryStoreTests.save(execution()))
          }
          try await lock.untilWaitedFor(count: count)
          call.cancel()
          #expect(await call.failure() is CancellationError)
        }
        let refusal = try await code {
          try await store.save(PostgresHistoryStoreTests.save(execution()))
        }
        #expect(refusal == .resourceExhausted)
      }
      while store.writes.count > 0 {
        await store.eventLoop.sleep(for: .milliseconds(1))
      }
      _ = try await store.save(PostgresHistoryStoreTests.save(execution()))
    }
  }
}
