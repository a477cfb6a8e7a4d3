import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PatternLearning
@testable import PostgresHistoryStore

@Suite("Retry storms") struct RetryStormTests {
  private func window(_ user: String = "alice", type: String? = nil, days: Int64 = 30)
    -> WindowQuery
  {
    WindowQuery(
      userID: user, workflowType: type, start: ago(days: days), end: testNow.plus(days: 1))
  }

  private func storms(_ query: WindowQuery, _ store: PostgresHistoryStore) async throws
    -> [OptimizationTip]
  {
    try await store.performanceMetrics(query).tips.filter { $0.kind == .retryStorm }
  }

  /// Retries that all failed again but some.
  private func type(
    _ name: String, retries: Int64 = 30, helped: Int64 = 1, lastFailure: Timestamp = ago(days: 3)
  ) -> LearnedType {
    LearnedType(
      workflowType: name, estimate: [],
      retries: RetryFigures(
        retries: retries, failures: retries - helped, error: "no secret", retriesOfError: 20,
        failuresOfError: 20, lastFailureDay: Day(of: lastFailure).number))
  }

  @Test("are told of workflows that fail again and again, sealed or not", arguments: [nil, "a"])
  func found(ids: String?) async throws {
    try await withStore { plain in
      let store = try await plain.another(ids)
      defer { store.close() }
      // Of the first type each fails three times; of the other each fails once.
      for attempt in 0..<3 {
        for type in ["etl", "report"] {
          let fails = type == "etl" || attempt == 0
          try await store.saveAll(
            (0..<15).map { number in
              execution(
                at: ago(days: Int64(9 - attempt)), workflow: "\(type)-\(number)", type: type,
                status: fails ? .failed : .completed, error: fails ? "no secret \(number)" : nil)
            })
        }
      }
      try await store.learn()
      let history = try #require(try await store.learnedHistory("alice"))
      let types = LearnedType.all(of: history, patterns: [], today: Day(of: testNow))
      try await store.replaceTypes(types, of: "alice")
      let tips = try await storms(window(), store)
      #expect(tips.map(\.subject) == ["etl"])
      #expect(tips.map(\.severity) == [.critical])
      #expect(tips.map(\.executions) == [30])
      #expect(tips.allSatisfy { $0.text.contains(#"after "no secret <n>" in 100%"#) })
      #expect(try await plain.everything().contains("no secret") == (ids == nil))
    }
  }

  @Test("are those of the user, of the type that is asked for, and of the window")
  func asked() async throws {
    try await withStore { store in
      try await store.replaceTypes(
        [type("etl"), type("load", retries: 40), type("scan", lastFailure: ago(days: 12))],
        of: "alice")
      try await store.replaceTypes([type("bobs", helped: 20)], of: "bob")
      #expect(try await storms(window(), store).map(\.subject) == ["load", "etl", "scan"])
      #expect(try await storms(window(type: "etl"), store).map(\.subject) == ["etl"])
      #expect(try await storms(window(type: "none"), store).isEmpty)
      #expect(try await storms(window(days: 12), store).map(\.subject) == ["load", "etl", "scan"])
      #expect(try await storms(window(days: 11), store).map(\.subject) == ["load", "etl"])
      #expect(try await storms(window(days: 2), store).isEmpty)
      #expect(try await storms(window("bob"), store).isEmpty)
    }
  }

  @Test("are the three that fail most, and among many types ask for more")
  func many() async throws {
    try await withStore { store in
      let types = (0..<8).map { type("t\($0)", retries: 30 + Int64($0)) }
      try await store.replaceTypes(types, of: "alice")
      #expect(try await storms(window(), store).map(\.subject) == ["t7", "t6", "t5"])
      // 17 of 20 are enough among 7 types, and not among 8, whichever is asked for.
      for (others, isTold) in [(6, true), (7, false)] {
        let few = type("few", retries: 20, helped: 3)
        let helped = (0..<others).map { type("t\($0)", helped: 20) }
        try await store.replaceTypes([few] + helped, of: "alice")
        for query in [window(), window(type: "few")] {
          #expect(try await storms(query, store).map(\.subject) == (isTold ? ["few"] : []))
        }
      }
    }
  }

  @Test("are told without the error where the key is missing")
  func missingKey() async throws {
    try await withSealedStore { store in
      try await store.replaceTypes([type("etl")], of: "alice")
      let plain = try await store.another(nil)
      defer { plain.close() }
      let told = try await storms(window(), store)
      let without = try await storms(window(), plain)
      #expect(told.map { $0.text.contains("no secret") } == [true])
      #expect(without.map { $0.text.contains("after") } == [false])
      #expect(without.map(\.executions) == [29])
    }
  }
}
