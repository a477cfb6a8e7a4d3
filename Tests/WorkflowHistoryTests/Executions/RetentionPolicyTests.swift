import Testing

@testable import WorkflowHistory

@Suite("A retention policy")
struct RetentionPolicyTests {
  private typealias Rule = RetentionPolicy.Rule

  @Test("keeps everything for the shortest of its times at least, and for ever without any")
  func seconds() throws {
    #expect(RetentionPolicy.keepsAll.seconds == nil)
    #expect(try RetentionPolicy([Rule(workflowType: "etl", seconds: nil)]).seconds == nil)
    let policy = try RetentionPolicy([
      Rule(statuses: [.failed], seconds: 9000), Rule(workflowType: "etl", seconds: 3600),
      Rule(seconds: nil),
    ])
    #expect(policy.seconds == 3600)
  }

  @Test("keeps nothing for less than an hour")
  func tooShort() {
    #expect(throws: RetentionPolicyError(rule: 1, reason: .tooShort)) {
      try RetentionPolicy([Rule(statuses: [.failed], seconds: 7200), Rule(seconds: 3599)])
    }
  }

  @Test("has no rule that can't match, by one before it or by several")
  func unreachable() throws {
    let all = Rule(seconds: 7200)
    let etl = Rule(workflowType: "etl", seconds: 7200)
    let failed = Rule(statuses: [.failed], seconds: 7200)
    let others = Rule(statuses: [.pending, .running, .completed, .paused], seconds: 7200)
    for rules in [[all, etl], [all, failed], [etl, etl], [failed, others, etl], [all, all]] {
      #expect(throws: RetentionPolicyError(rule: rules.count - 1, reason: .unreachable)) {
        try RetentionPolicy(rules)
      }
    }
    // Two types that are the same characters in other bytes are two types.
    let composed = Rule(workflowType: "\u{E9}", seconds: 7200)
    let decomposed = Rule(workflowType: "e\u{301}", seconds: 7200)
    for rules in [[etl, all], [failed, all], [failed, etl, others], [composed, decomposed]] {
      #expect(try RetentionPolicy(rules).rules == rules)
    }
  }
}
