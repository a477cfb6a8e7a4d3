extension OptimizationTip {
  /// What the figures of a window suggest; never empty.
  ///
  /// A tip for each of the slow and very slow classes that has executions (a warning, and
  /// critical), then one for the top error if it occurs more than 3 times (critical where it is
  /// new or rising, else a warning), then one for a task that takes half of the time of two or more
  /// tasks, or more (a warning), then those of what was learned. Where there is none of these: that all
  /// is well.
  ///
  /// - Parameters:
  ///   - speedClasses: the classes, from very fast to very slow.
  ///   - samples: the latest executions of the slow and the very slow class, newest first.
  ///   - errorPatterns: the patterns, most frequent first.
  ///   - tasks: what the tasks did.
  ///   - bottleneckSamples: the latest executions that ran ``TaskSummary/bottleneck``, newest first.
  ///   - learned: what was learned, the most important first.
  public static func tips(
    speedClasses: [SpeedClassFigures], samples: [SpeedClass: [ExecutionID]] = [:],
    errorPatterns: [ErrorPattern], tasks: TaskSummary = TaskSummary(),
    bottleneckSamples: [ExecutionID] = [], learned: [OptimizationTip] = []
  ) -> [OptimizationTip] {
    let executions = speedClasses.reduce(0) { $0 + $1.executions }
    var tips = speedClasses.compactMap {
      slowExecutions($0, of: executions, samples[$0.speedClass] ?? [])
    }
    if let top = errorPatterns.first, top.frequency > 3 {
      tips.append(repeatedError(top))
    }
    if let tip = bottleneckTask(tasks, bottleneckSamples) { tips.append(tip) }
    tips += learned
    if tips.isEmpty {
      tips.append(
        OptimizationTip(
          kind: .healthy, severity: .info, text: "Performance is good! Continue monitoring.",
          executions: executions, subject: ""))
    }
    return tips
  }

  private static func slowExecutions(
    _ figures: SpeedClassFigures, of executions: Int64, _ samples: [ExecutionID]
  ) -> OptimizationTip? {
    let severity: Severity
    switch figures.speedClass {
    case .veryFast, .fast, .normal: return nil
    case .slow: severity = .warning
    case .verySlow: severity = .critical
    }
    guard figures.executions > 0, let average = figures.averageDurationSeconds else { return nil }
    let category = figures.speedClass.rawValue
    return OptimizationTip(
      kind: .slowExecutions, severity: severity,
      text: "Workflows in '\(category)' category (\(figures.executions) executions). "
        + "Consider parallel processing or caching.",
      executions: figures.executions, subject: category,
      evidence: [
        Evidence(
          name: "execution_share_percent", value: percent(figures.executions, of: executions)),
        Evidence(name: "average_duration_seconds", value: average),
      ], sampleIDs: samples)
  }

  private static func repeatedError(_ pattern: ErrorPattern) -> OptimizationTip {
    let grows = pattern.trend == .new || pattern.trend == .rising
    return OptimizationTip(
      kind: .repeatedError, severity: grows ? .critical : .warning,
      text: "Most common error appears \(pattern.frequency) times. "
        + "Consider adding error handling or input validation.",
      executions: pattern.frequency, subject: pattern.fingerprint,
      evidence: [Evidence(name: "error_share_percent", value: pattern.share)],
      sampleIDs: pattern.sampleIDs)
  }

  private static func bottleneckTask(
    _ tasks: TaskSummary, _ samples: [ExecutionID]
  ) -> OptimizationTip? {
    guard let task = tasks.bottleneck, let average = task.figures.averageDurationSeconds else {
      return nil
    }
    return OptimizationTip(
      kind: .bottleneckTask, severity: .warning,
      text:
        "Task '\(task.name)' takes at least half of all tasks' time (\(task.figures.runs) runs). "
        + "Consider splitting it or running it in parallel.",
      executions: task.figures.executions, subject: task.name,
      evidence: [
        Evidence(
          name: "time_share_percent",
          value: percent(
            task.figures.durationSumMicroseconds, of: tasks.all.durationSumMicroseconds)),
        Evidence(name: "average_duration_seconds", value: average),
        Evidence(name: "runs", value: Double(task.figures.runs)),
      ], sampleIDs: samples)
  }
}
