import Postgres
import PostgresTesting
import Reactor
import Sealing
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Sealing what is there") struct SealingRunTests {
  private let window = WindowQuery(
    userID: "alice", workflowType: nil,
    start: Timestamp(microseconds: testNow.microseconds - 90 * 86_400_000_000),
    end: Timestamp(microseconds: testNow.microseconds + 1_000_000))

  @Test("a save can be retried after each change of keys, and the row is what it was")
  func retries() async throws {
    try await withStore { plain in
      let row = planted()
      _ = try await plain.save(save(row))
      var other = row
      other.errorMessage = "another"
      for (ids, sealedWith) in [("a", "a"), ("ba", "b"), ("b", "b"), ("-b", "-"), ("c", "c")] {
        let store = try await plain.another(ids)
        defer { store.close() }
        let isKept = try await plain.sealedRows() == [sealedWith: 1]
        for _ in 0..<2 {
          #expect(try await store.save(save(row)) == row)
          #expect(try await store.execution(row.id, reach: .anyone) == row)
          #expect(try await code { try await store.save(save(other)) } == .alreadyExists)
          #expect(
            try await store.performanceMetrics(window).errorPatterns.map(\.fingerprint)
              == ["planted error <n>"])
          let counts = try await plain.seal(ids)
          #expect(counts.executionsLeft == 0)
        }
        #expect(try await plain.sealedRows() == [sealedWith: 1])
        #expect(try await plain.seal(ids).executions == 0 || isKept)
        #expect(try await plain.everything().contains("planted") == (sealedWith == "-"))
        #expect(try await plain.check(.verify).differing == 0)
        // A server that still has the file leaves nothing behind for a later key.
        if sealedWith == "-" { try await plain.another(ids).close() }
      }
      // Nothing of it was an update.
      #expect(try await versions(plain) == 1)
    }
  }

  private func versions(_ store: PostgresHistoryStore) async throws -> Int32 {
    try await store.run("SELECT max(version) FROM workflow_executions")[0].value(0)
  }

  @Test("an update seals a row that was plain or under another key, as a whole")
  func updates() async throws {
    try await withStore { plain in
      let row = planted()
      _ = try await plain.save(save(row))
      var version: Int32 = 1
      for (ids, sealedWith) in [("a", "a"), ("ba", "b"), ("-ba", "-")] {
        let store = try await plain.another(ids)
        defer { store.close() }
        version += 1
        let answer = try await store.beginUpdate(row.id, ExecutionFields(), [.workflowType])
          .answer()
        var expected = row
        expected.version = version
        #expect(answer == expected)
        #expect(try await plain.sealedRows() == [sealedWith: 1])
        #expect(try await store.execution(row.id, reach: .anyone) == expected)
        #expect(try await store.save(save(row)) == expected)
        #expect(try await plain.check(.verify).differing == 0)
      }
    }
  }

  @Test(
    "what the log and the rollups say of errors gives way to pseudonyms, also of executions gone")
  func labels() async throws {
    try await withStore { plain in
      // More kinds of errors on a day than its rollup counts itself.
      let letters = "abcdefghijklmnopqrstuvwxyz".map(String.init)
      let kinds = (0..<80).map { "planted \(letters[$0 / 26])\(letters[$0 % 26]) failed" }
      let old = Timestamp(microseconds: testNow.microseconds - 60 * 86_400_000_000)
      var rows = kinds.map { execution(at: old, error: $0) }
      rows += kinds.map { execution(error: $0) }
      rows += (0..<9).map { _ in execution(at: old, error: "planted often") }
      rows += (0..<5).map { _ in execution(error: "planted today") }
      try await plain.saveAll(rows)
      try await plain.fold()
      let before = try await plain.performanceMetrics(window).errorPatterns
      _ = try await plain.retain(RetentionPolicy([.init(seconds: 30 * 86_400)]))
      #expect(try await plain.count("execution_error_rollups") > 0)

      let counts = try await plain.seal("a")
      #expect(counts.executions == 85)
      #expect(counts.changes > 160)
      #expect(counts.rolledUpLabels == 81)
      #expect(try await !plain.everything().contains("planted"))
      #expect(try await plain.check(.verify).differing == 0)
      let store = try await plain.another("a")
      defer { store.close() }
      let after = try await store.performanceMetrics(window).errorPatterns
      #expect(after.map(\.frequency) == before.map(\.frequency))
      #expect(PayloadSealing.isPseudonym(after[0].fingerprint) && after[0].frequency == 9)
      #expect(after[0].sampleMessage == after[0].fingerprint)
      #expect(after[1].fingerprint == "planted today")
      let again = try await plain.seal("a")
      #expect(again == SealingRun.Counts())
    }
  }

  @Test("an interrupted run is finished by the next, and one that servers undo tells of it")
  func interrupted() async throws {
    try await withStore { plain in
      let rows = (0..<30).map { _ in planted() }
      try await plain.saveAll(rows)
      let half = try await plain.another("a")
      defer { half.close() }
      for row in rows.prefix(10) {
        _ = try await half.beginUpdate(row.id, ExecutionFields(), [.workflowType]).answer()
      }
      #expect(try await plain.seal("a").executions == 20)
      #expect(try await !plain.everything().contains("planted"))
      _ = try await plain.save(save(planted()))
      let counts = try await plain.seal("a")
      #expect(counts.executions == 1 && counts.executionsLeft == 0)
    }
  }

  @Test("an execution that does not open is left as it is, and the others are sealed")
  func unopened() async throws {
    try await withStore { plain in
      let store = try await plain.another("a")
      defer { store.close() }
      let rows = (0..<3).map { _ in planted() }
      try await store.saveAll(rows)
      _ = try await plain.run(
        "UPDATE workflow_executions SET error_message = 'AAAA' WHERE id = '\(rows[1].id)'")
      let counts = try await plain.seal("ba")
      #expect(counts.executions == 2 && counts.executionsLeft == 1)
      #expect(try await plain.sealedRows() == ["a": 1, "b": 2])
    }
  }

  @Test("what was learned of a user and does not open is left as it is, and counted")
  func unopenedLearning() async throws {
    try await withStore { plain in
      let store = try await plain.another("a")
      defer { store.close() }
      for user in ["alice", "bob", "carol", "dave"] {
        try await store.saveAll([execution(user: user)])
      }
      try await store.learn()
      _ = try await plain.run(
        "UPDATE learned_periods SET sealed_with = 'lost' WHERE user_id = 'bob'")
      _ = try await plain.run(
        "UPDATE learned_histories SET head = 'damaged' WHERE user_id = 'carol'")
      for _ in 0..<2 {
        let counts = try await plain.seal("ba")
        #expect(counts.executionsLeft == 0)
        #expect(counts.usersLeft == 2)
      }
      // The key that is left behind is still needed for what is left.
      #expect(await failure(SealingError.self) { try await plain.seal("b") } != nil)
      let other = try await plain.another("ba")
      defer { other.close() }
      _ = try await LearningRun.run(
        from: .table, reviewing: nil, sealing: other.sealing, try await plain.options(),
        on: plain.eventLoop)
      #expect(try await plain.seal("ba").usersLeft == 0)
      #expect(try await plain.seal("b") == SealingRun.Counts())
    }
  }

  @Test("keys that do not open the database are refused, and change nothing")
  func wrongKeys() async throws {
    try await withStore { plain in
      _ = try await plain.save(save(planted()))
      _ = try await plain.seal("a")
      #expect(await failure(SealingError.self) { try await plain.seal("b") } != nil)
      #expect(try await plain.sealedRows() == ["a": 1])
      let sealing = try await PayloadSealing.prepare(
        keys("-a"), plain.options(), on: plain.eventLoop)
      #expect(throws: SealingError.self) { try sealing.replace(keys("a")) }
    }
  }
}
