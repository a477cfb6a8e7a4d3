import Testing

@testable import PatternLearning

@Suite("A search for patterns")
struct PatternSearchTests {
  private func rules(_ runs: Runs) throws -> [PatternRule] {
    PatternSearch().patterns(in: try learned(runs.observations)).map(\.rule)
  }

  private func field(_ name: String, _ value: String) -> InputField {
    InputField(path: "$.\(name)", value: .text(value))
  }

  @Test("gives the figures of what it finds")
  func figures() throws {
    var runs = Runs()
    for number in 0..<400 {
      let isBad = number % 4 == 0
      runs.add(
        day: number / 40, hour: number % 24, failed: isBad ? number % 8 == 0 : number % 20 == 1,
        inputs: [field("region", isBad ? "eu" : "us")])
    }
    let pattern = try #require(
      PatternSearch().patterns(in: try learned(runs.observations)).first)
    let evidence = pattern.evidence
    #expect(pattern.rule == .failure(type: "etl", condition: .input(field("region", "eu"))))
    #expect(evidence.support == 50)
    #expect(evidence.trials == 100)
    #expect(evidence.confidence == 0.5)
    #expect(abs(evidence.baseline - 20.0 / 300) < 1e-12)
    #expect(abs(evidence.lift - 0.5 / (70.0 / 400)) < 1e-12)
    #expect(evidence.pValue < 1e-15)
    #expect(evidence.qValue > evidence.pValue && evidence.qValue < 0.05)
    #expect(evidence.firstDay == HistoryGenerator.firstDay)
    #expect(evidence.lastDay == HistoryGenerator.firstDay + 9)
  }

  @Test("tells a cause, not what only goes with it")
  func shadows() throws {
    var generator = SeededGenerator(state: 2)
    var runs = Runs()
    for number in 0..<3_000 {
      let isBad = generator.chance(0.2)
      // The zone is mostly that of the region, and does nothing by itself.
      let isShadow = generator.chance(isBad ? 0.8 : 0.1)
      runs.add(
        day: number / 100, hour: number % 24, failed: generator.chance(isBad ? 0.5 : 0.05),
        inputs: [
          field("region", isBad ? "eu" : "us"), field("zone", isShadow ? "a" : "b"),
        ])
    }
    #expect(
      try rules(runs) == [.failure(type: "etl", condition: .input(field("region", "eu")))])
  }

  @Test("tells two causes of the same failures")
  func twoCauses() throws {
    var generator = SeededGenerator(state: 3)
    var runs = Runs()
    for number in 0..<3_000 {
      let isBad = generator.chance(0.2)
      let hour = Int.random(in: 0..<24, using: &generator)
      runs.add(
        day: number / 100, hour: hour,
        failed: generator.chance(isBad ? 0.5 : hour == 5 ? 0.5 : 0.05),
        inputs: [field("region", isBad ? "eu" : "us")])
    }
    #expect(
      Set(try rules(runs)) == [
        .failure(type: "etl", condition: .input(field("region", "eu"))),
        .failure(type: "etl", condition: .hour(5)),
      ])
  }

  @Test("names the task where an execution takes longer since a day because of one")
  func slowTask() throws {
    var generator = SeededGenerator(state: 4)
    var runs = Runs()
    for day in 0..<30 {
      for _ in 0..<20 {
        let tasks = ["extract", "load"].map { name in
          let isSlow = name == "load" && day >= 12
          return TaskTiming(name: name, seconds: (isSlow ? 15 : 5) * generator.factor(0.3))
        }
        runs.add(day: day, seconds: tasks[0].seconds + tasks[1].seconds, tasks: tasks)
      }
    }
    #expect(
      try rules(runs) == [
        .slowTask(type: "etl", task: "load", day: HistoryGenerator.firstDay + 12)
      ])
  }

  @Test("tells of a change to the better too")
  func improvement() throws {
    var generator = SeededGenerator(state: 5)
    var runs = Runs()
    for day in 0..<30 {
      for _ in 0..<20 {
        runs.add(
          day: day, failed: generator.chance(day < 15 ? 0.4 : 0.05),
          seconds: (day < 10 ? 30 : 10) * generator.factor(0.3))
      }
    }
    #expect(
      Set(try rules(runs)) == [
        .failureChange(type: "etl", day: HistoryGenerator.firstDay + 15, isRise: false),
        .durationChange(type: "etl", day: HistoryGenerator.firstDay + 10, isRise: false),
      ])
  }

  @Test("tells what follows what, not what others follow less for it")
  func sequences() throws {
    var generator = SeededGenerator(state: 6)
    var runs = Runs()
    var last = 0
    for number in 0..<2_000 {
      last = last == 0 && generator.chance(0.8) ? 1 : generator.index([0.4, 0.2, 0.2, 0.2])
      runs.add(["a", "b", "c", "d"][last], day: number / 100)
    }
    #expect(try rules(runs) == [.sequence(first: "a", second: "b")])
  }

  @Test("tells which error is gone when a workflow is tried again")
  func recovery() throws {
    var generator = SeededGenerator(state: 7)
    var runs = Runs()
    for number in 0..<2_000 {
      let error: String? =
        generator.chance(0.3) ? generator.chance(0.5) ? "timeout" : "no such table" : nil
      runs.add(day: number / 100, workflow: "wf-\(number)", failed: error != nil, error: error)
      guard let error, generator.chance(0.5) else { continue }
      let failsAgain = generator.chance(error == "timeout" ? 0.02 : 0.3)
      runs.add(
        day: number / 100, workflow: "wf-\(number)", failed: failsAgain,
        error: failsAgain ? error : nil)
    }
    #expect(try rules(runs) == [.recovery(type: "etl", error: "timeout")])
  }

  @Test("finds nothing in a history of nothing, or of one")
  func emptyHistories() throws {
    #expect(PatternSearch().patterns(in: LearnedHistory(userID: "ada")).isEmpty)
    var runs = Runs()
    runs.add(failed: true)
    #expect(try rules(runs).isEmpty)
  }
}
