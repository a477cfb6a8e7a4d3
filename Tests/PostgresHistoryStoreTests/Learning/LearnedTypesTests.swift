import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PatternLearning
@testable import PostgresHistoryStore

@Suite("What is known of workflow types") struct LearnedTypesTests {
  private func type(_ name: String, error: String?) -> LearnedType {
    LearnedType(
      workflowType: name,
      estimate: EstimateModel(durations: DurationHistogram(), failed: 1, ended: 5).encoded,
      retries: RetryFigures(
        retries: 9, failures: 7, error: error, retriesOfError: 5, failuresOfError: 4,
        lastFailureDay: error == nil ? nil : 20_000))
  }

  private func read(_ user: String, _ store: PostgresHistoryStore) async throws -> [LearnedType] {
    let seal = LearnedSeal(userID: user, sealing: store.sealing)
    return try await store.analysts.primary.transaction { (transaction) async throws in
      try await LearnedTypes.read(user, in: transaction).compactMap { try $0.type(seal) }
    }
  }

  @Test("is kept whole, sealed or not, and gone with its type")
  func rows() async throws {
    for ids in [nil, "a"] {
      try await withStore { plain in
        let store = try await plain.another(ids)
        defer { store.close() }
        let types = [
          type("a", error: nil), type("b", error: "no route to secret"), type("c", error: ""),
        ]
        for user in ["alice", "bob"] { try await store.replaceTypes(types, of: user) }
        let read = try await read("alice", store)
        #expect(read.map(\.workflowType) == ["a", "b", "c"])
        #expect(read.map(\.estimate) == types.map(\.estimate))
        #expect(read.map(\.retries) == types.map(\.retries))
        #expect(try await store.everything().contains("secret") == (ids == nil))
        try await store.replaceTypes([type("b", error: nil)], of: "alice")
        let left = try await self.read("alice", store)
        #expect(left.map(\.workflowType) == ["b"])
        #expect(left.map(\.retries.error) == [nil])
        try await store.replaceTypes([], of: "alice")
        #expect(try await self.read("alice", store).isEmpty)
        #expect(try await self.read("bob", store).count == 3)
      }
    }
  }

  @Test("holds retries of the last weeks")
  func retries() async throws {
    try await withStore { store in
      // The second and the third retry the one before.
      let rows = [(9, "no disk"), (8, "no disk"), (7, "no route")].map { run in
        execution(
          at: ago(days: Int64(run.0)), workflow: "wf", status: .failed, error: run.1)
      }
      for row in rows { try await store.saveAll([row]) }
      try await store.learn()
      let history = try #require(try await store.learnedHistory("alice"))
      func retries(_ today: Timestamp) throws -> RetryFigures {
        let types = LearnedType.all(of: history, patterns: [], today: Day(of: today))
        return try #require(types.first { $0.workflowType == "etl" }).retries
      }
      #expect(try retries(testNow).retries == 2)
      #expect(try retries(testNow).failures == 2)
      #expect(try retries(testNow).error == "no disk")
      #expect(try retries(testNow).lastFailureDay == Day(of: ago(days: 7)).number)
      #expect(try retries(testNow.plus(days: 60)) == RetryFigures())
    }
  }
}
