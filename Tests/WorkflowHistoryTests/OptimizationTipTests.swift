import Testing
import WorkflowHistory

@Suite("Optimization tips")
struct OptimizationTipTests {
  private let healthy = "Performance is good! Continue monitoring."

  @Test("say that all is well where nothing was found")
  func nothing() {
    let tips = tips([3, 2, 1, 0, 0], errors: [3])
    #expect(
      tips == [
        OptimizationTip(kind: .healthy, severity: .info, text: healthy, executions: 6, subject: "")
      ])
    #expect(self.tips([0, 0, 0, 0, 0]).map(\.text) == [healthy])
    #expect(OptimizationTip.tips(speedClasses: [], errorPatterns: []).map(\.text) == [healthy])
  }

  @Test("name each slow class that has executions")
  func slow() {
    let slow = OptimizationTip(
      kind: .slowExecutions, severity: .warning,
      text: "Workflows in 'slow' category (4 executions). "
        + "Consider parallel processing or caching.", executions: 4, subject: "slow")
    let verySlow = OptimizationTip(
      kind: .slowExecutions, severity: .critical,
      text: "Workflows in 'very_slow' category (1 executions). "
        + "Consider parallel processing or caching.", executions: 1, subject: "very_slow")
    #expect(tips([9, 9, 9, 4, 0]) == [slow])
    #expect(tips([9, 9, 9, 0, 1]) == [verySlow])
    #expect(tips([0, 0, 0, 4, 1]) == [slow, verySlow])
  }

  @Test("name the top error where it occurs more than 3 times")
  func error() {
    let tip = OptimizationTip(
      kind: .repeatedError, severity: .critical,
      text: "Most common error appears 4 times. "
        + "Consider adding error handling or input validation.", executions: 4, subject: "error 0")
    #expect(tips([1, 0, 0, 0, 0], errors: [4, 4, 2]) == [tip])
    #expect(tips([1, 0, 0, 0, 0], errors: [3, 3, 3]).map(\.text) == [healthy])
  }

  @Test(
    "hold an error that spreads for worse than one that does not",
    arguments: [(.new, .critical), (.rising, .critical), (.steady, .warning), (.falling, .warning)]
      as [(ErrorTrend, OptimizationTip.Severity)])
  func severity(trend: ErrorTrend, severity: OptimizationTip.Severity) {
    #expect(tips([1, 0, 0, 0, 0], errors: [9], trend: trend).map(\.severity) == [severity])
  }

  @Test("stand in one order: slow, very slow, then the error")
  func order() {
    let tips = tips([1, 1, 1, 1, 1], errors: [9])
    #expect(tips.map(\.subject) == ["slow", "very_slow", "error 0"])
  }

  private func tips(
    _ executions: [Int64], errors: [Int64] = [], trend: ErrorTrend = .new
  ) -> [OptimizationTip] {
    OptimizationTip.tips(
      speedClasses: zip(SpeedClass.allCases, executions).map {
        SpeedClassFigures(speedClass: $0, executions: $1, durationSumMicroseconds: 0)
      },
      errorPatterns: errors.enumerated().map { index, frequency in
        ErrorPattern(
          fingerprint: "error \(index)", frequency: frequency, share: 50, firstSeen: now,
          lastSeen: now,
          trend: trend, sampleMessage: "an error", sampleIDs: [])
      })
  }
}
