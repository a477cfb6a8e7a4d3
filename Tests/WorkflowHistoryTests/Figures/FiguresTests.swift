import Testing
import WorkflowHistory

@Suite("Figures")
struct FiguresTests {
  @Test(
    "put a duration in its speed class, each bound in the slower one",
    arguments: [
      (0, .veryFast), (4.999999, .veryFast), (5, .fast), (14.999999, .fast), (15, .normal),
      (59.999999, .normal), (60, .slow), (299.999999, .slow), (300, .verySlow), (1e9, .verySlow),
    ] as [(Double, SpeedClass)])
  func speedClass(seconds: Double, speedClass: SpeedClass) {
    #expect(SpeedClass(durationSeconds: seconds) == speedClass)
  }

  @Test("name the speed classes from the fastest on")
  func speedClassNames() {
    #expect(
      SpeedClass.allCases.map(\.rawValue) == ["very_fast", "fast", "normal", "slow", "very_slow"])
  }

  @Test(
    "call an error's trend by its count in the window and in the one before",
    arguments: [
      (1, 0, .new), (0, 0, .new), (5, 4, .rising), (4, 4, .steady), (3, 4, .falling),
      (0, 4, .falling),
    ] as [(Int64, Int64, ErrorTrend)])
  func trend(now: Int64, before: Int64, trend: ErrorTrend) {
    #expect(ErrorTrend(now: now, before: before) == trend)
  }

  @Test(
    "round the success rate to 2 decimals, halves up",
    arguments: [
      (0, 0, 0), (0, 7, 0), (7, 0, 100), (1, 1, 50), (1, 2, 33.33), (2, 1, 66.67),
      (1, 7, 12.5), (1, 799, 0.13), (1, 799_999, 0), (1, 15_999, 0.01), (3, 797, 0.38),
      (99_999, 1, 100), (19_999, 1, 100), (9_999, 1, 99.99), (29_999, 1, 100),
    ] as [(Int64, Int64, Double)])
  func successRate(completed: Int64, others: Int64, rate: Double) {
    let figures = ExecutionFigures(counts: [.completed: completed, .failed: others])
    #expect(figures.total == completed + others)
    #expect(figures.successRate == rate)
  }

  @Test("count executions of every status in the total of the success rate")
  func total() {
    let figures = ExecutionFigures(
      counts: [.pending: 1, .running: 1, .completed: 4, .failed: 1, .paused: 1])
    #expect(figures.total == 8)
    #expect(figures.successRate == 50)
    #expect(ExecutionFigures(counts: [.running: 3]).successRate == 0)
  }

  @Test("average only what has a duration")
  func average() {
    let none = ExecutionFigures(counts: [.running: 3])
    #expect(none.averageDurationSeconds == nil)
    let some = ExecutionFigures(
      counts: [.completed: 9], durationCount: 2, durationSumMicroseconds: 3_000_001)
    #expect(some.averageDurationSeconds == 1.5000005)
    let zero = ExecutionFigures(counts: [.completed: 1], durationCount: 1)
    #expect(zero.averageDurationSeconds == 0)
    let slow = SpeedClassFigures(
      speedClass: .slow, executions: 4, durationSumMicroseconds: 250_000_000)
    #expect(slow.averageDurationSeconds == 62.5)
    let empty = SpeedClassFigures(speedClass: .slow, executions: 0, durationSumMicroseconds: 0)
    #expect(empty.averageDurationSeconds == nil)
  }

  @Test(
    "rank a percentile as the smallest that so many percent do not exceed",
    arguments: [
      (50, 0, 0), (50, 1, 1), (99, 1, 1), (50, 2, 1), (50, 3, 2), (50, 4, 2), (95, 19, 19),
      (95, 20, 19), (95, 21, 20), (99, 100, 99), (99, 101, 100), (99, 99, 99), (0, 5, 1),
      (100, 5, 5), (50, .max, 4_611_686_018_427_387_904), (100, .max, .max),
    ] as [(Int64, Int64, Int64)])
  func rank(percent: Int64, count: Int64, rank: Int64) {
    #expect(NearestRank.rank(percent: percent, count: count) == rank)
  }

  @Test("take a percentile as counting through the values does")
  func percentile() {
    #expect(NearestRank.percentile(50, ofSorted: [Double]()) == nil)
    #expect(NearestRank.percentile(50, ofSorted: [15.0, 20, 35, 40, 50]) == 35)
    #expect(NearestRank.percentile(95, ofSorted: [15.0, 20, 35, 40, 50][1...]) == 50)
    for count in 1...250 {
      let values = Array(1...count)
      for percent in [1, 50, 95, 99, 100] {
        let expected = values.first { $0 * 100 >= percent * count }
        #expect(NearestRank.percentile(Int64(percent), ofSorted: values) == expected)
      }
    }
  }

  @Test("compare a day's median with its baseline, where there is one")
  func efficiency() {
    func ratio(_ baseline: Double?) -> Double? {
      EfficiencyPoint(
        day: 0, executions: 1, medianDurationSeconds: 3, baselineMedianSeconds: baseline
      ).ratio
    }
    #expect(ratio(2) == 1.5)
    #expect(ratio(0) == nil)
    #expect(ratio(nil) == nil)
  }
}
