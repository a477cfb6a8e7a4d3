import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("An estimate")
struct EstimateModelTests {
  private let noon = Timestamp(
    microseconds: (Int64(HistoryGenerator.firstDay) * 24 + 12) * 3_600_000_000)

  private func field(_ name: String, _ value: String) -> InputField {
    InputField(path: "$.\(name)", value: .text(value))
  }

  private func known(
    _ rule: PatternRule, lnP: Double = -20, isActive: Bool = true
  ) -> LearnedPattern {
    let evidence = PatternEvidence(
      support: 50, trials: 50, value: 1, baseline: 1, confidence: 1, lift: 1, lnP: lnP,
      firstDay: HistoryGenerator.firstDay, lastDay: HistoryGenerator.firstDay)
    return LearnedPattern(
      id: "", pattern: Pattern(rule: rule, evidence: evidence), firstConfirmed: 0,
      lastConfirmed: 0, isValidated: true, isActive: isActive, askedThrough: 0)
  }

  private func isAbout(_ value: Double?, _ expected: Double) -> Bool {
    value.map { abs($0 - expected) <= 0.01 * expected } ?? false
  }

  /// 60 executions of 10 s and more in the region "us", 30 of 100 s and more in "eu", of which a
  /// third fails besides.
  private var regions: Runs {
    var runs = Runs()
    for number in 0..<90 {
      let isSlow = number % 3 == 0
      let step = Double(number / 3 * 7 % 30)
      runs.add(
        day: number / 10, seconds: isSlow ? 100 + step : 10 + step / 10,
        inputs: [field("region", isSlow ? "eu" : "us")])
      if number % 9 == 0 {
        runs.add(day: number / 10, failed: true, inputs: [field("region", "eu")])
      }
    }
    return runs
  }

  @Test("of figures alone is by their ranks, and says how many there are")
  func plainFigures() {
    var histogram = DurationHistogram()
    for seconds in 1...99 { histogram.add(Double(seconds)) }
    let estimate = EstimateModel(durations: histogram, failed: 1, ended: 100)
      .estimate(inputs: [], at: noon)
    #expect(isAbout(estimate.p50DurationSeconds, 50))
    #expect(isAbout(estimate.p90DurationSeconds, 90))
    #expect(estimate.durationSupport == 99)
    #expect(estimate.failureProbability == 1.5 / 101)
    #expect(estimate.failureSupport == 100)
    #expect(estimate.conditions.isEmpty)
    #expect(estimate.longerShare(than: 74.5) == 25.0 / 99)
    #expect(estimate.longerShare(than: 0) == 1)
    #expect(estimate.longerShare(than: 1e9) == 0)
  }

  @Test("of a p90 keeps nine in ten of what comes next, also where little has come")
  func exactRanks() {
    for count in [9, 10, 19, 29, 99] {
      let table = DurationTable((1...count).map { RoundedDuration(Double($0)) })
      let rank = (table.bound(percent: 90) ?? 0).rounded()
      // Where n + 1 durations are alike, the last is within the r-th of the others r in n + 1 times.
      #expect(rank / Double(count + 1) >= 0.9)
      #expect((rank - 1) / Double(count + 1) < 0.9)
    }
    #expect(DurationTable([RoundedDuration(7)]).bound(percent: 90) == 7)
  }

  @Test("of nothing is nothing")
  func noFigures() {
    let estimate = EstimateModel(durations: DurationHistogram(), failed: 0, ended: 0)
      .estimate(inputs: [], at: noon)
    #expect(estimate.p50DurationSeconds == nil)
    #expect(estimate.p90DurationSeconds == nil)
    #expect(estimate.longerShare(than: 1) == nil)
    #expect(estimate.failureProbability == nil)
    #expect(EstimateModel.models(of: LearnedHistory(userID: "ada"), patterns: []).isEmpty)
  }

  @Test("is of executions that meet the same conditions, and says which these are")
  func conditions() throws {
    let eu = Condition.input(field("region", "eu"))
    let model = try #require(
      EstimateModel.models(
        of: try learned(regions.observations),
        patterns: [
          known(.duration(type: "etl", condition: eu)),
          known(.failure(type: "etl", condition: eu)),
        ])["etl"])
    let slow = model.estimate(inputs: [field("region", "eu")], at: noon)
    #expect(isAbout(slow.p50DurationSeconds, 115))
    #expect(isAbout(slow.p90DurationSeconds, 127))
    #expect(slow.durationSupport == 30)
    #expect(slow.failureProbability == 10.5 / 41)
    #expect(slow.conditions == [#"whose input has $.region = "eu""#])
    let fast = model.estimate(inputs: [field("region", "us")], at: noon)
    #expect(isAbout(fast.p50DurationSeconds, 11.4))
    #expect(fast.durationSupport == 60)
    #expect(fast.failureProbability == 0.5 / 61)
    #expect(fast.conditions == [#"apart from those whose input has $.region = "eu""#])
  }

  @Test("is of all executions of the type where patterns are retired, or of another type")
  func otherPatterns() throws {
    let eu = Condition.input(field("region", "eu"))
    let models = EstimateModel.models(
      of: try learned(regions.observations),
      patterns: [
        known(.duration(type: "etl", condition: eu), isActive: false),
        known(.duration(type: "report", condition: eu)),
        known(.duration(type: "etl", condition: .preceding("etl"))),
      ])
    let estimate = models["etl"]?.estimate(inputs: [field("region", "eu")], at: noon)
    #expect(models.keys.sorted() == ["etl"])
    #expect(estimate?.durationSupport == 90)
    #expect(estimate?.failureSupport == 100)
    #expect(estimate?.conditions == [])
  }

  @Test("leaves those together with others that are too few")
  func smallCells() throws {
    var runs = Runs()
    for number in 0..<60 { runs.add(day: number / 10, hour: number < 5 ? 3 : 12) }
    let models = EstimateModel.models(
      of: try learned(runs.observations),
      patterns: [known(.duration(type: "etl", condition: .hour(3)))])
    let night = Timestamp(microseconds: noon.microseconds - 9 * 3_600_000_000)
    let estimate = models["etl"]?.estimate(inputs: [], at: night)
    #expect(estimate?.durationSupport == 60)
    #expect(estimate?.conditions == [])
  }

  @Test("is of how long executions take since a change, and says that older ones are restated")
  func changes() throws {
    var generator = SeededGenerator(state: 1)
    var runs = Runs()
    for day in 0..<30 {
      for _ in 0..<10 {
        let isLater = day >= 20
        runs.add(
          day: day, failed: generator.chance(isLater ? 0.5 : 0.02),
          seconds: (isLater ? 40 : 10) * generator.factor(0.2))
      }
    }
    let estimate = try #require(
      EstimateModel.models(of: try learned(runs.observations), patterns: [])["etl"]
    )
    .estimate(inputs: [], at: noon)
    #expect((36...44).contains(estimate.p50DurationSeconds ?? 0))
    #expect((46...60).contains(estimate.p90DurationSeconds ?? 0))
    #expect((0.4...0.6).contains(estimate.failureProbability ?? 0))
    #expect(estimate.failureSupport == 100)
    #expect(
      estimate.conditions == [
        "with durations before 2026-03-08 restated", "with outcomes since 2026-03-08",
      ])
  }

  @Test("rests on as many failures as there were, where only some of them are sampled")
  func sampledOutcomes() throws {
    var runs = Runs()
    for number in 0..<2_000 { runs.add(day: number / 400, failed: number % 4 == 0) }
    let history = try learned(runs.observations)
    let estimate = try #require(EstimateModel.models(of: history, patterns: [])["etl"])
      .estimate(inputs: [], at: noon)
    #expect(estimate.failureProbability == 500.5 / 2_001)
    #expect(estimate.durationSupport == Int64(EstimateModel.mostDurations))
  }
}
