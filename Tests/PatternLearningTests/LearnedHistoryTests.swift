import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("What is learned of a user")
struct LearnedHistoryTests {
  @Test("is never another user's")
  func foreignObservations() throws {
    var mine = Runs()
    mine.add()
    var history = try learned(mine.observations)
    let before = history.encoded
    var others = Runs()
    others.add(user: "eve")
    #expect(throws: ForeignObservation.self) { try history.add(others.observations[0]) }
    #expect(history.encoded == before)
  }

  @Test("goes on from its bytes as if it had never stopped")
  func encoding() throws {
    var generator = HistoryGenerator(
      [.failingRegion(type: 0, region: 1), .recovery(type: 2)], seed: 4)
    let observations = generator.history(of: 3_000)
    let whole = try learned(observations)
    let half = try learned(Array(observations[..<1_500]))
    var resumed = try LearnedHistory(encoded: half.encoded)
    for observation in observations[1_500...] { try resumed.add(observation) }
    #expect(resumed.encoded == whole.encoded)
    #expect(PatternSearch().patterns(in: resumed) == PatternSearch().patterns(in: whole))
    #expect(!PatternSearch().patterns(in: whole).isEmpty)
  }

  @Test("is not read from bytes that are none, and nothing else happens", arguments: 0..<5)
  func malformedBytes(seed: Int) throws {
    var generator = SeededGenerator(state: UInt64(seed))
    var histories = HistoryGenerator([], seed: 1)
    let bytes = try learned(histories.history(of: 200)).encoded
    for _ in 0..<10 {
      var changed = bytes
      for _ in 0..<3 {
        changed[.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      if let history = try? LearnedHistory(encoded: changed) {
        _ = PatternSearch().patterns(in: history)
        _ = PatternReview().review([], in: history)
      }
      let short = bytes.prefix(.random(in: 0..<bytes.count, using: &generator))
      #expect(throws: MalformedBytes.self) { try LearnedHistory(encoded: Array(short)) }
    }
  }

  @Test("is the same whether it is added at once or merged from periods")
  func merging() throws {
    var generator = HistoryGenerator([], seed: 5)
    let history = try learned(generator.history(of: 2_000))
    let all = history.statistics(of: .min ... .max)
    #expect(history.periods.count > 4)
    #expect(all.types.values.reduce(0) { $0 + $1.all.executions } == 2_000)
    var once = TypeStatistics()
    for (_, statistics) in all.types.sorted(by: { $0.key < $1.key }) { once.merge(statistics) }
    #expect(once.all.executions == 2_000)
    #expect(once.hours.reduce(0) { $0 + $1.executions } == 2_000)
    #expect(once.series.days.reduce(0) { $0 + $1.executions } == 2_000)
    #expect(once.series.days.map(\.day) == once.series.days.map(\.day).sorted())
  }

  @Test("keeps weeks apart while they are new, and forgets what is old")
  func periods() throws {
    var runs = Runs()
    for week in 0..<60 { runs.add(day: 7 * week) }
    let history = try learned(runs.observations)
    let lengths = history.periods.map { Int($0.weeks.upperBound - $0.weeks.lowerBound) + 1 }
    #expect(lengths.suffix(3) == [1, 1, 1])
    #expect(lengths == lengths.sorted(by: >))
    #expect(lengths.reduce(0, +) <= LearnedHistory.weeksKept)
    #expect(lengths.reduce(0, +) > LearnedHistory.weeksKept / 2)
    for (earlier, later) in zip(history.periods, history.periods.dropFirst()) {
      #expect(earlier.weeks.upperBound + 1 == later.weeks.lowerBound)
    }
  }

  @Test("takes what comes late into the period next to it")
  func lateObservations() throws {
    var runs = Runs()
    for day in [0, 30, 8, 31, 1] { runs.add(day: day) }
    let history = try learned(runs.observations)
    #expect(history.periods.map { $0.statistics.types["etl"]?.all.executions } == [2, 3])
  }

  @Test("has room for so many types, and says how many executions were of others")
  func types() throws {
    var runs = Runs()
    for number in 0..<100 { runs.add("type-\(number)") }
    let history = try learned(runs.observations)
    #expect(history.executionsLeftOut == Int64(100 - HistoryStatistics.mostTypes))
  }

  @Test("grows no further with ids in the input, or with more executions")
  func bounds() throws {
    var runs = Runs()
    for number in 0..<4_000 {
      runs.add(inputs: [InputField(path: "$.id", value: .text("id-\(number)"))])
    }
    let half = try learned(Array(runs.observations[..<2_000])).encoded.count
    let whole = try learned(runs.observations).encoded.count
    #expect(whole < half + 100)
  }

  @Test("knows a retry by the last outcome of the same workflow")
  func retries() throws {
    var runs = Runs()
    runs.add(workflow: "a", failed: true)
    runs.add(workflow: "b")
    runs.add(workflow: "a", failed: true)
    runs.add(workflow: "a")
    runs.add(workflow: "a")
    let figures = try learned(runs.observations).periods[0].statistics.types["etl"]
    #expect(figures?.retries.executions == 2)
    #expect(figures?.retries.failures == 1)
  }

  @Test("remembers the latest failures only")
  func recentFailures() {
    var failures = RecentFailures()
    let failure = RecentFailures.Failure(error: "timeout")
    for number in 0..<20_000 { _ = failures.note("wf-\(number)", failure) }
    let outcomes = [("wf-1", nil), ("wf-19999", nil), ("wf-19999", nil), ("wf-17000", failure)]
      .map { failures.note($0.0, $0.1) == failure }
    #expect(outcomes == [false, true, false, true])
  }
}
