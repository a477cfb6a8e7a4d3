import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("A pattern of errors")
struct ErrorPatternTests {
  private let eu = Condition.input(InputField(path: "$.region", value: .text("eu")))

  /// 3,000 executions, of which a fifth is of the region "eu"; what fails there and elsewhere ends
  /// with the error "timeout" at these rates, and with "no such table" at those.
  private func rules(
    timeouts: (eu: Double, others: Double), missingTables: (eu: Double, others: Double)
  ) throws -> Set<PatternRule> {
    var generator = SeededGenerator(state: 4)
    var runs = Runs()
    for number in 0..<3_000 {
      let isEU = generator.chance(0.2)
      let timesOut = generator.chance(isEU ? timeouts.eu : timeouts.others)
      let lacksTable = generator.chance(isEU ? missingTables.eu : missingTables.others)
      // The zone is mostly that of the region, and does nothing by itself.
      let isShadow = generator.chance(isEU ? 0.8 : 0.1)
      runs.add(
        day: number / 100, hour: number % 24, failed: timesOut || lacksTable,
        error: timesOut ? "timeout" : lacksTable ? "no such table" : nil,
        inputs: [
          InputField(path: "$.region", value: .text(isEU ? "eu" : "us")),
          InputField(path: "$.zone", value: .text(isShadow ? "a" : "b")),
        ])
    }
    return Set(PatternSearch().patterns(in: try learned(runs.observations)).map(\.rule))
  }

  @Test("names the value that causes an error where it fails no more often than others")
  func sameFailureRate() throws {
    #expect(
      try rules(timeouts: (0.2, 0.02), missingTables: (0, 0.18)).contains(
        .error(type: "etl", error: "timeout", condition: eu)))
  }

  @Test("stands beside one of failures where the error has a larger share of them")
  func largerShare() throws {
    #expect(
      try rules(timeouts: (0.3, 0.02), missingTables: (0.05, 0.05)) == [
        .failure(type: "etl", condition: eu),
        .error(type: "etl", error: "timeout", condition: eu),
      ])
  }

  @Test("is not told where each error comes more often, as failures do")
  func sameShare() throws {
    #expect(
      try rules(timeouts: (0.2, 0.03), missingTables: (0.2, 0.03)) == [
        .failure(type: "etl", condition: eu)
      ])
  }

  @Test(
    "is confirmed by later weeks, or retired where they do not show it", arguments: [true, false])
  func review(stays: Bool) throws {
    var generator = SeededGenerator(state: 5)
    var runs = Runs()
    for number in 0..<6_000 {
      let isEU = generator.chance(0.3)
      let day = number / 200
      let timesOut = generator.chance(isEU && (stays || day < 14) ? 0.2 : 0.03)
      runs.add(
        day: day, hour: number % 24, failed: timesOut || generator.chance(0.05),
        error: timesOut ? "timeout" : "no such table",
        inputs: [InputField(path: "$.region", value: .text(isEU ? "eu" : "us"))])
    }
    let first = runs.observations.filter { $0.day < HistoryGenerator.firstDay + 15 }
    let known = PatternReview().review([], in: try learned(first))
    let rule = PatternRule.error(type: "etl", error: "timeout", condition: eu)
    #expect(known.contains { $0.pattern.rule == rule && $0.isActive && !$0.isValidated })
    let reviewed = PatternReview().review(known, in: try learned(runs.observations))
    let later = try #require(reviewed.first { $0.pattern.rule == rule })
    #expect(later.isActive == stays)
    #expect(later.isValidated == stays)
  }

  @Test("is not looked for in figures that contradict each other, as bytes may hold them")
  func contradictions() {
    #expect(!ContingencyTable(both: 0, condition: -1, outcome: 1, total: 1).isConsistent)
    #expect(!ContingencyTable(both: 0, condition: 1, outcome: -1, total: 1).isConsistent)
    #expect(!ContingencyTable(both: 2, condition: 1, outcome: 1, total: 1).isConsistent)
    #expect(ContingencyTable(both: 0, condition: 0, outcome: 0, total: 0).isConsistent)
  }

  @Test("rests on counts that are never too high for a condition, nor too low for all")
  func boundedCounts() {
    var generator = SeededGenerator(state: 6)
    var tables = [ErrorTable(), ErrorTable()]
    var tallies = [ErrorTally(), ErrorTally()]
    var counts: [String: Int64] = [:]
    for number in 0..<4_000 {
      let error = "error \(Int(40 * generator.factor(1).squareRoot()) % 60)"
      let key = ErrorTable.key(of: error)
      tables[number % 2].add(error, key: key)
      tallies[number % 2].add(key)
      counts[error, default: 0] += 1
    }
    tables[0].merge(tables[1])
    tallies[0].merge(tallies[1])
    #expect(tables[0].entries.count == ErrorTally.capacity)
    for _ in 0..<200 {
      for number in 0..<8 { tallies[0].add(UInt64(number % 2 == 0 ? 1 : 1_000 + number)) }
    }
    // One that is new, and is every second failure, has its place after a few.
    #expect((700...800).contains(tallies[0].count(of: 1)))
    for (error, count) in counts {
      let key = ErrorTable.key(of: error)
      #expect(tables[0].count(of: key) >= count)
      #expect(tallies[0].count(of: key) <= count)
    }
  }
}
