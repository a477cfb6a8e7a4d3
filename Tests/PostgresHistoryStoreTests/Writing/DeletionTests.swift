import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Deletions") struct DeletionTests {
  @Test("an execution that is deleted is found no more, on a retry neither, and others stay")
  func deletion() async throws {
    try await withStore { store in
      let rows = (0..<3).map { _ in execution() }
      try await store.saveAll(rows)
      try await store.delete(ExecutionDeletion(id: rows[1].id, expectedVersion: nil), reach: own)
      #expect(try await code { try await store.execution(rows[1].id, reach: own) } == .notFound)
      #expect(try await refusal(store, rows[1].id) == .notFound)
      var fields = ExecutionFields()
      fields.status = .running
      let update = store.beginUpdate(rows[1].id, fields, [.status])
      #expect((await update.failure() as? HistoryError)?.code == .notFound)
      let page = try await store.history(HistoryQuery(userID: "alice", includesTotal: true))
      #expect(Set(page.executions.map(\.id)) == [rows[0].id, rows[2].id])
      #expect(page.total == 2)
    }
  }

  @Test("another version than the expected one aborts, and changes nothing")
  func version() async throws {
    try await withStore { store in
      let row = execution()
      _ = try await store.save(save(row))
      #expect(try await refusal(store, row.id, version: 2) == .aborted)
      #expect(try await store.execution(row.id, reach: own) == row)
      #expect(try await refusal(store, row.id, version: 1) == nil)
      #expect(try await refusal(store, row.id, version: 1) == .notFound)
    }
  }

  @Test("another user's execution is refused whatever its version, and stays")
  func foreign() async throws {
    try await withStore { store in
      let row = execution()
      _ = try await store.save(save(row))
      for version in [nil, 1, 2] as [Int32?] {
        let refusal = try await refusal(store, row.id, version: version, reach: .user("mallory"))
        #expect(refusal == .permissionDenied)
      }
      #expect(try await store.execution(row.id, reach: own) == row)
      #expect(try await refusal(store, row.id, version: 1, reach: .anyone) == nil)
    }
  }

  @Test("a later save of the id makes a new execution, whatever its content and its user")
  func savedAnew() async throws {
    try await withStore { store in
      let row = execution(status: .running)
      _ = try await store.save(save(row))
      var fields = ExecutionFields()
      fields.status = .paused
      _ = try await store.beginUpdate(row.id, fields, [.status]).answer()
      try await store.delete(row.id)
      #expect(try await store.save(save(row)) == row)
      try await store.delete(row.id)
      var other = row
      other.workflowType = "other"
      other.userID = "bob"
      #expect(try await store.save(save(other)) == other)
      #expect(try await code { try await store.save(save(row)) } == .permissionDenied)
    }
  }

  @Test("a deletion that is cancelled before it was sent leaves the execution")
  func cancelled() async throws {
    try await withStore { store in
      let row = try await store.save(save(execution()))
      try await TableLock.while(on: store, "EXCLUSIVE") { lock in
        let call = store.beginDelete(row.id)
        try await lock.untilWaitedFor()
        call.cancel()
        #expect(await call.failure() is CancellationError)
      }
      while store.writes.count > 0 { await store.eventLoop.sleep(for: .milliseconds(1)) }
      #expect(try await store.execution(row.id, reach: own) == row)
    }
  }

  @Test("a row that somebody else has locked is waited for, and holds up no other")
  func lockedRow() async throws {
    var limits = PostgresHistoryStore.Limits()
    limits.writers = 1
    try await withStore(limits: limits) { store in
      let rows = (0..<3).map { _ in execution() }
      try await store.saveAll(rows)
      let calls = try await TableLock.while(on: store, "ROW SHARE") { lock in
        try await lock.lockRow(rows[1].id)
        let calls = rows.map { store.beginDelete($0.id) }
        try await calls[0].answer()
        try await calls[2].answer()
        #expect(!calls[1].isOver)
        return calls
      }
      try await calls[1].answer()
    }
  }

  @Test("deletions that cross saves and updates of their ids at another server add up")
  func crossing() async throws {
    try await withTwoStores { first, second in
      let rows = (0..<30).map { _ in execution(status: .running) }
      var calls: [Call<Void>] = []
      for round in 0..<8 {
        let (one, other) = round.isMultiple(of: 2) ? (first, second) : (second, first)
        for (a, b) in zip(rows, rows.reversed()) {
          calls.append(
            Call(on: one.eventLoop) {
              _ = try await one.save(PostgresHistoryStoreTests.save(a))
              var fields = ExecutionFields()
              fields.status = .paused
              _ = try await one.beginUpdate(a.id, fields, [.status]).answer()
            })
          calls.append(other.beginDelete(b.id))
        }
      }
      for call in calls {
        guard let failure = await call.failure() else { continue }
        // A save may find its row taken, and then gone.
        let code = try #require(failure as? HistoryError).code
        #expect([.notFound, .unavailable].contains(code))
      }
      try await first.fold()
      #expect(try await first.check(.verify).differing == 0)
      for row in rows { _ = try await first.save(save(row)) }
      for row in rows { try await second.delete(row.id) }
      try await first.fold()
      #expect(try await first.count("execution_rollups") == 0)
    }
  }

  private let own = Reach.user("alice")

  /// Why a deletion is refused; nil where it is done.
  private func refusal(
    _ store: PostgresHistoryStore, _ id: ExecutionID, version: Int32? = nil, reach: Reach? = nil
  ) async throws -> HistoryError.Code? {
    let deletion = ExecutionDeletion(id: id, expectedVersion: version)
    return try await code { try await store.delete(deletion, reach: reach ?? own) }
  }
}
