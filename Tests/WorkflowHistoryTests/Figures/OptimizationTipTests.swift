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
        + "Consider parallel processing or caching.", executions: 4, subject: "slow",
      evidence: [
        .init(name: "execution_share_percent", value: 80),
        .init(name: "average_duration_seconds", value: 70),
      ], sampleIDs: [id, id])
    let verySlow = OptimizationTip(
      kind: .slowExecutions, severity: .critical,
      text: "Workflows in 'very_slow' category (1 executions). "
        + "Consider parallel processing or caching.", executions: 1, subject: "very_slow",
      evidence: [
        .init(name: "execution_share_percent", value: 20),
        .init(name: "average_duration_seconds", value: 70),
      ])
    #expect(tips([1, 0, 0, 4, 0], samples: [.slow: [id, id]]) == [slow])
    #expect(tips([2, 2, 0, 0, 1]) == [verySlow])
    #expect(tips([0, 0, 0, 4, 1], samples: [.slow: [id, id]]) == [slow, verySlow])
  }

  @Test("name the top error where it occurs more than 3 times")
  func error() {
    let tip = OptimizationTip(
      kind: .repeatedError, severity: .critical,
      text: "Most common error appears 4 times. "
        + "Consider adding error handling or input validation.", executions: 4, subject: "error 0",
      evidence: [.init(name: "error_share_percent", value: 50)], sampleIDs: [id])
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

  @Test("name a task that takes half of the time of several, and no other")
  func bottleneck() {
    let load = OptimizationTip(
      kind: .bottleneckTask, severity: .warning,
      text: "Task 'load' takes at least half of all tasks' time (4 runs). "
        + "Consider splitting it or running it in parallel.", executions: 2, subject: "load",
      evidence: [
        .init(name: "time_share_percent", value: 50),
        .init(name: "average_duration_seconds", value: 0.002),
        .init(name: "runs", value: 4),
      ], sampleIDs: [id])
    #expect(tips([1, 0, 0, 0, 0], tasks: ["load": 6000, "a": 3000, "b": 3000]) == [load])
    #expect(
      tips([1, 0, 0, 0, 0], tasks: ["load": 5999, "a": 3000, "b": 3000]).map(\.text) == [healthy])
    #expect(tips([1, 0, 0, 0, 0], tasks: ["load": 6000]).map(\.text) == [healthy])
    #expect(tips([1, 0, 0, 0, 0], tasks: ["load": 0, "a": 0]).map(\.text) == [healthy])
  }

  @Test("stand in one order: slow, very slow, the error, then the task")
  func order() {
    let tips = tips([1, 1, 1, 1, 1], errors: [9], tasks: ["a": 2, "b": 1])
    #expect(tips.map(\.subject) == ["slow", "very_slow", "error 0", "a"])
  }

  private let id = ExecutionID(high: 7, low: 9)

  private func tips(
    _ executions: [Int64], samples: [SpeedClass: [ExecutionID]] = [:], errors: [Int64] = [],
    trend: ErrorTrend = .new, tasks: [String: Int128] = [:]
  ) -> [OptimizationTip] {
    OptimizationTip.tips(
      speedClasses: zip(SpeedClass.allCases, executions).map {
        SpeedClassFigures(
          speedClass: $0, executions: $1, durationSumMicroseconds: $1 * 70_000_000)
      }, samples: samples,
      errorPatterns: errors.enumerated().map { index, frequency in
        ErrorPattern(
          fingerprint: "error \(index)", frequency: frequency, share: 50, firstSeen: now,
          lastSeen: now,
          trend: trend, sampleMessage: "an error", sampleIDs: [id])
      },
      tasks: TaskSummary(
        of: tasks.map { name, microseconds in
          TaskSummary.Task(
            name: name,
            figures: TaskFigures(
              executions: 2, runs: 4, failedRuns: 0, timedRuns: 3,
              durationSumMicroseconds: microseconds))
        }), bottleneckSamples: [id])
  }
}
