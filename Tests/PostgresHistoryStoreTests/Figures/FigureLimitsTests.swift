import Postgres
import Reactor
import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("Statistics and metrics of very many types") struct FigureLimitsTests {
  private let window = WindowQuery(
    userID: "alice", workflowType: nil,
    start: Timestamp(microseconds: testNow.microseconds - 30 * 86_400_000_000),
    end: Timestamp(microseconds: testNow.microseconds + 1000))

  /// Types of one execution each, and a few of more, one of which has the first of all.
  private var rows: [WorkflowExecution] {
    (0..<60).map { (index: Int) -> WorkflowExecution in
      let age = Int64((index * 7) % 60) * 3_600_000_000
      return execution(
        at: Timestamp(microseconds: testNow.microseconds - age),
        type: index < 50 ? "t\(10 + index)" : "common \(index % 3)", duration: Double(index),
        error: index.isMultiple(of: 2)
          ? "error \(Character(UnicodeScalar(UInt8(65 + index))))" : nil)
    }
  }

  @Test(
    "the most frequent types are listed, ties by name, and the whole is of all of them",
    arguments: [FigureLimits(), .portions])
  func listed(limits: FigureLimits) async throws {
    try await withStore { store in
      var limits = limits
      limits.types = 5
      store.figureLimits = limits
      let rows = rows
      try await store.saveAll(Array(rows[..<40]))
      try await store.fold()
      try await store.saveAll(Array(rows[40...]))
      let whole = try await store.scannedStatistics(window)
      let statistics = try await store.statistics(window)
      #expect(statistics.typeCount == 53)
      #expect(
        statistics.byType.map(\.workflowType)
          == ["common 2", "common 0", "common 1", "t10", "t11"])
      #expect(statistics.all.total == 60)
      var expected = whole
      expected.byType = Array(whole.byType.prefix(5))
      #expect(statistics.snapped(to: expected) == expected)
      // The first and the last of all are of types that are not listed.
      #expect(statistics.all.firstExecutionAt == rows.map(\.createdAt).min())
      let listed = statistics.byType.compactMap(\.figures.firstExecutionAt).min()
      #expect(statistics.all.firstExecutionAt != listed)
    }
  }

  @Test("the first of all is also one that retention has dropped, of a type that is not listed")
  func dropped() async throws {
    try await withStore { store in
      store.figureLimits.types = 1
      let old = execution(at: testNow.plus(days: -9), type: "old")
      try await store.saveAll([old] + (0..<2).map { _ in execution() })
      try await store.fold()
      _ = try await store.retain(try RetentionPolicy([.init(seconds: 86_400)]), now: testNow)
      let statistics = try await store.statistics(window)
      #expect(statistics.byType.map(\.workflowType) == ["etl"])
      #expect(statistics.typeCount == 2)
      #expect(statistics.all.total == 3)
      #expect(statistics.all.firstExecutionAt == old.createdAt)
    }
  }

  @Test("rollups too large to be read with all others are counted like them")
  func largeRollups() async throws {
    try await withStore { store in
      store.figureLimits.bytesAtOnce = 30
      let rows = rows
      try await store.saveAll(
        rows + rows.map { execution(at: $0.createdAt, error: $0.errorMessage) })
      try await store.fold()
      let statistics = try await store.scannedStatistics(window)
      #expect(try await store.statistics(window).snapped(to: statistics) == statistics)
      let metrics = try await store.scannedMetrics(window)
      #expect(try await store.performanceMetrics(window).snapped(to: metrics) == metrics)
    }
  }

  @Test("a window of too much is refused, with words that say what to do; a smaller one is not")
  func refused() async throws {
    try await withStore { store in
      try await store.saveAll(rows)
      store.figureLimits = .portions
      store.figureLimits.parts = 50
      for ask in figures(of: store) {
        let refusal = try await refusal { try await ask(window) }
        #expect(refusal?.code == .resourceExhausted)
        #expect(
          refusal?.message == """
            the window has more than 50 figures of a workflow_type and day: ask for fewer days, or \
            for one workflow_type
            """)
        var smaller = window
        smaller.workflowType = "common 1"
        #expect(try await self.refusal { try await ask(smaller) } == nil)
      }
    }
  }

  @Test("more different errors than memory is given for are refused", arguments: [0, 60])
  func errorsRefused(folded: Int) async throws {
    try await withStore { store in
      try await store.saveAll(rows)
      if folded > 0 { try await store.fold() }
      store.figureLimits.errorBytes = 10 * 168
      let refusal = try await refusal { try await store.performanceMetrics(window) }
      #expect(refusal?.code == .resourceExhausted)
      #expect(refusal?.message.hasPrefix("the window has more than 10 different errors: ") == true)
      store.figureLimits.errorBytes = 30 * 168
      #expect(try await store.performanceMetrics(window).errorPatterns.count == 5)
    }
  }

  @Test(
    "the loop goes on with other work after each portion", arguments: [FigureLimits(), .portions])
  func turns(limits: FigureLimits) async throws {
    try await withStore { store in
      try await store.saveAll(rows)
      var limits = limits
      limits.portion = 3
      let reader = FigureReader(
        parts: FigureParts(
          window,
          RollupSpan(
            from: DayCut(at: window.start, reading: .shorter),
            to: DayCut(at: window.end, reading: .after))),
        limits: limits, eventLoop: store.eventLoop)
      var turn = 0
      var isRead = false
      let other = store.eventLoop.start {
        while !isRead {
          turn += 1
          await store.eventLoop.sleep(for: .zero)
        }
      }
      var partsByTurn: [Int: Int] = [:]
      try await store.analysts.transaction { transaction in
        partsByTurn = [:]
        try await reader.read(in: transaction, byType: true) { _ in
          partsByTurn[turn, default: 0] += 1
        }
      }
      isRead = true
      await other.wait()
      #expect(partsByTurn.values.reduce(0, +) == 60)
      #expect(partsByTurn.values.max() == 3)
    }
  }

  private func figures(of store: PostgresHistoryStore) -> [(WindowQuery) async throws -> Void] {
    [
      { _ = try await store.statistics($0) }, { _ = try await store.performanceMetrics($0) },
    ]
  }

  private func refusal(_ body: () async throws -> some Any) async throws -> HistoryError? {
    do {
      _ = try await body()
      return nil
    } catch let error as HistoryError {
      return error
    }
  }
}

extension FigureLimits {
  /// Whatever is more than a little is read in portions.
  static let portions = FigureLimits(partsAtOnce: 7, bytesAtOnce: 60, portion: 5)
}
