extension OptimizationTip {
  /// What the figures of a window suggest; never empty.
  ///
  /// A tip for each of the slow and very slow classes that has executions (a warning, and
  /// critical), then one for the top error if it occurs more than 3 times (critical where it is
  /// new or rising, else a warning). Where there is neither: that all is well.
  ///
  /// - Parameters:
  ///   - speedClasses: the classes, from very fast to very slow.
  ///   - errorPatterns: the patterns, most frequent first.
  public static func tips(
    speedClasses: [SpeedClassFigures], errorPatterns: [ErrorPattern]
  ) -> [OptimizationTip] {
    var tips = speedClasses.compactMap(slowExecutions)
    if let top = errorPatterns.first, top.frequency > 3 {
      tips.append(repeatedError(top))
    }
    if tips.isEmpty {
      let executions = speedClasses.reduce(0) { $0 + $1.executions }
      tips.append(
        OptimizationTip(
          kind: .healthy, severity: .info, text: "Performance is good! Continue monitoring.",
          executions: executions, subject: ""))
    }
    return tips
  }

  private static func slowExecutions(_ figures: SpeedClassFigures) -> OptimizationTip? {
    let severity: Severity
    switch figures.speedClass {
    case .veryFast, .fast, .normal: return nil
    case .slow: severity = .warning
    case .verySlow: severity = .critical
    }
    guard figures.executions > 0 else { return nil }
    let category = figures.speedClass.rawValue
    return OptimizationTip(
      kind: .slowExecutions, severity: severity,
      text: "Workflows in '\(category)' category (\(figures.executions) executions). "
        + "Consider parallel processing or caching.",
      executions: figures.executions, subject: category)
  }

  private static func repeatedError(_ pattern: ErrorPattern) -> OptimizationTip {
    let grows = pattern.trend == .new || pattern.trend == .rising
    return OptimizationTip(
      kind: .repeatedError, severity: grows ? .critical : .warning,
      text: "Most common error appears \(pattern.frequency) times. "
        + "Consider adding error handling or input validation.",
      executions: pattern.frequency, subject: pattern.fingerprint)
  }
}
