/// Looks for patterns in the statistics of one user.
///
/// Each rule that has enough executions is tested against the rest of its type: shares with
/// Fisher's exact test, durations with the rank-sum test, days with a search for a change point.
/// What passes a correction for all that was tried, and has an effect worth telling, is tested once
/// more within the strata of the other findings of the same type. Those that are left go through
/// the correction again: a cause that was seen ten times is one discovery, and does not make room
/// for nine others.
public struct PatternSearch: Sendable {
  /// What is tried and told.
  public let thresholds: SearchThresholds

  /// A search with these thresholds.
  public init(thresholds: SearchThresholds = SearchThresholds()) { self.thresholds = thresholds }

  /// The patterns of all periods of a history, most certain first.
  public func patterns(in history: LearnedHistory) -> [Pattern] {
    patterns(in: history.statistics(of: .min ... .max))
  }

  func patterns(in statistics: HistoryStatistics) -> [Pattern] {
    let sequences = SequenceTable(statistics.sequences)
    var groups = [
      Group(candidates: sequences.candidates(thresholds)) { candidates in
        independentSequences(candidates, in: sequences, thresholds)
      }
    ]
    for (type, figures) in statistics.types {
      groups.append(
        Group(
          candidates: figures.failureCandidates(type, thresholds)
            + figures.errorCandidates(type, thresholds)
        ) { candidates in
          let failures = figures.sample.independentFailures(
            candidates.filter { $0.rule.kind != .errorAssociation }, thresholds)
          let errors = figures.independentErrors(
            candidates.filter { $0.rule.kind == .errorAssociation }, beside: failures, thresholds)
          return failures + errors
        })
      groups.append(
        Group(candidates: figures.durationCandidates(type, thresholds)) { candidates in
          figures.sample.independentDurations(Self.namingSlowTasks(candidates), thresholds)
        })
    }
    let tried = groups.reduce(0) { $0 + $1.candidates.count }
    let likely = Set(
      discoveries(groups.flatMap(\.candidates), tried: tried).lazy.filter(\.isWorthTelling)
        .map(\.rule))
    let independent = groups.flatMap { group in
      group.independent(group.candidates.filter { likely.contains($0.rule) })
    }
    return discoveries(independent, tried: tried).sorted(by: Candidate.isStronger)
      .map { Pattern(rule: $0.rule, evidence: $0.evidence) }
  }

  /// Candidates that may be the same cause: those of one outcome of one type, or all sequences.
  private struct Group {
    let candidates: [Candidate]
    /// Those of some candidates that the others do not explain.
    let independent: ([Candidate]) -> [Candidate]
  }

  /// Those that are discoveries among so many that were tried.
  private func discoveries(_ candidates: [Candidate], tried: Int) -> [Candidate] {
    let qValues = BenjaminiHochberg.qValues(lnP: candidates.map(\.evidence.lnP), tried: tried)
    return zip(candidates, qValues).compactMap { candidate, qValue in
      guard qValue <= thresholds.falseDiscoveryRate else { return nil }
      var discovery = candidate
      discovery.evidence.qValue = qValue
      return discovery
    }
  }

  /// Leaves out a change of a type's durations where a task explains it: one that is slower since a
  /// day near to it says more.
  private static func namingSlowTasks(_ candidates: [Candidate]) -> [Candidate] {
    let taskDays = candidates.compactMap { candidate in
      if case .slowTask(_, _, let day) = candidate.rule { day } else { nil }
    }
    return candidates.filter { candidate in
      guard case .durationChange(_, let day, true) = candidate.rule else { return true }
      return !taskDays.contains { abs($0 - day) <= daysOfOneChange }
    }
  }

  /// How far apart two estimates of the day of one change may lie.
  static let daysOfOneChange: Int32 = 7
}
