import Postgres
import PostgresTesting
import Reactor
import Sealing
import WorkflowHistory

@testable import PatternLearning
@testable import PostgresHistoryStore

extension PostgresHistoryStore {
  /// A learner of its database, which opens and seals as the store does.
  func learner(bite: Int = 2000) async throws -> PatternLearner {
    PatternLearner(try await options(), sealing: sealing, bite: bite, on: eventLoop)
  }

  /// Learns from all there is, and tells from how many executions, once nobody else learns.
  ///
  /// - Parameter heldBack: whether a transaction of the test's own keeps it from learning all.
  @discardableResult
  func learn(bite: Int = 2000, heldBack: Bool = false) async throws -> Int {
    while try await run(Self.learning).count > 0 { await eventLoop.sleep(for: .milliseconds(1)) }
    if !heldBack { try await settle() }
    let learner = try await learner(bite: bite)
    defer { learner.close() }
    return try await learner.learnAll()
  }

  /// The learner whose connection was closed goes on in the database for a moment.
  private static let learning = """
    SELECT FROM pg_locks WHERE locktype = 'advisory'
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """

  /// Waits until all that was saved can be learned: of the transactions before, in whichever database
  /// of the cluster, one whose client has gone may go on for a moment.
  func settle() async throws {
    while try await run(Self.heldBack).count > 0 { await eventLoop.sleep(for: .milliseconds(1)) }
  }

  private static let heldBack = """
    SELECT FROM workflow_execution_changes
    WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot()) LIMIT 1
    """

  /// Saves executions as they ended, about a day at a time, and returns when they can be learned.
  func saveInOrder(_ rows: [WorkflowExecution]) async throws {
    let sorted = rows.sorted { $0.id < $1.id }
    for start in stride(from: 0, to: sorted.count, by: 17) {
      try await saveAll(Array(sorted[start..<min(start + 17, sorted.count)]))
    }
    try await settle()
  }

  /// Reviews the patterns of whom there is news.
  @discardableResult
  func review() async throws -> PatternReviews.Outcome {
    let learner = try await learner()
    defer { learner.close() }
    return try await learner.review(restingFor: .zero)
  }

  /// What was learned of a user; nil where that is nothing.
  func learnedHistory(_ user: String) async throws -> LearnedHistory? {
    try await analysts.primary.transaction(mode: .snapshot) { (transaction) async throws in
      try await LearnedHistories.read(user, in: transaction)
        .history(LearnedSeal(userID: user, sealing: self.sealing))
    }
  }

  /// From how many executions of each type of a user was learned.
  func executionsLearned(_ user: String) async throws -> [String: Int64] {
    let history = try await learnedHistory(user)
    return history?.statistics(of: .min ... .max).types.mapValues(\.all.executions) ?? [:]
  }

  /// Puts types in the place of all that are known of a user.
  func replaceTypes(_ types: [LearnedType], of user: String) async throws {
    let seal = LearnedSeal(userID: user, sealing: sealing)
    try await analysts.primary.transaction { (transaction) async throws in
      try await LearnedTypes.replace(LearnedTypes.Sealed(types, seal), of: user, in: transaction)
    }
  }

  /// The patterns of a user, in the order of their ids.
  func patterns(of user: String) async throws -> [LearnedPattern] {
    try await analysts.primary.transaction(mode: .snapshot) { (transaction) async throws in
      let seal = LearnedSeal(userID: user, sealing: self.sealing)
      return try await PatternTable.read(user, in: transaction).compactMap { try $0.pattern(seal) }
    }
  }
}

/// Executions of three weeks and a bit, in which one region fails.
struct Planted {
  var type = "etl"
  var region = "eu-west"
  var weeks = 0..<3

  /// The first Monday.
  private let monday = ago(days: 27)

  /// What they teach.
  var rule: PatternRule {
    .failure(
      type: type,
      condition: .input(InputField(path: "$.region", value: .text(region))))
  }

  /// 120 in each week, and one in the week after.
  func runs(user: String = "alice") -> [WorkflowExecution] {
    var runs: [WorkflowExecution] = []
    for week in weeks {
      for number in 0..<120 {
        let isThere = number % 4 == 0
        runs.append(
          run(
            user, day: week * 7 + number % 7, hour: Int64(number / 5), "wf-\(week)-\(number)",
            isThere ? region : "other-\(number % 4)", fails: isThere && number % 12 != 0))
      }
    }
    let next = weeks.upperBound * 7
    return runs + [run(user, day: next, hour: 0, "wf", "other-1", fails: false)]
  }

  private func run(
    _ user: String, day: Int, hour: Int64, _ workflow: String, _ place: String, fails: Bool
  ) -> WorkflowExecution {
    let noon = monday.plus(days: Int64(day)).microseconds
    let midnight = noon - noon % 86_400_000_000
    let instant = Timestamp(microseconds: midnight + hour * 3_600_000_000)
    return execution(
      at: instant, user: user, workflow: workflow, type: type,
      status: fails ? .failed : .completed, error: fails ? "no route to \(place)" : nil,
      input: JSONDocument(#"{"region": "\#(place)", "rows": 10}"#))
  }
}
