import PatternLearning
import Testing
import WorkflowHistory

@Suite("Tips and associations of patterns") struct PatternTipTests {
  private func pattern(_ rule: PatternRule, value: Double, baseline: Double) -> Pattern {
    Pattern(
      rule: rule,
      evidence: PatternEvidence(
        support: 40, trials: 50, value: value, baseline: baseline, confidence: value,
        lift: value / baseline, lnP: -20, firstDay: 20_000, lastDay: 20_030, qValue: 0.01))
  }

  private let region = Condition.input(InputField(path: "$.region", value: .text("eu")))

  @Test("what failures follow is a cause, critical where half of these executions fail")
  func causes() throws {
    let failure = pattern(.failure(type: "etl", condition: region), value: 0.8, baseline: 0.1)
    let tip = try #require(OptimizationTip(failure, id: "0123"))
    #expect(tip.kind == .failureCause)
    #expect(tip.severity == .critical)
    #expect(tip.text.hasPrefix(failure.description + " Consider "))
    #expect(tip.executions == 40)
    #expect(tip.subject == "0123")
    let evidence = Dictionary(uniqueKeysWithValues: tip.evidence.map { ($0.name, $0.value) })
    #expect(evidence["failure_rate_percent"] == 80)
    #expect(evidence["baseline_failure_rate_percent"] == 10)
    #expect(evidence["lift"] == 8)
    #expect(evidence["p_value"].map { (2e-9...3e-9).contains($0) } == true)
    let rarer = pattern(.failure(type: "etl", condition: .hour(3)), value: 0.4, baseline: 0.1)
    #expect(OptimizationTip(rarer, id: "")?.severity == .warning)
    let error = pattern(
      .error(type: "etl", error: "no <n>", condition: region), value: 0.6, baseline: 0.2)
    #expect(OptimizationTip(error, id: "")?.evidence.first?.name == "error_rate_percent")
  }

  @Test("what is worse since a day is a regression, and what is better is none")
  func regressions() {
    let rises: [PatternRule] = [
      .durationChange(type: "etl", day: 20_010, isRise: true),
      .slowTask(type: "etl", task: "load", day: 20_010),
      .failureChange(type: "etl", day: 20_010, isRise: true),
    ]
    let tips = rises.map { OptimizationTip(pattern($0, value: 6, baseline: 3), id: "") }
    #expect(tips.map { $0?.kind } == [.regression, .regression, .regression])
    #expect(tips.map { $0?.severity } == [.warning, .warning, .critical])
    #expect(
      tips.map { $0?.evidence.first?.name } == [
        "median_duration_seconds", "median_duration_seconds", "failure_rate_percent",
      ])
    let others: [PatternRule] = [
      .durationChange(type: "etl", day: 20_010, isRise: false),
      .failureChange(type: "etl", day: 20_010, isRise: false),
      .recovery(type: "etl", error: nil), .duration(type: "etl", condition: .hour(3)),
      .sequence(first: "a", second: "b"),
    ]
    for rule in others {
      #expect(OptimizationTip(pattern(rule, value: 6, baseline: 3), id: "") == nil)
    }
  }

  @Test("an error's input is told, and no other condition")
  func associations() {
    let error = PatternRule.error(type: "etl", error: "no <n>", condition: region)
    #expect(
      InputAssociation(pattern(error, value: 0.5, baseline: 0.25)).map {
        [$0.field, $0.value, "\($0.executions)", "\($0.errorRate)", "\($0.baselineErrorRate)"]
      } == ["$.region", "\"eu\"", "40", "50.0", "25.0"])
    for rule in [
      PatternRule.error(type: "etl", error: "no <n>", condition: .hour(3)),
      .failure(type: "etl", condition: region),
    ] { #expect(InputAssociation(pattern(rule, value: 0.5, baseline: 0.25)) == nil) }
  }
}
