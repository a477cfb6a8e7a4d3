import Testing

@testable import PatternLearning

@Suite("A review of patterns")
struct PatternReviewTests {
  private let bad = InputField(path: "$.region", value: .text("eu"))
  private let good = InputField(path: "$.region", value: .text("us"))

  /// Adds forty executions a day, of which each fourth has the bad region.
  private func addWeek(_ week: Int, to runs: inout Runs, badFails: (Int) -> Bool) {
    var generator = SeededGenerator(state: UInt64(week))
    for day in 7 * week..<7 * week + 7 {
      for number in 0..<40 {
        let isBad = number % 4 == 0
        let fails = isBad ? badFails(number / 4) : number % 20 == 1
        let hour = Int.random(in: 0..<24, using: &generator)
        runs.add(day: day, hour: hour, failed: fails, inputs: [isBad ? bad : good])
      }
    }
  }

  /// What is known after each week, when the next has begun.
  private func reviews(_ weeks: [(Int) -> Bool]) throws -> [[LearnedPattern]] {
    var runs = Runs()
    var known: [LearnedPattern] = []
    return try weeks.enumerated().map { week, badFails in
      addWeek(week, to: &runs, badFails: badFails)
      var next = runs
      next.add(day: 7 * week + 7)
      known = PatternReview().review(known, in: try learned(next.observations))
      return known
    }
  }

  private func fails(_ number: Int) -> Bool { number % 2 == 0 }
  private func works(_ number: Int) -> Bool { number == 0 }
  private var rule: PatternRule { .failure(type: "etl", condition: .input(bad)) }

  @Test("finds nothing in a week that is not over")
  func unfinishedWeek() throws {
    var runs = Runs()
    addWeek(0, to: &runs, badFails: fails)
    #expect(PatternReview().review([], in: try learned(runs.observations)).isEmpty)
  }

  @Test("finds a pattern in one week, and validates it in the next")
  func validation() throws {
    let known = try reviews([fails, fails])
    let first = try #require(known[0].first { $0.pattern.rule == rule })
    #expect(first.isActive)
    #expect(!first.isValidated)
    #expect(first.firstConfirmed == HistoryGenerator.firstDay + 6)
    let second = try #require(known[1].first { $0.pattern.rule == rule })
    #expect(second.isActive)
    #expect(second.isValidated)
    #expect(second.id == first.id)
    #expect(second.firstConfirmed == first.firstConfirmed)
    #expect(second.lastConfirmed == HistoryGenerator.firstDay + 13)
    #expect(second.pattern.evidence.trials == 140)
  }

  @Test("retires what later weeks contradict, also what was validated, and takes it up again")
  func retirement() throws {
    let known = try reviews([fails, fails, works, works, fails]).map { patterns in
      patterns.first { $0.pattern.rule == rule }
    }
    #expect(known.map { $0?.isActive } == [true, true, false, false, true])
    #expect(
      known.map { $0?.lastConfirmed }
        == [6, 13, 13, 13, 34].map {
          HistoryGenerator.firstDay + $0
        })
    #expect(Set(known.map { $0?.id }).count == 1)
  }

  @Test("waits where later weeks have too little to say")
  func waiting() throws {
    var runs = Runs()
    addWeek(0, to: &runs, badFails: fails)
    addWeek(1, to: &runs, badFails: fails)
    var history = runs
    history.add(day: 14)
    let known = PatternReview().review([], in: try learned(history.observations))
    for day in 14..<21 { history.add(day: day, inputs: [bad]) }
    history.add(day: 21)
    let later = PatternReview().review(known, in: try learned(history.observations))
    #expect(later.map(\.isActive) == known.map(\.isActive))
    #expect(later.map(\.askedThrough) == known.map(\.askedThrough))
  }

  @Test("takes a change for the same whose day is known better now, and asks what came after it")
  func change() throws {
    var runs = Runs()
    var generator = SeededGenerator(state: 1)
    var known: [LearnedPattern] = []
    var states: [[LearnedPattern]] = []
    for day in 0..<57 {
      if day % 7 == 0, day > 0 {
        runs.add(day: day)
        known = PatternReview().review(known, in: try learned(runs.observations))
        states.append(known.filter { $0.pattern.rule.kind == .durationChange })
      }
      // Slow from day 17 to 41, then as before.
      let seconds = (17..<42).contains(day) ? 20.0 : 10
      for _ in 0..<20 { runs.add(day: day, seconds: seconds * generator.factor(0.3)) }
    }
    #expect(states[1].isEmpty)
    let found = try #require(states[2].first)
    #expect(
      found.pattern.rule
        == .durationChange(
          type: "etl", day: HistoryGenerator.firstDay + 17, isRise: true))
    #expect(states[4].first?.isValidated == true)
    #expect(states[4].first?.id == found.id)
    // Two weeks that are as they were before.
    let last = try #require(states[7].first { $0.id == found.id })
    #expect(!last.isActive)
  }
}
