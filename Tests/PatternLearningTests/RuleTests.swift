import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("A rule")
struct RuleTests {
  static let rules: [(PatternRule, String)] = [
    (
      .failure(type: "e\"t", condition: .hour(3)),
      #"{"kind":"failure_association","workflow_type":"e\"t","condition":{"hour":3}}"#
    ),
    (
      .duration(type: "etl", condition: .weekday(7)),
      #"{"kind":"duration_driver","workflow_type":"etl","condition":{"weekday":7}}"#
    ),
    (
      .failure(type: "etl", condition: .input(InputField(path: "$.a", value: .text("x\n")))),
      #"{"kind":"failure_association","workflow_type":"etl","condition":"#
        + #"{"field":"$.a","equals":"x\u000a"}}"#
    ),
    (
      .failure(type: "etl", condition: .input(InputField(path: "$.a", value: .integer(-7)))),
      #"{"kind":"failure_association","workflow_type":"etl","condition":"#
        + #"{"field":"$.a","equals":-7}}"#
    ),
    (
      .failure(type: "etl", condition: .input(InputField(path: "$.a", value: .boolean(false)))),
      #"{"kind":"failure_association","workflow_type":"etl","condition":"#
        + #"{"field":"$.a","equals":false}}"#
    ),
    (
      .failure(type: "etl", condition: .input(InputField(path: "$.a", value: .null))),
      #"{"kind":"failure_association","workflow_type":"etl","condition":"#
        + #"{"field":"$.a","equals":null}}"#
    ),
    (
      .failure(
        type: "etl",
        condition: .input(
          InputField(path: "$.a", value: .magnitude(isNegative: false, exponent: 4)))),
      #"{"kind":"failure_association","workflow_type":"etl","condition":"#
        + #"{"field":"$.a","at_least":1e4,"below":1e5}}"#
    ),
    (
      .failure(
        type: "etl",
        condition: .input(
          InputField(path: "$.a", value: .magnitude(isNegative: true, exponent: -2)))),
      #"{"kind":"failure_association","workflow_type":"etl","condition":"#
        + #"{"field":"$.a","above":-1e-1,"at_most":-1e-2}}"#
    ),
    (
      .failure(type: "etl", condition: .preceding("sync")),
      #"{"kind":"failure_association","workflow_type":"etl","condition":"#
        + #"{"preceding_workflow_type":"sync"}}"#
    ),
    (
      .failure(type: "etl", condition: .retry(error: nil)),
      #"{"kind":"failure_association","workflow_type":"etl","condition":{"retry":true}}"#
    ),
    (
      .error(type: "etl", error: "no such table: '?'", condition: .hour(3)),
      #"{"kind":"error_association","workflow_type":"etl","error":"no such table: '?'","#
        + #""condition":{"hour":3}}"#
    ),
    (
      .recovery(type: "etl", error: nil),
      #"{"kind":"retry_recovery","workflow_type":"etl","condition":{"retry":true}}"#
    ),
    (
      .recovery(type: "etl", error: "timeout after <n> s"),
      #"{"kind":"retry_recovery","workflow_type":"etl","condition":"#
        + #"{"retry":true,"error":"timeout after <n> s"}}"#
    ),
    (
      .durationChange(type: "etl", day: 20_500, isRise: false),
      #"{"kind":"duration_change","workflow_type":"etl","condition":{"since":"2026-02-16"},"#
        + #""rise":false}"#
    ),
    (
      .failureChange(type: "etl", day: -1, isRise: true),
      #"{"kind":"failure_change","workflow_type":"etl","condition":{"since":"1969-12-31"},"#
        + #""rise":true}"#
    ),
    (
      .slowTask(type: "etl", task: "load", day: 11_016),
      #"{"kind":"slow_task","workflow_type":"etl","task_name":"load","#
        + #""condition":{"since":"2000-02-29"}}"#
    ),
    (
      .sequence(first: "sync", second: "etl"),
      #"{"kind":"sequence","preceding_workflow_type":"sync","workflow_type":"etl"}"#
    ),
  ]

  @Test("is written as JSON, and read again", arguments: rules)
  func json(rule: PatternRule, json: String) throws {
    #expect(rule.json == json)
    let document = try JSONDocument(checking: Array(json.utf8))
    #expect(PatternRule(json: document) == rule)
    #expect(PatternRule(json: document.rendered()) == rule)
  }

  @Test(
    "is not read from what is none",
    arguments: [
      "1", "[]", "{}", #"{"kind":"sequence","workflow_type":"etl"}"#,
      #"{"kind":"other","workflow_type":"etl"}"#,
      #"{"kind":"failure_association","workflow_type":"etl","condition":{"hour":"3"}}"#,
      #"{"kind":"slow_task","workflow_type":"etl","task_name":"a","condition":{"since":"x"}}"#,
      #"{"kind":"error_association","workflow_type":"etl","condition":{"hour":3}}"#,
      #"{"kind":"error_association","workflow_type":"etl","error":"a","condition":{"retry":true}}"#,
    ])
  func noRule(json: String) throws {
    #expect(PatternRule(json: try JSONDocument(checking: Array(json.utf8))) == nil)
  }

  @Test("has an id of its own, the same in each process")
  func ids() {
    let evidence = PatternEvidence(
      support: 1, trials: 1, value: 1, baseline: 1, confidence: 1, lift: 1, lnP: 0, firstDay: 0,
      lastDay: 0)
    let ids = Self.rules.map { Pattern(rule: $0.0, evidence: evidence).id }
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { $0.count == 16 })
    #expect(ids.last == "756cb57703cf044f")
  }

  private func description(
    _ rule: PatternRule, support: Int64 = 312, value: Double = 0.6118, baseline: Double = 0.052,
    lift: Double = 4.26
  ) -> String {
    Pattern(
      rule: rule,
      evidence: PatternEvidence(
        support: support, trials: 510, value: value, baseline: baseline, confidence: value,
        lift: lift, lnP: -20, firstDay: 20_500, lastDay: 20_520)
    ).description
  }

  @Test("is described in plain words, with its figures")
  func descriptions() {
    let eu = Condition.input(InputField(path: "$.region", value: .text("eu")))
    #expect(
      description(.failure(type: "etl", condition: eu))
        == #"Executions of etl whose input has $.region = "eu" fail in 61% of cases "#
        + "(312 of 510); others in 5.2%.")
    #expect(
      description(.duration(type: "etl", condition: .weekday(1)), value: 25.2, baseline: 5.92)
        == "Executions of etl on a Monday (UTC) take 4.3 times as long: a median of 25 s instead "
        + "of 5.9 s, over 312 executions.")
    #expect(
      description(.error(type: "etl", error: "out of memory", condition: eu))
        == #"Executions of etl whose input has $.region = "eu" end with "out of memory" in 61% of "#
        + "cases (312 of 510); others in 5.2%.")
    #expect(
      description(.slowTask(type: "etl", task: "load", day: 20_500), value: 25.2, baseline: 0.592)
        == "Task load of etl takes 4.3 times as long since 2026-02-16: a median of 25 s instead "
        + "of 0.59 s before, over 312 executions since.")
    #expect(
      description(.sequence(first: "sync", second: "etl"))
        == "61% of executions of sync are followed by one of etl (312 of 510); other executions "
        + "are in 5.2% of cases.")
  }
}
