import Postgres
import PostgresTesting
import Reactor
import Sealing
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Sealed executions") struct SealingTests {
  private let window = WindowQuery(
    userID: "alice", workflowType: nil,
    start: Timestamp(microseconds: testNow.microseconds - 86_400_000_000),
    end: Timestamp(microseconds: testNow.microseconds + 1_000_000))

  @Test("every way of reading gives what was saved, of which the database shows nothing")
  func readPaths() async throws {
    try await withSealedStore { store in
      let row = planted()
      #expect(try await store.save(save(row)) == row)
      #expect(try await store.save(save(row)) == row)
      #expect(try await store.execution(row.id, reach: .user("alice")) == row)
      #expect(try await store.execution(row.id, reach: .anyone) == row)
      let full = try await store.history(HistoryQuery(userID: "alice", includesDocuments: true))
      #expect(full.executions == [row])
      let basic = try await store.history(HistoryQuery(userID: "alice", statuses: [.failed]))
      #expect(basic.executions.map(\.errorMessage) == [row.errorMessage])

      var fields = ExecutionFields()
      fields.outputData = JSONDocument(#"{"b":1,  "planted":"\u0041"}"#)
      fields.executionMetadata = JSONDocument("[1,2]")
      let updated = try await store.beginUpdate(row.id, fields, [.outputData, .executionMetadata])
        .answer()
      var expected = row
      expected.outputData = JSONDocument(#"{"b": 1, "planted": "A"}"#)
      expected.executionMetadata = JSONDocument("[1, 2]")
      expected.version = 2
      #expect(updated == expected)
      #expect(try await store.execution(row.id, reach: .anyone) == expected)
      #expect(try await store.save(save(row)) == expected)

      for _ in 0..<2 {
        let pattern = try #require(
          try await store.performanceMetrics(window).errorPatterns.first)
        #expect(pattern.fingerprint == "planted error <n>")
        #expect(pattern.sampleMessage == "planted error 42")
        #expect(pattern.sampleIDs == [row.id])
        try await store.fold()
      }
      let all = try await store.everything()
      #expect(!all.contains("planted") && all.contains(#"[1, 2]"#))
    }
  }

  @Test("another save of a sealed id is refused, and so is another user's")
  func otherSaves() async throws {
    try await withSealedStore { store in
      let row = planted()
      _ = try await store.save(save(row))
      var other = row
      other.errorMessage = "another"
      #expect(try await code { try await store.save(save(other)) } == .alreadyExists)
      other = row
      other.userID = "mallory"
      #expect(try await code { try await store.save(save(other)) } == .permissionDenied)
      let digest: [UInt8] = try await store.run("SELECT save_digest FROM workflow_executions")[0]
        .value(0)
      #expect(digest.count == 61)
    }
  }

  @Test(
    "a server without the key answers an internal error, takes deletions, and goes on counting",
    arguments: [nil, "b"])
  func missingKey(ids: String?) async throws {
    try await withSealedStore { store in
      let row = planted()
      _ = try await store.save(save(row))
      let other = try await store.another(nil)
      defer { other.close() }
      if let ids {
        let refusal = await failure(SealingError.self) { try await store.another(ids) }
        #expect(refusal?.description.contains("the key a,") == true)
      }
      let codes = [
        try await code { try await other.save(save(row)) },
        try await code { try await other.execution(row.id, reach: .anyone) },
        try await code { try await other.history(HistoryQuery(userID: "alice")) },
        try await code {
          try await other.history(HistoryQuery(userID: "alice", includesDocuments: true))
        },
        try await code {
          try await other.beginUpdate(row.id, ExecutionFields(), [.endTime]).answer()
        },
      ]
      #expect(codes == Array(repeating: .internal, count: 5))
      #expect(try await other.statistics(window).all.counts[.failed] == 1)
      let pattern = try await other.performanceMetrics(window).errorPatterns[0]
      #expect(PayloadSealing.isPseudonym(pattern.fingerprint))
      #expect(pattern.sampleMessage == pattern.fingerprint)
      // What it writes beside is its own.
      let plain = planted("plain")
      #expect(try await other.save(save(plain)) == plain)
      try await other.delete(row.id)
      #expect(try await store.execution(plain.id, reach: .anyone) == plain)
    }
  }

  @Test(
    "a value that was changed, or moved to another row or column, does not open",
    arguments: [
      "output_data = input_data", "error_message = input_data #>> '{}'",
      "task_results = to_jsonb(repeat('A', 60))", "input_data = '\"\"'", "input_data = '17'",
      "sealed_with = 'b'",
      "input_data = (SELECT input_data FROM workflow_executions WHERE user_id = 'bob')",
    ])
  func tampering(assignment: String) async throws {
    try await withSealedStore("ab") { store in
      let row = planted()
      var bobs = planted()
      bobs.userID = "bob"
      try await store.saveAll([row, bobs])
      _ = try await store.run(
        "UPDATE workflow_executions SET \(assignment) WHERE user_id = 'alice'")
      #expect(
        try await code { try await store.execution(row.id, reach: .anyone) } == .internal)
      #expect(try await store.execution(bobs.id, reach: .anyone) == bobs)
    }
  }

  @Test("a document that looks like a sealed one comes back as it is, sealed or not")
  func lookalikes() async throws {
    try await withSealedStore { store in
      let row = planted()
      _ = try await store.save(save(row))
      let sealed: String = try await store.run("SELECT input_data::text FROM workflow_executions")[
        0
      ]
      .value(0)
      let plain = try await store.another(nil)
      defer { plain.close() }
      for store in [store, plain] {
        for text in [sealed, #"{"$sealed": "a.AQID"}"#, #""""#] {
          let lookalike = execution(
            error: "sealed  AQID", input: JSONDocument(text))
          #expect(try await store.save(save(lookalike)) == lookalike)
          #expect(try await store.execution(lookalike.id, reach: .anyone) == lookalike)
        }
      }
    }
  }

  @Test("errors of two users that are alike are not alike in the database")
  func users() async throws {
    try await withSealedStore { store in
      try await store.saveAll([
        execution(user: "alice", error: "no disk"), execution(user: "alice", error: "no disk"),
        execution(user: "bob", error: "no disk"),
      ])
      let labels = try await store.run(
        "SELECT count(DISTINCT error_fingerprint) FROM workflow_executions")
      #expect(try labels[0].value(0) == Int64(2))
    }
  }

  @Test("the largest execution is taken, and pages with documents end at 3 MiB as without sealing")
  func sizes() async throws {
    let sizes = [100, 2_000_000, 1_200_000, 4_000_000, 10, 10, 3_000_000, 200_000, 4_128_000]
    try await withSealedStore { store in
      let pages = try await store.pages(ofDocuments: sizes)
      #expect(
        pages == [
          [100, 2_000_000], [1_200_000], [4_000_000], [10, 10, 3_000_000], [200_000], [4_128_000],
        ])
    }
  }
}
