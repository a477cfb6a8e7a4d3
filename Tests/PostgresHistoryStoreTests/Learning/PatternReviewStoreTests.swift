import Logging
import Metrics
import MetricsTestKit
import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PatternLearning
@testable import PostgresHistoryStore

@Suite("Patterns that are kept") struct PatternReviewStoreTests {
  @Test("are found, confirmed and retired as history goes on")
  func life() async throws {
    try await withStore { store in
      var planted = Planted()
      planted.weeks = 0..<1
      try await store.saveInOrder(planted.runs())
      try await store.learn()
      #expect(try await store.review().found >= 1)
      let found = try await store.patterns(of: "alice").first { $0.pattern.rule == planted.rule }
      #expect(found?.isActive == true)
      #expect(found?.isValidated == false)
      planted.weeks = 1..<3
      try await store.saveInOrder(planted.runs())
      try await store.learn()
      #expect(try await store.review().confirmed >= 1)
      let confirmed = try await store.patterns(of: "alice").first {
        $0.pattern.rule == planted.rule
      }
      #expect(confirmed?.isValidated == true)
      #expect(confirmed?.firstConfirmed == found?.firstConfirmed)
      #expect(try await store.review() == PatternReviews.Outcome())
    }
  }

  @Test("are those of the user's own executions, whatever others do")
  func tenancy() async throws {
    try await withStore { store in
      let alices = Planted(region: "alice-land")
      let bobs = Planted(type: "bobs", region: "bob-land")
      try await store.saveInOrder(zip(alices.runs(), bobs.runs(user: "bob")).flatMap { [$0, $1] })
      try await store.learn(bite: 50)
      try await store.review()
      let alice = try await store.patterns(of: "alice")
      let bob = try await store.patterns(of: "bob")
      #expect(alice.contains { $0.pattern.rule == alices.rule })
      #expect(bob.contains { $0.pattern.rule == bobs.rule })
      #expect(!alice.contains { $0.pattern.rule.json.contains("bob") })
      #expect(!bob.contains { $0.pattern.rule.json.contains("alice") })
      #expect(try await store.executionsLearned("alice") == ["etl": 361])
      #expect(try await store.executionsLearned("bob") == ["bobs": 361])
    }
  }

  @Test("of a user who is forgotten while they are reviewed stay forgotten")
  func forgottenMeanwhile() async throws {
    try await withStore { store in
      try await store.saveInOrder(Planted().runs())
      try await store.learn()
      let learner = try await store.learner()
      defer { learner.close() }
      // The review waits for the lock, to write what it found.
      let session = try await PostgresConnection.connect(
        to: try await store.options(), pipelining: .separate, on: store.eventLoop)
      defer { session.close() }
      _ = try await session.query(Statement("", "BEGIN"))
      _ = try await session.query(AdvisoryLock.learning.take)
      let review = Call(on: store.eventLoop) { try await learner.review(restingFor: .zero) }
      while try await store.run("SELECT FROM pg_locks WHERE NOT granted").count == 0 {
        await store.eventLoop.sleep(for: .milliseconds(1))
      }
      _ = try await session.query(
        Statement("", "DELETE FROM learned_histories WHERE user_id = 'alice'"))
      _ = try await session.query(Statement("", "COMMIT"))
      #expect(try await review.answer() == PatternReviews.Outcome())
      #expect(try await store.patterns(of: "alice").isEmpty)
    }
  }

  @Test("rest for an hour between reviews, however much comes")
  func rest() async throws {
    try await withStore { store in
      let learner = try await store.learner()
      defer { learner.close() }
      for week in 0..<2 {
        try await store.saveInOrder(Planted(weeks: week..<(week + 1)).runs())
        _ = try await learner.learnAll()
        let outcome = try await learner.review(restingFor: .seconds(3600))
        #expect(outcome.users == (week == 0 ? 1 : 0))
      }
      _ = try await store.run(
        "UPDATE learned_histories SET review_began_at = now() - interval '61 minutes'")
      #expect(try await learner.review(restingFor: .seconds(3600)).users == 1)
    }
  }

  @Test("are counted, also where others change them, and no number while the database is away")
  func counted() async throws {
    try await withStore { store in
      let kit = TestMetrics()
      let learner = try await store.learner()
      defer { learner.close() }
      learner.active = Gauge(label: "active", factory: kit)
      func told() throws -> Double? { try kit.expectGauge("active").lastValue }
      func wait(until isSo: (Double) -> Bool) async throws {
        while try !(told().map(isSo) ?? false) {
          await store.eventLoop.sleep(for: .milliseconds(1))
        }
      }
      try await store.saveInOrder(Planted(weeks: 0..<1).runs())
      try await store.learn()
      try await store.review()
      let count = Double(try await store.patterns(of: "alice").count { $0.isActive })
      var now = Duration.zero
      learner.clock = { now }
      learner.learn(every: .milliseconds(1))
      #expect(try told()?.isNaN == true)
      try await wait { $0 == count }
      _ = try await store.run("UPDATE learning_patterns SET active = false")
      now = .seconds(300)
      try await wait { $0 == 0 }
      _ = try await store.run("ALTER TABLE learned_histories RENAME TO away")
      try await wait(until: \.isNaN)
      _ = try await store.run("UPDATE learning_patterns SET active = true")
      _ = try await store.run("ALTER TABLE away RENAME TO learned_histories")
      try await wait { $0 == count }
      learner.close()
      #expect(try told()?.isNaN == true)
    }
  }

  @Test("show nothing of inputs and errors where they are sealed, and are found all the same")
  func sealed() async throws {
    try await withSealedStore { store in
      let planted = Planted(region: "secret-region")
      try await store.saveInOrder(planted.runs())
      try await store.learn()
      try await store.review()
      let patterns = try await store.patterns(of: "alice")
      let pattern = try #require(patterns.first { $0.pattern.rule == planted.rule })
      let everything = try await store.everything()
      for word in ["secret", "region", "no route", pattern.id] {
        #expect(!everything.contains(word), "\(word)")
      }
      // They are read as they were written, and by other keys after those are put in their place.
      #expect(try await store.seal("ba").executionsLeft == 0)
      let other = try await store.another("b")
      defer { other.close() }
      #expect(try await other.patterns(of: "alice") == patterns)
      #expect(try await other.executionsLearned("alice") == ["etl": 361])
      #expect(try await other.seal("-b").executionsLeft == 0)
      let plain = try await store.another(nil)
      defer { plain.close() }
      #expect(try await plain.patterns(of: "alice").map(\.pattern) == patterns.map(\.pattern))
      #expect(try await plain.everything().contains("secret-region"))
      #expect(try await plain.seal("a").executionsLeft == 0)
      #expect(try await !plain.everything().contains("secret-region"))
      #expect(try await store.patterns(of: "alice").map(\.pattern) == patterns.map(\.pattern))
    }
  }

  @Test("wait for a key that is missing, which is said once")
  func missingKey() async throws {
    try await withSealedStore { store in
      try await store.saveAll([execution(input: JSONDocument("{}"))])
      let plain = try await store.another(nil)
      defer { plain.close() }
      let told = Told()
      let learner = try await plain.learner()
      defer { learner.close() }
      learner.log = .init(label: "test") { _ in TellingHandler(told: told) }
      #expect(await failure(MissingPayloadKey.self) { try await learner.learnAll() }?.keyID == "a")
      learner.learn(every: .milliseconds(1))
      while told.lines.isEmpty { await store.eventLoop.sleep(for: .milliseconds(1)) }
      for _ in 0..<20 { await store.eventLoop.sleep(for: .milliseconds(1)) }
      #expect(told.lines.count == 1)
      #expect(told.lines.first?.contains("the key a") == true)
      learner.close()
      #expect(try await store.learn() == 1)
    }
  }

  @Test("go on without executions that no key opens, where they are learned from their table")
  func lostKey() async throws {
    try await withSealedStore { store in
      try await store.saveAll([execution(input: JSONDocument("{}"))])
      let plain = try await store.another(nil)
      defer { plain.close() }
      try await plain.saveAll([execution(), execution()])
      let counts = try await LearningRun.run(
        from: .table, reviewing: nil, sealing: nil, try await plain.options(),
        on: store.eventLoop)
      #expect(counts.executions == 2)
    }
  }

  @Test("are not held up by those of a user that no key opens")
  func sealedHistory() async throws {
    try await withSealedStore { store in
      // A week that is over, and one that is not.
      let weekAgo = Timestamp(microseconds: testNow.microseconds - 7 * 86_400_000_000)
      func weeks(of user: String) -> [WorkflowExecution] {
        [execution(at: weekAgo, user: user), execution(user: user)]
      }
      try await store.saveInOrder(weeks(of: "alice"))
      try await store.learn()
      let plain = try await store.another(nil)
      defer { plain.close() }
      try await plain.saveInOrder(weeks(of: "bob"))
      try await plain.learn()
      #expect(try await plain.review() == PatternReviews.Outcome(users: 1))
      #expect(try await store.review() == PatternReviews.Outcome(users: 1))
    }
  }
}
