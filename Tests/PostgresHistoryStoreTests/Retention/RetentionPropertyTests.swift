import Postgres
import PostgresTesting
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Retention under random changes") struct RetentionPropertyTests {
  @Test(
    "statistics and metrics of whole days count all that ever was, and totals what is left",
    arguments: zip([4, 2, 3], [FigureLimits(), FigureLimits(), .portions]))
  func everyFigure(seed: UInt64, limits: FigureLimits) async throws {
    try await withStore { store in
      store.figureLimits = limits
      let everything = try await Everything(store)
      defer { everything.store.close() }
      var history = RandomHistory(seed: seed, store)
      for step in 1...600 {
        try await history.change()
        if step.isMultiple(of: 60) {
          let policy = try history.policy()
          let now = history.instant()
          try await everything.keep(what: policy, takesAwayAt: now)
          _ = try await store.retain(policy, now: now)
          try await history.forgetWhatIsGone()
        }
        if step.isMultiple(of: 6) { try await compare(store, everything.store, &history) }
      }
      try await store.fold()
      try await compare(store, everything.store, &history)
      #expect(try await store.check(.verify).differing == 0)
      #expect(try await store.count("dropped") > 50)
    }
  }

  private func compare(
    _ store: PostgresHistoryStore, _ everything: PostgresHistoryStore,
    _ history: inout RandomHistory
  ) async throws {
    var window = history.window()
    // Of a day in part, rollups can't tell which of those that are gone were in the window.
    window.start = Day(of: window.start).start
    window.end = (Day(of: window.end) + 1).start
    let statistics = try await everything.scannedStatistics(window)
    #expect(try await store.statistics(window).snapped(to: statistics) == statistics)
    var metrics = try await everything.scannedMetrics(window)
    var found = try await store.performanceMetrics(window).snapped(to: metrics)
    // Of patterns the samples are gone, and with them when exactly they were seen.
    #expect(found.errorPatterns.map(\.figures) == metrics.errorPatterns.map(\.figures))
    found.errorPatterns = []
    metrics.errorPatterns = []
    for index in found.tips.indices { found.tips[index].sampleIDs = [] }
    for index in metrics.tips.indices { metrics.tips[index].sampleIDs = [] }
    #expect(found == metrics)
    let query = history.totalQuery(of: history.window())
    #expect(try await store.history(query).total == store.scannedTotal(query))
  }
}

extension ErrorPattern {
  fileprivate var figures: [String] { [fingerprint, "\(frequency)", "\(share)", "\(trend)"] }
}

/// A store whose scans also see what retention has taken away.
private struct Everything {
  let store: PostgresHistoryStore
  private let live: PostgresHistoryStore

  init(_ live: PostgresHistoryStore) async throws {
    self.live = live
    for sql in [
      "CREATE TABLE dropped (LIKE workflow_executions)",
      "CREATE SCHEMA everything",
      """
      CREATE VIEW everything.workflow_executions AS
        SELECT * FROM public.workflow_executions UNION ALL SELECT * FROM dropped
      """,
    ] { _ = try await live.run(sql) }
    var options = try await live.options()
    options.conninfo += " options='-c search_path=everything,public'"
    options.settings["search_path"] = "everything,public"
    store = PostgresHistoryStore(options, on: live.eventLoop)
    try await store.connect()
  }

  /// Keeps a copy of what is about to be taken away.
  func keep(what policy: RetentionPolicy, takesAwayAt now: Timestamp) async throws {
    guard let due = DueCondition(policy, at: now) else { return }
    let (statement, parameters) = due.statement([]) { isDue in
      "INSERT INTO dropped SELECT * FROM workflow_executions WHERE \(isDue)"
    }
    _ = try await live.analysts.query(statement, parameters)
  }
}
