/// A rule that was tried, and what came of it.
struct Candidate {
  let rule: PatternRule
  var evidence: PatternEvidence
  /// Whether its effect is large enough to be told.
  let isWorthTelling: Bool

  /// By probability; those that are as probable by what they say, so that the order is always the
  /// same.
  static func isStronger(_ a: Candidate, _ b: Candidate) -> Bool {
    a.evidence.lnP != b.evidence.lnP
      ? a.evidence.lnP < b.evidence.lnP : a.rule.json < b.rule.json
  }
}

extension TypeStatistics {
  /// All rules on failures of the type that are tried.
  func failureCandidates(_ type: String, _ thresholds: SearchThresholds) -> [Candidate] {
    var candidates: [Candidate] = []
    for (condition, figures) in conditions {
      guard let evidence = failureEvidence(figures, thresholds) else { continue }
      candidates.append(
        Candidate(
          rule: .failure(type: type, condition: condition), evidence: evidence,
          isWorthTelling: evidence.support >= thresholds.leastSupport
            && thresholds.isLarger(evidence.value, than: evidence.baseline)))
    }
    for (error, figures) in retryFigures {
      guard let evidence = recoveryEvidence(figures, thresholds) else { continue }
      candidates.append(
        Candidate(
          rule: .recovery(type: type, error: error), evidence: evidence,
          isWorthTelling: evidence.support >= thresholds.leastSupport
            && thresholds.isLarger(1 - evidence.baseline, than: 1 - evidence.value)))
    }
    if let change = failureChange(type, thresholds) { candidates.append(change) }
    return candidates
  }

  /// All rules on durations of the type that are tried.
  func durationCandidates(_ type: String, _ thresholds: SearchThresholds) -> [Candidate] {
    var candidates: [Candidate] = []
    for (condition, figures) in conditions {
      guard let evidence = durationEvidence(figures, thresholds) else { continue }
      candidates.append(
        Candidate(
          rule: .duration(type: type, condition: condition), evidence: evidence,
          isWorthTelling: thresholds.isLonger(evidence.value, than: evidence.baseline)))
    }
    let slowTasks = tasks.compactMap { $0.change(type, thresholds) }
    if let change = durationChange(type, thresholds) { candidates.append(change) }
    return candidates + slowTasks
  }

  /// The conditions of which there are figures.
  var conditions: [(Condition, OutcomeFigures)] {
    var conditions = hours.enumerated().map { (Condition.hour(UInt8($0)), $1) }
    conditions += weekdays.enumerated().map { (Condition.weekday(UInt8($0 + 1)), $1) }
    for entry in preceding.entries + inputs.flatMap(\.values.entries) {
      conditions.append((entry.condition, entry.figures))
    }
    for (error, figures) in retryFigures { conditions.append((.retry(error: error), figures)) }
    return conditions
  }

  /// The figures of what follows a failure, with any error and with each.
  private var retryFigures: [(error: String?, figures: OutcomeFigures)] {
    [(nil, retries)]
      + retriedErrors.entries.compactMap { entry in
        if case .retry(let error) = entry.condition { (error, entry.figures) } else { nil }
      }
  }
}
