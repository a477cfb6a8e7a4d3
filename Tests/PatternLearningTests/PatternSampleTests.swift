import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("The executions that show a pattern") struct PatternSampleTests {
  private let day = Int64(86_400_000)

  /// The hours of 28 days: in one region all fail, at 03:00 with an error of its own.
  private func statistics() throws -> (HistoryStatistics, [Observation]) {
    var history = LearnedHistory(userID: "ann")
    var all: [Observation] = []
    for hour in 0..<Int64(28 * 24) {
      let isThere = hour % 5 == 0
      let observation = Observation(
        userID: "ann",
        id: ExecutionID(high: UInt64(20_001 * day + hour * 3_600_000) << 16 | 0x7000, low: 1 << 63),
        workflowID: "w\(hour)", workflowType: "etl", hasFailed: isThere,
        errorFingerprint: isThere ? (hour % 24 == 3 ? "night" : "day") : nil, durationSeconds: 1,
        inputs: [InputField(path: "$.region", value: .text(isThere ? "eu" : "us"))])
      try history.add(observation)
      all.append(observation)
    }
    return (history.statistics(of: .min ... .max), all)
  }

  private let eu = Condition.input(InputField(path: "$.region", value: .text("eu")))
  private let us = Condition.input(InputField(path: "$.region", value: .text("us")))

  @Test("meet its condition and end as it says, the newest first")
  func samples() throws {
    let (statistics, all) = try statistics()
    func samples(_ rule: PatternRule) -> Set<ExecutionID> {
      let ids = statistics.samples(of: rule, atMost: 1000)
      #expect(ids == ids.sorted(by: >))
      return Set(ids)
    }
    func those(_ condition: (Observation) -> Bool) -> Set<ExecutionID> {
      Set(all.filter(condition).map(\.id))
    }
    let failed = samples(.failure(type: "etl", condition: eu))
    #expect(failed.count > 100)
    #expect(failed.isSubset(of: those(\.hasFailed)))
    #expect(samples(.failure(type: "etl", condition: us)).isEmpty)
    let night = samples(.error(type: "etl", error: "night", condition: .hour(3)))
    #expect(!night.isEmpty)
    #expect(night.isSubset(of: those { $0.errorFingerprint == "night" }))
    #expect(samples(.error(type: "etl", error: "night", condition: .hour(4))).isEmpty)
    let slow = samples(.duration(type: "etl", condition: .hour(7)))
    #expect(!slow.isEmpty)
    #expect(slow.isSubset(of: those { !$0.hasFailed && $0.hour == 7 }))
    let since = samples(.durationChange(type: "etl", day: 20_020, isRise: true))
    #expect(!since.isEmpty)
    #expect(since.isSubset(of: those { !$0.hasFailed && $0.day >= 20_020 }))
    let worse = samples(.failureChange(type: "etl", day: 20_020, isRise: true))
    #expect(!worse.isEmpty)
    #expect(worse.isSubset(of: those { $0.hasFailed && $0.day >= 20_020 }))
    #expect(!samples(.sequence(first: "etl", second: "etl")).isEmpty)
    #expect(samples(.failure(type: "other", condition: eu)).isEmpty)
  }

  @Test("are as many as are asked for")
  func count() throws {
    let (statistics, _) = try statistics()
    let rule = PatternRule.failure(type: "etl", condition: eu)
    let all = statistics.samples(of: rule, atMost: 1000)
    #expect(statistics.samples(of: rule, atMost: 5) == Array(all.prefix(5)))
  }
}
