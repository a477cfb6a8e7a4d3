/// Confirms and retires what is known, and finds what is new, as a history goes on.
///
/// Patterns are found in the weeks that are over, all together. From then on each is asked of the weeks
/// that came later, by themselves: one test, with nothing to be corrected for, since it was chosen
/// without them. Weeks that have too few executions for an answer wait for more.
public struct PatternReview: Sendable {
  private let search: PatternSearch

  /// How improbable by chance a known pattern must be in later executions, to hold there.
  public static let significance = 0.05
  /// How many later executions under its condition a pattern may be contradicted by.
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
    for index in reviewed.indices {
      let match = found.firstIndex { $0.rule.isSameFinding(as: reviewed[index].pattern.rule) }
      let asked = LearnedHistory.week(ofDay: reviewed[index].askedThrough)
      let later = history.statistics(of: asked + 1...max(asked + 1, last.upperBound))
      confirm(&reviewed[index], isFound: match != nil, later: later, all: all, through: through)
      if let match {
        let pattern = found.remove(at: match)
        if reviewed[index].isActive { reviewed[index].pattern = pattern }
      }
    }
    return reviewed + found.map { LearnedPattern($0, through: through) }
  }

  private func confirm(
    _ known: inout LearnedPattern, isFound: Bool, later: HistoryStatistics,
    all: HistoryStatistics, through: Int32
  ) {
    let rule = known.pattern.rule
    // A change compares what came after it with what was before, which lies in earlier weeks.
    let evidence = (rule.changeDay == nil ? later : all).evidence(
      for: rule, from: known.askedThrough + 1, search.thresholds)
    switch evidence.map({ verdict($0, on: known.pattern.evidence) }) ?? .undecided {
    case .held where known.isActive || isFound:
      known.isActive = true
      known.isValidated = true
      known.lastConfirmed = through
      known.askedThrough = through
    case .contradicted:
      known.isActive = false
      known.askedThrough = through
    case .held, .undecided:
      let hasExecutions = all.evidence(for: rule, search.thresholds) != nil
      known.isActive = known.isActive && (isFound || hasExecutions)
    }
  }

  private enum Verdict {
    case held, contradicted, undecided
  }

  /// Contradicted is what does not hold where there are enough executions, and has not half of the
  /// effect that was found: executions that are too few to show an effect do not deny it.
  private func verdict(_ later: PatternEvidence, on found: PatternEvidence) -> Verdict {
    if later.lnP <= ln(Self.significance) { return .held }
    let hasLostEffect = later.lift <= 0 || ln(later.lift) / ln(found.lift) < 0.5
    return later.trials >= Self.leastTrials && hasLostEffect ? .contradicted : .undecided
  }
}

extension PatternRule {
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
    case .failure, .recovery, .duration, .sequence: self
    }
  }
}
