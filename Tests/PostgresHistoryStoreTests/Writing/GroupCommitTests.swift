import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

/// Writes pile up behind one that waits for a lock; once it is let go, they go as one batch.
@Suite("Group commit") struct GroupCommitTests {
  @Test("saves that wait together are committed together, each with its own answer")
  func together() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<40).map { execution(type: "type-\($0)") }
      let calls = try await store.piledUp { rows.shuffled().map { store.beginSave($0) } }
      var answers: [WorkflowExecution] = []
      for call in calls { answers.append(try await call.answer()) }
      #expect(answers.sorted { $0.id < $1.id } == rows.sorted { $0.id < $1.id })
      #expect(try await store.transactions() == 2)
      #expect(store.writes.count == 0)
    }
  }

  @Test("updates of one id are made one after another, in the order in which they came")
  func order() async throws {
    try await withStore { store in
      let row = try await store.save(save(execution(status: .running)))
      let calls = try await store.piledUp {
        (0..<30).map { store.beginUpdate(row.id, note($0), [.executionMetadata]) }
      }
      for (number, call) in calls.enumerated() {
        let answer = try await call.answer()
        #expect(answer.version == Int32(number) + 2)
        #expect(answer.executionMetadata == note(number).executionMetadata)
      }
      let last = try await calls[29].answer()
      #expect(try await store.execution(row.id, reach: .anyone) == last)
    }
  }

  @Test("a retry that meets its own first try in the queue is one row, and the same answer")
  func retryInQueue() async throws {
    try await withStore(limits: .oneWriter) { store in
      let row = execution()
      var other = row
      other.workflowType = "other"
      let (calls, conflict) = try await store.piledUp {
        ((0..<5).map { _ in store.beginSave(row) }, store.beginSave(other))
      }
      for call in calls { #expect(try await call.answer() == row) }
      #expect((await conflict.failure() as? HistoryError)?.code == .alreadyExists)
      #expect(try await store.count("workflow_executions") == 2)
      #expect(try await store.count("workflow_execution_changes") == 2)
    }
  }

  @Test("a retry that meets its own first try at another server is one row, and the same answer")
  func retryElsewhere() async throws {
    try await withTwoStores { first, second in
      let rows = (0..<50).map { _ in execution() }
      let calls = rows.map { (first.beginSave($0), second.beginSave($0)) }
      for (row, (one, other)) in zip(rows, calls) {
        let answers = [try await one.answer(), try await other.answer()]
        #expect(answers == [row, row])
      }
      #expect(try await first.count("workflow_execution_changes") == 50)
    }
  }

  @Test("a save that is retried after an update returns the row as it is now")
  func retryAfterUpdate() async throws {
    try await withStore { store in
      let row = execution(status: .running)
      let (_, update, retry, last) = try await store.piledUp {
        (
          store.beginSave(row), store.beginUpdate(row.id, note(1), [.executionMetadata]),
          store.beginSave(row), store.beginUpdate(row.id, note(2), [.executionMetadata])
        )
      }
      let updated = try await update.answer()
      #expect(updated.version == 2)
      #expect(try await retry.answer() == updated)
      #expect(try await last.answer().version == 3)
    }
  }

  @Test("a deletion keeps its place among the writes of its id")
  func deletionInOrder() async throws {
    try await withStore { store in
      let row = execution(status: .running)
      var other = row
      other.workflowType = "other"
      let (first, update, deletion, second, last) = try await store.piledUp {
        (
          store.beginSave(row), store.beginUpdate(row.id, note(1), [.executionMetadata]),
          store.beginDelete(row.id, expectedVersion: 2), store.beginSave(other),
          store.beginUpdate(row.id, note(2), [.executionMetadata])
        )
      }
      #expect(try await first.answer() == row)
      #expect(try await update.answer().version == 2)
      try await deletion.answer()
      #expect(try await second.answer() == other)
      #expect(try await last.answer().version == 2)
      // The save that held up the others may be written by another writer.
      while store.writes.count > 0 { await store.eventLoop.sleep(for: .milliseconds(1)) }
    }
  }

  @Test("saves, updates and deletions that wait together are one transaction, refusals apart")
  func mixed() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<40).map { _ in execution(status: .running) }
      try await store.saveAll(rows)
      let before = try await store.transactions()
      let (updates, deletions, aborted, foreign, saved) = try await store.piledUp {
        (
          rows[..<12].map { store.beginUpdate($0.id, note(1), [.executionMetadata]) },
          rows[12..<30].map { store.beginDelete($0.id) },
          rows[30..<35].map { store.beginDelete($0.id, expectedVersion: 7) },
          rows[35...].map { store.beginDelete($0.id, reach: .user("mallory")) },
          store.beginSave(execution())
        )
      }
      for call in updates { #expect(try await call.answer().version == 2) }
      for call in deletions { try await call.answer() }
      for call in aborted { #expect((await call.failure() as? HistoryError)?.code == .aborted) }
      for call in foreign {
        #expect((await call.failure() as? HistoryError)?.code == .permissionDenied)
      }
      #expect(await saved.failure() == nil)
      // The save for which the others waited, and theirs.
      #expect(try await store.transactions() == before + 2)
      #expect(try await store.count("workflow_executions") == 40 - 18 + 2)
      #expect(store.writes.count == 0)
    }
  }

  @Test("of deletions of one execution at two servers one succeeds, and it is logged once")
  func deletedElsewhere() async throws {
    try await withTwoStores { first, second in
      let rows = (0..<60).map { _ in execution(status: .running) }
      try await first.saveAll(rows)
      let calls = zip(rows, rows.reversed()).flatMap { one, other in
        [(one.id, first.beginDelete(one.id)), (other.id, second.beginDelete(other.id))]
      }
      var successes: [ExecutionID] = []
      for (id, call) in calls {
        if let failure = await call.failure() {
          #expect((failure as? HistoryError)?.code == .notFound)
        } else {
          successes.append(id)
        }
      }
      #expect(successes.sorted() == rows.map(\.id).sorted())
      #expect(try await first.count("workflow_executions") == 0)
      #expect(try await first.count("workflow_execution_changes") == 120)
    }
  }

  @Test("batches of the same ids that cross do not fail, whichever way they come")
  func crossing() async throws {
    try await withTwoStores { first, second in
      let rows = (0..<60).map { _ in execution(status: .running) }
      var calls = rows.map { first.beginSave($0) } + rows.reversed().map { second.beginSave($0) }
      for call in calls { _ = try await call.answer() }
      calls = []
      for round in 0..<5 {
        for (a, b) in zip(rows, rows.reversed()) {
          calls.append(first.beginUpdate(a.id, note(round), [.executionMetadata]))
          calls.append(second.beginUpdate(b.id, note(round), [.executionMetadata]))
          calls.append((round % 2 == 0 ? first : second).beginSave(execution()))
        }
      }
      for call in calls { _ = try await call.answer() }
      for row in rows {
        #expect(try await first.execution(row.id, reach: .anyone).version == 11)
      }
      #expect(try await first.count("workflow_execution_changes") == 60 + 600 + 300)
    }
  }

  @Test("a save that only the database refuses fails alone", arguments: [0, 7, 19])
  func refusedSave(position: Int) async throws {
    try await withStore(limits: .oneWriter) { store in
      var rows = (0..<20).map { _ in execution() }
      // 12 characters of JSON that jsonb renders as 400.
      rows[position].inputData = JSONDocument(
        "[" + String(repeating: "1e399,", count: 10_400) + "1]")
      let calls = try await store.piledUp { rows.map { store.beginSave($0) } }
      for (index, call) in calls.enumerated() {
        let failure = await call.failure() as? HistoryError
        #expect(failure?.code == (index == position ? .invalidArgument : nil))
      }
      #expect(try await store.count("workflow_executions") == 20)
      #expect(try await store.count("workflow_execution_changes") == 20)
    }
  }

  @Test("an update that only the database refuses fails alone, as do those that a rule refuses")
  func refusedUpdate() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<12).map { _ in execution(status: .running) }
      try await store.saveAll(rows)
      var large = ExecutionFields()
      large.inputData = JSONDocument("[" + String(repeating: "1e399,", count: 10_400) + "1]")
      let missing = execution().id
      let (good, refused, foreign, absent, saved) = try await store.piledUp {
        (
          rows.dropFirst(2).map { store.beginUpdate($0.id, note(1), [.executionMetadata]) },
          store.beginUpdate(rows[0].id, large, [.inputData]),
          store.beginUpdate(
            rows[1].id, reach: .user("mallory"), note(1), [.executionMetadata]),
          store.beginUpdate(missing, note(1), [.executionMetadata]), store.beginSave(execution())
        )
      }
      for call in good { #expect(try await call.answer().version == 2) }
      #expect((await refused.failure() as? HistoryError)?.code == .invalidArgument)
      #expect((await foreign.failure() as? HistoryError)?.code == .permissionDenied)
      #expect((await absent.failure() as? HistoryError)?.code == .notFound)
      #expect(await saved.failure() == nil)
      #expect(try await store.execution(rows[0].id, reach: .anyone) == rows[0])
      #expect(store.writes.count == 0)
    }
  }

  @Test("a row that somebody else has locked holds up no other")
  func lockedRow() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<3).map { _ in execution(status: .running) }
      try await store.saveAll(rows)
      let calls = try await TableLock.while(on: store, "ROW SHARE") { lock in
        try await lock.lockRow(rows[1].id)
        let calls = try await store.piledUp {
          rows.map { store.beginUpdate($0.id, note(1), [.executionMetadata]) }
        }
        _ = try await calls[0].answer()
        _ = try await calls[2].answer()
        #expect(!calls[1].isOver)
        return calls
      }
      #expect(try await calls[1].answer().version == 2)
    }
  }

  @Test("a connection that is cut amid a batch fails its calls, which may be tried again")
  func cut() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = (0..<20).map { _ in execution() }
      let calls = try await TableLock.while(on: store, "SHARE") { lock in
        let calls = rows.map { store.beginSave($0) }
        try await lock.untilWaitedFor()
        try await lock.cutWaiters()
        // They end though the lock is still held.
        for call in calls {
          #expect((await call.failure() as? HistoryError)?.code == .unavailable)
        }
        return calls
      }
      #expect(calls.count == 20)
      while !store.isConnected { await store.eventLoop.sleep(for: .milliseconds(1)) }
      for row in rows { #expect(try await store.save(save(row)) == row) }
      #expect(try await store.count("workflow_execution_changes") == 20)
    }
  }

  @Test("where another writer stands, it takes what the one that was cut has not sent")
  func otherWriter() async throws {
    try await withStore { store in
      let rows = (0..<20).map { _ in execution() }
      let later = try await TableLock.while(on: store, "SHARE") { lock in
        let first = store.beginSave(execution())
        try await lock.untilWaitedFor()
        try await lock.cutWaiters()
        #expect((await first.failure() as? HistoryError)?.code == .unavailable)
        return rows.map { store.beginSave($0) }
      }
      for (row, call) in zip(rows, later) { #expect(try await call.answer() == row) }
    }
  }

  @Test("a call that is cancelled while its write waits leaves nothing")
  func withdrawn() async throws {
    try await withStore(limits: .oneWriter) { store in
      let row = execution()
      let kept = execution()
      let calls = try await store.piledUp {
        let calls = [row, kept].map { store.beginSave($0) }
        while store.writes.count < 3 { await store.eventLoop.sleep(for: .milliseconds(1)) }
        calls[0].cancel()
        #expect(await calls[0].failure() is CancellationError)
        #expect(store.writes.count == 2)
        return calls
      }
      #expect(try await calls[1].answer() == kept)
      #expect(try await code { try await store.execution(row.id, reach: .anyone) } == .notFound)
    }
  }

  @Test("more bytes than may wait are refused with a time to come back")
  func bytes() async throws {
    try await withStore(limits: .oneWriter, writes: WriteQueue(byteLimit: 100_000)) { store in
      let large = execution(input: JSONDocument(#""\#(String(repeating: "a", count: 60_000))""#))
      let calls = try await store.piledUp {
        let calls = [store.beginSave(large), store.beginSave(execution())]
        while store.writes.count < 3 { await store.eventLoop.sleep(for: .milliseconds(1)) }
        var another = large
        another.updatedAt = testNow
        let refusal = await store.beginSave(another).failure() as? HistoryError
        #expect(refusal?.code == .resourceExhausted)
        #expect(refusal?.retryAfter != nil)
        return calls
      }
      for call in calls { #expect(await call.failure() == nil) }
      #expect(await store.beginSave(large).failure() == nil)
    }
  }

  @Test("stores on several loops write through one writer, and are answered on their own loops")
  func loops() async throws {
    let queue = WriteQueue()
    try await withStore(limits: .oneWriter, writes: queue) { store in
      let cluster = try await PostgresCluster.shared.value
      let database: String = try await store.run("SELECT current_database()::text")[0].value(0)
      let conninfo = cluster.conninfo(database: database)
      let loop = try Loop(name: "another")
      try await loop.run { eventLoop in
        var limits = PostgresHistoryStore.Limits()
        limits.writers = 0
        let other = PostgresHistoryStore(
          PostgresOptions(conninfo: conninfo), limits: limits, writes: queue, on: eventLoop)
        defer { other.close() }
        try await other.connect()
        #expect(other.isConnected)
        let rows = (0..<50).map { _ in execution() }
        try await other.saveAll(rows)
        for row in rows { #expect(try await other.execution(row.id, reach: .anyone) == row) }
      }
      await loop.stop()
    }
  }
}
