import Postgres
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Rows that are locked or missing") struct LockedRowTests {
  @Test("ids that do not exist are refused all at once, and not one after another")
  func missing() async throws {
    try await withStore(limits: .oneWriter) { store in
      let row = execution(status: .running)
      try await store.saveAll([row])
      let (deletions, updates, good) = try await store.piledUp {
        (
          (0..<60).map { _ in store.beginDelete(execution().id) },
          (0..<30).map { _ in store.beginUpdate(execution().id, note(1), [.executionMetadata]) },
          store.beginUpdate(row.id, note(1), [.executionMetadata])
        )
      }
      while !deletions.contains(where: { $0.isOver }) {
        await store.eventLoop.sleep(for: .milliseconds(1))
      }
      #expect(deletions.allSatisfy { $0.isOver })
      #expect(updates.allSatisfy { $0.isOver })
      for call in deletions { #expect((await call.failure() as? HistoryError)?.code == .notFound) }
      for call in updates { #expect((await call.failure() as? HistoryError)?.code == .notFound) }
      #expect(try await good.answer().version == 2)
      #expect(store.writes.count == 0)
    }
  }

  @Test("rows that somebody else has locked hold up no other write, and end as aborted")
  func locked() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<40).map { _ in execution(status: .running) }
      try await store.saveAll(rows)
      try await TableLock.while(on: store, "ROW SHARE") { lock in
        for row in rows[1...] { try await lock.lockRow(row.id) }
        let updates = rows[1..<20].map { store.beginUpdate($0.id, note(1), [.executionMetadata]) }
        let deletions = rows[20...].map { store.beginDelete($0.id) }
        // One after another: each is its own batch.
        var others: Int32 = 0
        func writeOthers() async throws {
          others += 1
          let other = store.beginUpdate(rows[0].id, note(0), [.executionMetadata])
          #expect(try await other.answer().version == others + 1)
          _ = try await store.save(save(execution()))
        }
        while !updates.contains(where: { $0.isOver }) { try await writeOthers() }
        // What is held up is answered when they are over, and not before.
        let meanwhile = others
        #expect(meanwhile > 10)
        // They were waited for together: one after another would take as long again for each.
        while !updates.allSatisfy({ $0.isOver }) || !deletions.allSatisfy({ $0.isOver }) {
          try await writeOthers()
        }
        #expect(others <= 2 * meanwhile)
        for failure in try await failures(updates) + failures(deletions) {
          #expect(failure.code == .aborted)
          #expect(failure.retryAfter != nil)
        }
      }
      #expect(store.writes.count == 0)
      for row in rows[1...] {
        #expect(try await store.execution(row.id, reach: .anyone).version == 1)
      }
    }
  }

  @Test("writes of a locked row are made in their order once it is let go")
  func order() async throws {
    try await withStore(limits: .oneWriter) { store in
      let row = execution(status: .running)
      try await store.saveAll([row])
      let calls = try await TableLock.while(on: store, "ROW SHARE") { lock in
        try await lock.lockRow(row.id)
        let calls = (0..<5).map { store.beginUpdate(row.id, note($0), [.executionMetadata]) }
        // For as long as they are tried again a few times, and not until they have waited too long.
        let end = store.eventLoop.now + .milliseconds(100)
        while store.eventLoop.now < end { _ = try await store.save(save(execution())) }
        #expect(calls.allSatisfy { !$0.isOver })
        return calls
      }
      for (number, call) in calls.enumerated() {
        #expect(try await call.answer().version == Int32(number) + 2)
      }
    }
  }

  @Test("a call that is cancelled while its row is locked changes nothing")
  func cancelled() async throws {
    try await withStore(limits: .oneWriter) { store in
      let row = execution(status: .running)
      try await store.saveAll([row])
      try await TableLock.while(on: store, "ROW SHARE") { lock in
        try await lock.lockRow(row.id)
        let call = store.beginUpdate(row.id, note(1), [.executionMetadata])
        _ = try await store.save(save(execution()))
        call.cancel()
        #expect(await call.failure() is CancellationError)
        while store.writes.count > 0 { await store.eventLoop.sleep(for: .milliseconds(1)) }
      }
      #expect(try await store.execution(row.id, reach: .anyone) == row)
    }
  }

  private func failures(_ calls: [Call<some Any>]) async throws -> [HistoryError] {
    var failures: [HistoryError] = []
    for call in calls { failures.append(try #require(await call.failure() as? HistoryError)) }
    return failures
  }
}
