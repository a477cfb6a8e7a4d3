import Postgres
import PostgresTesting
import Testing
import WorkflowHistory

@testable import PatternLearning
@testable import PostgresHistoryStore

@Suite("Estimates") struct EstimateTests {
  /// Runs of three weeks and a bit: of 10 s and more, but of 100 s and more in one region.
  private func runs(user: String = "alice", type: String = "etl", region: String = "eu")
    -> [WorkflowExecution]
  {
    var planted = Planted(type: type, region: region).runs(user: user)
    for (index, row) in planted.enumerated() {
      let isThere = row.inputData?.text.contains(region) == true
      planted[index].status = .completed
      planted[index].errorMessage = nil
      planted[index].durationSeconds = (isThere ? 100 : 10) * (1 + Double(index * 7 % 20) / 20)
    }
    return planted
  }

  private func query(
    _ region: String = "other-1", user: String = "alice", type: String = "etl"
  ) -> EstimateQuery {
    EstimateQuery(
      userID: user, workflowType: type,
      inputs: [InputField(path: "$.region", value: .text(region))], createdAt: testNow,
      now: testNow)
  }

  private func fill(_ store: PostgresHistoryStore, _ rows: [WorkflowExecution]) async throws {
    try await store.saveInOrder(rows)
    try await store.learn()
    try await store.review()
  }

  @Test("tell executions apart by what was learned, each user's by their own alone")
  func learned() async throws {
    try await withStore { store in
      try await fill(store, runs() + runs(user: "bob", region: "us"))
      for (user, slow) in [("alice", "eu"), ("bob", "us")] {
        let there = try await store.estimate(query(slow, user: user))
        let elsewhere = try await store.estimate(query("other-1", user: user))
        #expect((100...200).contains(try #require(there.p50DurationSeconds)))
        #expect((180...200).contains(try #require(there.p90DurationSeconds)))
        #expect((15...20).contains(try #require(elsewhere.p90DurationSeconds)))
        #expect(there.conditions == [#"whose input has $.region = "\#(slow)""#])
        #expect(there.durationSupport == 90)
        #expect(there.failureSupport == 361)
        #expect(try #require(there.failureProbability) < 0.01)
      }
      let stranger = try await store.estimate(query("eu", user: "carol"))
      #expect(stranger == ExecutionEstimate(workflowType: "etl"))
      #expect(
        try await store.estimate(query(type: "etl2")) == ExecutionEstimate(workflowType: "etl2"))
    }
  }

  @Test("are made anew while a week goes on, once in an hour at most")
  func reviews() async throws {
    try await withStore { store in
      func support() async throws -> Int64 { try await store.estimate(query()).durationSupport }
      let rows = (0..<30).map { _ in execution() }
      try await store.saveAll(Array(rows[..<10]))
      try await store.learn()
      #expect(try await store.review() == PatternReviews.Outcome())
      #expect(try await support() == 10)
      #expect(try await store.estimate(query()).conditions == [])
      let learner = try await store.learner()
      defer { learner.close() }
      try await store.saveAll(Array(rows[10...]))
      _ = try await learner.learnAll()
      _ = try await learner.review(restingFor: .seconds(3600))
      #expect(try await support() == 10)
      _ = try await store.run(
        "UPDATE learned_histories SET review_began_at = now() - interval '61 minutes'")
      _ = try await learner.review(restingFor: .seconds(3600))
      #expect(try await support() == 30)
    }
  }

  @Test("of what nothing is learned of rest on its last 30 days, folded or not, and say so")
  func fallback() async throws {
    try await withStore { store in
      let rows =
        (1...90).map { execution(at: ago(days: 29 - $0 % 30), duration: Double($0)) }
        + (1...9).map { _ in execution(status: .failed, duration: 1000, error: "no disk") }
        + [
          execution(at: ago(days: 30), duration: 5000), execution(type: "other", duration: 5000),
          execution(user: "bob", duration: 5000), execution(status: .running, duration: nil),
        ]
      try await store.saveAll(Array(rows.dropLast(70)))
      try await store.fold()
      try await store.saveAll(Array(rows.suffix(70)))
      for isFolded in [false, true] {
        if isFolded { try await store.fold() }
        let estimate = try await store.estimate(query())
        #expect(estimate.durationSupport == 99)
        #expect(abs(try #require(estimate.p50DurationSeconds) / 50 - 1) < 0.01)
        #expect(abs(try #require(estimate.p90DurationSeconds) / 90 - 1) < 0.01)
        #expect(estimate.failureProbability == 9.5 / 100)
        #expect(estimate.failureSupport == 99)
        #expect(
          estimate.conditions == [
            "of the last 30 days", "with the durations of all of them, also of those that failed",
          ])
      }
    }
  }

  @Test("say what a running execution is against those that it is like")
  func running() async throws {
    try await withStore { store in
      try await fill(store, runs())
      var query = query()
      let expected: [(Int64, ClosedRange<Double>)] = [(1, 100...100), (15, 30...60), (300, 0...0)]
      for (seconds, longer) in expected {
        query.runningSince = Timestamp(microseconds: testNow.microseconds - seconds * 1_000_000)
        let running = try #require(try await store.estimate(query).running)
        #expect(running.elapsedSeconds == Double(seconds))
        #expect(longer.contains(try #require(running.longerPercent)))
      }
    }
  }

  @Test("show nothing of inputs where they are sealed, and wait for a key that is missing")
  func sealed() async throws {
    try await withSealedStore { store in
      try await fill(store, runs(region: "secret-region"))
      let estimate = try await store.estimate(query("secret-region"))
      #expect(estimate.conditions.first?.contains("secret-region") == true)
      #expect(try await !store.everything().contains("secret"))
      let plain = try await store.another(nil)
      defer { plain.close() }
      #expect(try await code { try await plain.estimate(query()) } == .internal)
      #expect(try await store.seal("ba").executionsLeft == 0)
      let other = try await store.another("b")
      defer { other.close() }
      #expect(try await other.estimate(query("secret-region")) == estimate)
      #expect(try await code { try await store.estimate(query()) } == .internal)
    }
  }

  @Test("that were changed in the database, or moved there, are an error of the operator's")
  func damaged() async throws {
    for ids in [nil, "a"] {
      try await withStore { plain in
        let store = try await plain.another(ids)
        defer { store.close() }
        try await fill(store, runs() + runs(type: "report"))
        let other = "(SELECT estimate FROM learned_types WHERE workflow_type = 'etl')"
        let change = ids == nil ? "'\\x07'" : other
        _ = try await store.run(
          "UPDATE learned_types SET estimate = \(change) WHERE workflow_type = 'report'")
        #expect(try await code { try await store.estimate(query(type: "report")) } == .internal)
        #expect(try await store.estimate(query()).durationSupport > 0)
      }
    }
  }
}
