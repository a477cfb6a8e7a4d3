public import WorkflowHistory

extension OptimizationTip {
  /// How many retries a type must have, to be asked whether most of them are in vain: as many as
  /// executions under a condition must be for a pattern.
  public static let leastRetries = SearchThresholds().leastExecutions
  /// Which part of the retries must have failed again.
  private static let leastFailureRate = 2.0 / 3
  /// From which part on retrying helps next to nothing.
  private static let criticalFailureRate = 0.9
  /// How probable it is at most that any of a user's types is told by chance.
  private static let significance = 0.01

  /// What to do about a type whose retries mostly fail again; nil where they don't.
  ///
  /// Two of three must have failed again, and so many must be improbable where a retry fails no more
  /// often than it helps: by the exact binomial test against a half, at 1% over all types that are
  /// asked (Bonferroni). It is a half, since past it a retry adds load more often than it helps; how often
  /// the type's other executions fail says nothing about that, and a retry, which runs where something is
  /// amiss already, fails more often than they do as a matter of course. The test holds where a workflow
  /// is tried again until it completes: that adds a success to each run of failures.
  ///
  /// It is critical where nine of ten failed again, else a warning.
  ///
  /// - Parameter types: how many types of the user have ``leastRetries``.
  public init?(retries: RetryFigures, of workflowType: String, among types: Int64) {
    let rate = retries.failureRate
    guard retries.retries >= Self.leastRetries, retries.failures <= retries.retries,
      rate >= Self.leastFailureRate
    else { return nil }
    let lnP = BinomialTest.lnUpperTail(heads: retries.failures, of: retries.retries)
    guard lnP <= ln(Self.significance / Double(max(types, 1))) else { return nil }
    var sentence =
      "Executions of \(workflowType) \(Condition.retry(error: nil).words) fail again in "
      + cases(retries.failures, of: retries.retries)
    var evidence = [
      Evidence(name: "retries", value: Double(retries.retries)),
      Evidence(name: "failed_retries", value: Double(retries.failures)),
      Evidence(name: "failure_rate_percent", value: rate * 100),
    ]
    if let error = retries.error, retries.retriesOfError > 0 {
      sentence +=
        "; after \(JSONText.quoted(error)) in "
        + cases(retries.failuresOfError, of: retries.retriesOfError)
      evidence += [
        Evidence(name: "retries_of_error", value: Double(retries.retriesOfError)),
        Evidence(name: "failed_retries_of_error", value: Double(retries.failuresOfError)),
      ]
    }
    self.init(
      kind: .retryStorm, severity: rate >= Self.criticalFailureRate ? .critical : .warning,
      text: "\(sentence). Consider waiting longer between retries, or failing for good sooner.",
      executions: retries.failures, subject: workflowType,
      evidence: evidence + [Evidence(name: "p_value", value: exponential(lnP))])
  }
}

private func cases(_ part: Int64, of whole: Int64) -> String {
  "\(percent(Double(part) / Double(whole))) of cases (\(part) of \(whole))"
}
