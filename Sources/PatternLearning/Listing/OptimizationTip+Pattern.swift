public import WorkflowHistory

extension OptimizationTip {
  /// What to do about a pattern that stands; nil for patterns of what is not amiss.
  ///
  /// What failures or an error follow is critical where half of these executions fail, or more; so is a
  /// change after which more fail. What takes longer since some day is a warning.
  ///
  /// - Parameters:
  ///   - id: what the pattern's user knows it by.
  ///   - sampleIDs: the newest executions that show it, newest first.
  public init?(_ pattern: Pattern, id: String, sampleIDs: [ExecutionID] = []) {
    let figures = pattern.evidence
    let kind: Kind
    let severity: Severity
    let advice: String
    switch pattern.rule {
    case .failure, .error:
      kind = .failureCause
      severity = figures.value >= 0.5 ? .critical : .warning
      advice = "Consider handling that case, or checking for it before the run."
    case .failureChange(_, _, isRise: true):
      kind = .regression
      severity = .critical
      advice = "Consider what changed that day."
    case .durationChange(_, _, isRise: true), .slowTask:
      kind = .regression
      severity = .warning
      advice = "Consider what changed that day."
    case .failureChange, .durationChange, .recovery, .duration, .sequence: return nil
    }
    self.init(
      kind: kind, severity: severity, text: "\(pattern.description) \(advice)",
      executions: figures.support, subject: id,
      evidence: Self.shown(figures, of: pattern.rule).map(Evidence.init)
        + [
          Evidence(name: "lift", value: figures.lift),
          Evidence(name: "p_value", value: figures.pValue),
        ], sampleIDs: sampleIDs)
  }

  private static func shown(
    _ figures: PatternEvidence, of rule: PatternRule
  ) -> [(name: String, value: Double)] {
    switch rule {
    case .durationChange, .slowTask:
      [
        ("median_duration_seconds", figures.value),
        ("baseline_median_duration_seconds", figures.baseline),
      ]
    case .error:
      [
        ("error_rate_percent", figures.value * 100),
        ("baseline_error_rate_percent", figures.baseline * 100),
      ]
    default:
      [
        ("failure_rate_percent", figures.value * 100),
        ("baseline_failure_rate_percent", figures.baseline * 100),
      ]
    }
  }
}

extension InputAssociation {
  /// What a pattern says of an error's inputs; nil where it is about another thing.
  public init?(_ pattern: Pattern) {
    guard case .error(_, _, .input(let field)) = pattern.rule else { return nil }
    let figures = pattern.evidence
    self.init(
      field: field.path, value: field.value.description, executions: figures.support,
      errorRate: figures.value * 100, baselineErrorRate: figures.baseline * 100,
      pValue: figures.pValue)
  }
}
