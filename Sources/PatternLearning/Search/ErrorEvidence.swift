// How errors go with conditions.
extension TypeStatistics {
  /// All rules on errors of the type that are tried: each of the most frequent errors with each
  /// condition that says what an execution is, not that it is another attempt.
  func errorCandidates(_ type: String, _ thresholds: SearchThresholds) -> [Candidate] {
    errors.entries.filter { $0.count >= thresholds.leastSupport }.flatMap { error in
      conditions.compactMap { condition, figures -> Candidate? in
        if case .retry = condition { return nil }
        guard let evidence = errorEvidence(error.key, figures, thresholds) else { return nil }
        return Candidate(
          rule: .error(type: type, error: error.fingerprint, condition: condition),
          evidence: evidence,
          isWorthTelling: evidence.support >= thresholds.leastSupport
            && thresholds.isLarger(evidence.value, than: evidence.baseline))
      }
    }
  }

  /// How much more often executions under a condition end with an error.
  func errorEvidence(
    _ key: UInt64, _ figures: OutcomeFigures, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    let table = ContingencyTable(
      both: figures.errors.count(of: key), condition: figures.executions,
      outcome: min(errors.count(of: key), all.failures), total: all.executions)
    guard thresholds.isWorthTrying(table) else { return nil }
    return PatternEvidence(
      table, lnP: FisherExactTest.lnUpperTail(table), days: figures.failureDays)
  }

  /// The rules on errors that tell what neither each other nor the rules on failures that were
  /// found do.
  func independentErrors(
    _ candidates: [Candidate], beside failures: [Candidate], _ thresholds: SearchThresholds
  ) -> [Candidate] {
    let told = Dictionary(
      failures.compactMap { failure in
        failure.rule.failureCondition.map { ($0, failure.evidence.lnP) }
      }, uniquingKeysWith: min)
    var others: [Candidate] = []
    var ofToldConditions: [(candidate: Candidate, failureLnP: Double)] = []
    for candidate in candidates {
      if let lnP = candidate.rule.errorCondition.flatMap({ told[$0] }) {
        ofToldConditions.append((candidate, lnP))
      } else {
        others.append(candidate)
      }
    }
    let found = sample.independentErrors(others, beside: failures, thresholds)
    let telling = tellingMore(ofToldConditions, besides: found, thresholds)
    return sample.independentErrors(found + telling, beside: failures, thresholds)
  }

  /// Of a condition under which executions fail more often, an error must have a larger share of
  /// the failures than it has of others. Either that is improbable by chance, or the error is more
  /// so than the failures.
  ///
  /// Failures with an error that another condition causes are left out of that: there it takes
  /// from the share of all others.
  private func tellingMore(
    _ candidates: [(candidate: Candidate, failureLnP: Double)], besides found: [Candidate],
    _ thresholds: SearchThresholds
  ) -> [Candidate] {
    var telling: [Candidate] = []
    var rest = candidates
    while true {
      let tests = rest.map { candidate, failureLnP in
        let lnP = shareTest(candidate, besides: found + telling, thresholds)
        let isStronger = candidate.evidence.lnP < failureLnP
        return lnP < 0 && isStronger ? min(lnP, candidate.evidence.lnP) : lnP
      }
      guard let strongest = tests.indices.min(by: { tests[$0] < tests[$1] }),
        tests[strongest] <= ln(thresholds.leastConditionalSignificance)
      else { return telling }
      telling.append(rest.remove(at: strongest).candidate)
    }
  }

  /// The logarithm of the probability that an error has such a share of a condition's failures by
  /// chance, beside failures that no other finding explains; 0 where it is no larger share.
  private func shareTest(
    _ candidate: Candidate, besides findings: [Candidate], _ thresholds: SearchThresholds
  ) -> Double {
    guard let error = candidate.rule.error, let condition = candidate.rule.errorCondition,
      let figures = figures(of: condition)
    else { return 0 }
    let key = ErrorTable.key(of: error)
    var table = ContingencyTable(
      both: figures.errors.count(of: key), condition: figures.failures,
      outcome: min(errors.count(of: key), all.failures), total: all.failures)
    let explained = findings.filter { $0.rule.errorCondition != condition }
      .compactMap(\.rule.error)
    for other in Set(explained) where other != error {
      let key = ErrorTable.key(of: other)
      table.condition -= figures.errors.count(of: key)
      table.total -= errors.count(of: key)
    }
    guard table.isConsistent, thresholds.isLarger(table.rate, than: table.restRate) else {
      return 0
    }
    return FisherExactTest.lnUpperTail(table)
  }
}

extension ExecutionSample {
  /// The rules on errors that neither each other nor the rules on failures that were found
  /// explain. Executions with one error are held against those that completed.
  func independentErrors(
    _ candidates: [Candidate], beside failures: [Candidate], _ thresholds: SearchThresholds
  ) -> [Candidate] {
    Dictionary(grouping: candidates) { $0.rule.error ?? "" }.flatMap { error, candidates in
      let key = ErrorTable.key(of: error)
      return independentFailures(
        candidates, beside: failures,
        among: self.failures.executions.filter {
          $0.conditions.contains(key)
        }, thresholds)
    }
  }
}

extension PatternRule {
  fileprivate var failureCondition: Condition? {
    if case .failure(_, let condition) = self { condition } else { nil }
  }

  fileprivate var errorCondition: Condition? {
    if case .error(_, _, let condition) = self { condition } else { nil }
  }

  fileprivate var error: String? {
    if case .error(_, let error, _) = self { error } else { nil }
  }
}
