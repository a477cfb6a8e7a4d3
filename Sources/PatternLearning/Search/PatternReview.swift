internal import WorkflowHistory

/// Confirms and retires what is known, and finds what is new, as a history goes on.
///
/// Patterns are found in the weeks that are over, all together. From then on each is asked of the
/// weeks that came later, by themselves: one test, with nothing to be corrected for, since it was
/// chosen without them. Weeks with too few executions are not asked until there are more.
public struct PatternReview: Sendable {
  private let search: PatternSearch

  /// How improbable by chance a known pattern must be in later executions, to hold there.
  public static let significance = 0.05
  /// How many later executions under its condition are enough to ask; fewer, where the pattern
  /// itself was found in fewer.
  public static let leastTrials: Int64 = 50

  /// A review that finds new patterns by a search.
  public init(search: PatternSearch = PatternSearch()) { self.search = search }

  /// What is known after a review: all of `known`, each confirmed, retired or as it was, and what
  /// is new. Nothing happens before the first week is over.
  public func review(_ known: [LearnedPattern], in history: LearnedHistory) -> [LearnedPattern] {
    let weeks = history.periods.dropLast().map(\.weeks)
    guard let first = weeks.first, let last = weeks.last else { return known }
    let all = history.statistics(of: first.lowerBound...last.upperBound)
    let through = LearnedHistory.lastDay(ofWeek: last.upperBound)
    var found = search.patterns(in: all)
    var reviewed = known
    func samples(_ pattern: Pattern) -> [ExecutionID] {
      all.samples(of: pattern.rule, atMost: LearnedPattern.mostSamples)
    }
    for index in reviewed.indices {
      let match = found.firstIndex { $0.rule.isSameFinding(as: reviewed[index].pattern.rule) }
      let evidence = laterEvidence(of: reviewed[index], in: history, all, through: last.upperBound)
      let hasExecutions = all.evidence(for: reviewed[index].pattern.rule, search.thresholds) != nil
      reviewed[index].confirm(
        verdict(evidence, on: reviewed[index].pattern.evidence), isFound: match != nil,
        hasExecutions: hasExecutions, through: through)
      guard let match else { continue }
      let pattern = found.remove(at: match)
      guard reviewed[index].isActive else { continue }
      reviewed[index].pattern = pattern
      reviewed[index].sampleIDs = samples(pattern)
    }
    return reviewed
      + found.map { LearnedPattern($0, through: through, sampleIDs: samples($0)) }
  }

  /// What the weeks say that a pattern has not been asked of; nil where there are none.
  private func laterEvidence(
    of known: LearnedPattern, in history: LearnedHistory, _ all: HistoryStatistics,
    through week: Int32
  ) -> PatternEvidence? {
    let rule = known.pattern.rule
    // A change compares what came after it with what was before, which lies in earlier weeks.
    if rule.changeDay != nil {
      return all.evidence(for: rule, from: known.askedThrough + 1, search.thresholds)
    }
    let first = LearnedHistory.week(ofDay: known.askedThrough) + 1
    guard first <= week else { return nil }
    return history.statistics(of: first...week, type: rule.type)
      .evidence(for: rule, search.thresholds)
  }

  /// Contradicted is what does not hold, and has not half of the effect that was found: executions
  /// that are too few to show an effect do not deny it.
  private func verdict(_ later: PatternEvidence?, on found: PatternEvidence) -> Verdict {
    guard let later, later.trials >= min(Self.leastTrials, found.trials) else { return .undecided }
    if later.lnP <= ln(Self.significance) { return .held }
    return later.effect / found.effect < 0.5 ? .contradicted : .undecided
  }
}

extension PatternEvidence {
  /// The logarithm of the lift: over 0 for more, below for less. A lift of 0 counts as a tenth.
  fileprivate var effect: Double { ln(max(lift, 0.1)) }
}

/// What later executions say of a pattern.
private enum Verdict {
  case held, contradicted, undecided
}

extension LearnedPattern {
  /// Changes the standing by what later executions say. One that was retired comes back where they
  /// hold it, and all together show it as well.
  fileprivate mutating func confirm(
    _ verdict: Verdict, isFound: Bool, hasExecutions: Bool, through day: Int32
  ) {
    switch verdict {
    case .held where isActive || isFound:
      isActive = true
      isValidated = true
      lastConfirmed = day
      askedThrough = day
    case .contradicted:
      isActive = false
      askedThrough = day
    case .held, .undecided:
      isActive = isActive && (isFound || hasExecutions)
    }
  }
}

extension PatternRule {
  /// The type whose executions it speaks of; nil for a sequence, which is one of all types.
  fileprivate var type: String? {
    switch self {
    case .failure(let type, _), .error(let type, _, _), .recovery(let type, _),
      .duration(let type, _), .durationChange(let type, _, _), .failureChange(let type, _, _),
      .slowTask(let type, _, _):
      type
    case .sequence: nil
    }
  }

  /// Whether both say the same, or the same change of two days that are near to each other.
  func isSameFinding(as other: PatternRule) -> Bool {
    guard let day = changeDay, let otherDay = other.changeDay else { return self == other }
    return abs(day - otherDay) <= PatternSearch.daysOfOneChange
      && at(0) == other.at(0)
  }

  /// The same change on another day.
  private func at(_ day: Int32) -> PatternRule {
    switch self {
    case .durationChange(let type, _, let isRise):
      .durationChange(type: type, day: day, isRise: isRise)
    case .failureChange(let type, _, let isRise):
      .failureChange(type: type, day: day, isRise: isRise)
    case .slowTask(let type, let task, _): .slowTask(type: type, task: task, day: day)
    case .failure, .error, .recovery, .duration, .sequence: self
    }
  }
}
