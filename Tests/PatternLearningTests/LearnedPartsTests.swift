import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("The parts of what is learned")
struct LearnedPartsTests {
  /// What is kept of a history, as a store would.
  private struct Store {
    var head: [UInt8] = []
    var periods: [Int32: LearnedPeriod] = [:]

    mutating func keep(_ history: LearnedHistory) {
      head = history.head
      for week in history.removedPeriods { periods[week] = nil }
      for period in history.changedPeriods { periods[period.weeks.lowerBound] = period }
    }

    /// The history without the periods that end before a week.
    func history(from week: Int32 = .min) throws -> LearnedHistory {
      try LearnedHistory(
        userID: "ada", head: head,
        periods: periods.values.filter { $0.weeks.upperBound >= week }
          .sorted { $0.weeks.lowerBound < $1.weeks.lowerBound })
    }
  }

  @Test("make up the whole history, whatever is written and read between executions")
  func goingOn() throws {
    var generator = HistoryGenerator([.failingRegion(type: 0, region: 1)], seed: 6)
    let observations = generator.history(of: 2_000)
    var store = Store()
    store.keep(LearnedHistory(userID: "ada"))
    for start in stride(from: 0, to: observations.count, by: 90) {
      let bite = observations[start..<min(start + 90, observations.count)]
      let weeks = bite.map(\.week)
      let newest = store.periods.values.map(\.weeks.upperBound).max() ?? .min
      // Only what the bite needs: all, where a week begins.
      var history =
        try (weeks.max() ?? 0) > newest
        ? store.history() : store.history(from: weeks.min() ?? .min)
      for observation in bite { try history.add(observation) }
      store.keep(history)
    }
    #expect(try store.history().encoded == learned(observations).encoded)
  }

  @Test("are written anew only where executions came to them")
  func changes() throws {
    var runs = Runs()
    for week in 0..<4 { runs.add(day: 7 * week) }
    var store = Store()
    store.keep(try learned(runs.observations))
    var later = Runs()
    later.add(day: 22)
    var history = try store.history()
    #expect(history.changedPeriods.isEmpty)
    try history.add(later.observations[0])
    #expect(history.changedPeriods.map(\.weeks) == [history.periods[3].weeks])
    #expect(history.removedPeriods.isEmpty)
  }

  @Test("that were merged or forgotten are removed")
  func removal() throws {
    var runs = Runs()
    for week in 0..<60 { runs.add(day: 7 * week) }
    var store = Store()
    store.keep(LearnedHistory(userID: "ada"))
    for observation in runs.observations {
      var history = try store.history()
      try history.add(observation)
      store.keep(history)
    }
    #expect(try store.history().encoded == learned(runs.observations).encoded)
  }

  @Test("are worth a review when a week is over, or gets what came late")
  func news() throws {
    var runs = Runs()
    for day in [0, 1, 7, 8, 2] { runs.add(day: day) }
    var store = Store()
    store.keep(LearnedHistory(userID: "ada"))
    let news = try runs.observations.map { observation in
      var history = try store.history()
      try history.add(observation)
      store.keep(history)
      return history.hasNewsForReview
    }
    #expect(news == [false, false, true, false, true])
  }

  @Test("of weeks that cross are none of one history")
  func crossingWeeks() throws {
    var runs = Runs()
    for day in [0, 7] { runs.add(day: day) }
    let history = try learned(runs.observations)
    #expect(throws: MalformedBytes.self) {
      try LearnedHistory(
        userID: "ada", head: history.head, periods: history.changedPeriods.reversed())
    }
  }
}
