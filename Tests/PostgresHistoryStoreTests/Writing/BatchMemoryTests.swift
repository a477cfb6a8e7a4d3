import Postgres
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

/// What a batch reads and gets back may be far more than what it sends.
@Suite("The memory of a batch") struct BatchMemoryTests {
  /// Saves executions whose rows then grow to 3 MiB each.
  private func largeRows(_ count: Int, _ store: PostgresHistoryStore) async throws
    -> [WorkflowExecution]
  {
    let rows = (0..<count).map { _ in execution(status: .running) }.sorted { $0.id < $1.id }
    try await store.saveAll(rows)
    _ = try await store.readers.primary.query(
      Statement(
        "",
        "UPDATE workflow_executions SET input_data = to_jsonb(repeat('a', 3 << 20)), version = 2"))
    return rows
  }

  @Test("updates of large rows are spread over as many batches as their rows need")
  func updates() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = try await largeRows(8, store)
      let before = try await store.transactions()
      let (updates, deletion) = try await store.piledUp {
        let others = (7..<10).map { store.beginUpdate(rows[0].id, note($0), [.executionMetadata]) }
        return (
          others + rows[1..<7].map { store.beginUpdate($0.id, note(1), [.executionMetadata]) },
          store.beginDelete(rows[7].id)
        )
      }
      for (index, call) in updates.enumerated() {
        let answer = try await call.answer()
        #expect(answer.version == (index < 3 ? Int32(index) + 3 : 3))
        #expect(answer.inputData?.utf8.count == 3 << 20 + 2)
      }
      try await deletion.answer()
      // The save for which they waited, the deletion, each of the large rows, and the last update.
      #expect(try await store.transactions() == before + 10)
      #expect(store.writes.count == 0)
    }
  }

  @Test("retries of saves read rows that have grown large in as many batches as these need")
  func retries() async throws {
    try await withStore(limits: .oneWriter) { store in
      let rows = try await largeRows(6, store)
      var taken = TakenBatch(sealing: nil)
      for (index, row) in rows.enumerated() {
        let save = DigestedSave(save(row))
        let write = PendingWrite(.save(save))
        // An earlier batch has found it.
        if index == 2 { write.note { $0.rowBytes = 4 << 20 } }
        taken.append(write, save)
      }
      let found = try await store.readers.primary.query(TakenBatch.statement, taken.parameters)
      let (answers, left) = try taken.answers(found)
      #expect(answers.map(\.0.id) == [rows[2].id])
      #expect(left.map(\.id) == rows.filter { $0.id != rows[2].id }.map(\.id))
      #expect(left.allSatisfy { $0.batchBytes > 3 << 20 })

      let calls = try await store.piledUp { rows.map { store.beginSave($0) } }
      for call in calls {
        let answer = try await call.answer()
        #expect(answer.version == 2)
        #expect(answer.inputData?.utf8.count == 3 << 20 + 2)
      }
      #expect(store.writes.count == 0)
    }
  }

  @Test("large rows that are sealed are read where there is room, and count as what is in them")
  func sealed() async throws {
    try await withStore { plain in
      let store = try await plain.another("a", limits: .oneWriter)
      defer { store.close() }
      let large = JSONDocument("\"\(String(repeating: "a", count: 3 << 20))\"")
      let rows = (0..<6).map { _ in execution(status: .running, input: large) }
        .sorted { $0.id < $1.id }
      try await store.saveAll(rows)
      // The database can't tell that these are other saves.
      var taken = TakenBatch(sealing: store.sealing)
      for (index, row) in rows.enumerated() {
        var other = save(row)
        other.execution.workflowID = "another"
        let save = DigestedSave(other, digest: [1])
        let write = PendingWrite(.save(save))
        if index == 2 { write.note { $0.rowBytes = 4 << 20 } }
        taken.append(write, save)
      }
      let found = try await store.readers.primary.query(TakenBatch.statement, taken.parameters)
      let (answers, left) = try taken.answers(found)
      #expect(answers.map(\.0.id) == [rows[2].id])
      #expect(throws: HistoryError.self) { try answers[0].1.get() }
      #expect(left.map(\.id) == rows.filter { $0.id != rows[2].id }.map(\.id))
      #expect(left.allSatisfy { (3 << 20..<7 << 19).contains($0.rowBytes) })

      let saves = try await store.piledUp { rows.map { store.beginSave($0) } }
      for (row, call) in zip(rows, saves) { #expect(try await call.answer() == row) }
      let updates = try await store.piledUp {
        rows.map { store.beginUpdate($0.id, note(1), [.executionMetadata]) }
      }
      for call in updates {
        let answer = try await call.answer()
        #expect(answer.version == 2)
        #expect(answer.inputData == large)
      }
      #expect(store.writes.count == 0)
    }
  }

  @Test("numbers that come back longer than they were sent count as what comes back")
  func rendered() throws {
    var row = execution()
    row.inputData = try JSONDocument(
      checking: Array("[\(String(repeating: "1e399,", count: 99))1]".utf8))
    let write = PendingWrite(.save(DigestedSave(save(row), digest: [])))
    #expect(write.batchBytes > 99 * 400)
    var fields = ExecutionFields()
    fields.outputData = row.inputData
    let update = ExecutionUpdate(
      id: row.id, mask: [.outputData], fields: fields, expectedVersion: nil, allowsReopen: true)
    #expect(PendingWrite(.update(update, reach: .anyone, now: testNow)).bytes > 99 * 400)
  }
}
