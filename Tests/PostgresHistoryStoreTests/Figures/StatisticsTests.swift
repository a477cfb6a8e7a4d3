import Postgres
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Statistics and metrics") struct StatisticsTests {
  /// Executions over 90 days of several users, types and statuses, with errors and without, and
  /// with durations at, just under and just over the bounds of the classes.
  private func rows(_ count: Int) -> [WorkflowExecution] {
    var generator = SeededGenerator(state: 4711)
    let durations = [0, 5, 5.0.nextDown, 15, 60, 300, 300.0.nextDown, 1e-7, 2.5e-6, 59.723323822]
    return (0..<count).map { index in
      let age = Int64.random(in: 0..<90 * 86_400_000, using: &generator)
      let duration: Double? =
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: nil
        case 1: durations.randomElement(using: &generator)!
        default: Double.random(in: 0..<400, using: &generator)
        }
      let errors = [
        "connection to host \(index) refused", "timeout after \(index) ms", "no such file",
        "bad input", "exit \(index)", "out of memory",
      ]
      let isFailed = Int.random(in: 0..<3, using: &generator) == 0
      return execution(
        at: Timestamp(microseconds: testNow.microseconds - age * 1000),
        user: ["alice", "bob"].randomElement(using: &generator)!,
        type: ["etl", "train", "Étude", "a", "b"].randomElement(using: &generator)!,
        status: isFailed ? .failed : WorkflowStatus.allCases.randomElement(using: &generator)!,
        duration: duration,
        error: isFailed ? errors[Int.random(in: 0..<6, using: &generator)] : nil)
    }
  }

  private func windows(_ rows: [WorkflowExecution]) -> [WindowQuery] {
    let edge = rows.filter { $0.userID == "alice" }.map(\.createdAt).sorted()[rows.count / 8]
    var windows: [WindowQuery] = []
    for user in ["alice", "bob", "nobody"] {
      for type in [nil, "etl", "nothing"] as [String?] {
        for days in [1, 7, 30, 365] {
          windows.append(
            WindowQuery(
              userID: user, workflowType: type,
              start: Timestamp(
                microseconds: testNow.microseconds - Int64(days) * 86_400_000_000),
              end: testNow))
        }
      }
    }
    // A window that begins, and one that ends, at an execution and a microsecond to each side.
    for shift in -1...1 as ClosedRange<Int64> {
      let instant = Timestamp(microseconds: edge.microseconds + shift)
      windows.append(
        WindowQuery(userID: "alice", workflowType: nil, start: instant, end: testNow))
      windows.append(
        WindowQuery(
          userID: "alice", workflowType: nil, start: Timestamp(microseconds: 0), end: instant))
    }
    return windows
  }

  @Test(
    "they are those of a plain scan, percentiles to within 1%, whatever part has been folded",
    arguments: [0, 0.6, 1])
  func oracle(folded: Double) async throws {
    let rows = rows(4000)
    let oracle = Oracle(rows: rows)
    try await withStore { store in
      let split = Int(Double(rows.count) * folded)
      try await store.saveAll(Array(rows[..<split]))
      try await store.fold()
      try await store.saveAll(Array(rows[split...]))
      for window in windows(rows) {
        let statistics = oracle.statistics(window)
        #expect(try await store.statistics(window).snapped(to: statistics) == statistics)
        let metrics = try await store.performanceMetrics(window)
        let expected = oracle.metrics(window)
        #expect(metrics.speedClasses == expected.speedClasses)
        #expect(metrics.errorPatterns == expected.errorPatterns)
        let snapped = metrics.snapped(to: expected)
        #expect(snapped.efficiencyTrend == expected.efficiencyTrend)
        #expect(snapped.daily == expected.daily)
        #expect(metrics.tips == expected.tips)
      }
    }
  }

  @Test("errors are counted right however many messages they have")
  func manyErrors() async throws {
    try await withStore { store in
      let rows = (0..<2500).map { index in
        execution(
          at: Timestamp(microseconds: testNow.microseconds - Int64(index + 1) * 1000),
          status: .failed, error: index.isMultiple(of: 5) ? "rare" : "step \(index) failed")
      }
      try await store.saveAll(rows)
      let window = WindowQuery(
        userID: "alice", workflowType: nil,
        start: Timestamp(microseconds: testNow.microseconds - 86_400_000_000), end: testNow)
      let patterns = try await store.performanceMetrics(window).errorPatterns
      #expect(patterns.map(\.frequency) == [2000, 500])
      #expect(patterns.map(\.fingerprint) == ["step <n> failed", "rare"])
      #expect(patterns.map(\.trend) == [.new, .new])
    }
  }

  @Test("durations too long to add up stop at the largest sum instead of failing")
  func enormousDurations() async throws {
    try await withStore { store in
      try await store.saveAll((0..<3).map { _ in execution(duration: 1e308) })
      let window = WindowQuery(
        userID: "alice", workflowType: nil, start: Timestamp(microseconds: 0),
        end: Timestamp(microseconds: testNow.microseconds + 1000))
      let figures = try await store.statistics(window).all
      #expect(figures.durationSumMicroseconds == .max)
      #expect(abs((figures.p99DurationSeconds ?? 0) - 1e308) <= 1e306)
      let classes = try await store.performanceMetrics(window).speedClasses
      #expect(classes.last?.executions == 3)
    }
  }
}
