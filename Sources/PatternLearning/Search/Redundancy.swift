// One cause is often seen by several conditions: the type that runs before a bad hour, the country
// of a bad region. What is left of one, where the others are held still, tells them apart.

extension ExecutionSample {
  /// The rules on failures that no others explain.
  func independentFailures(
    _ candidates: [Candidate], _ thresholds: SearchThresholds
  ) -> [Candidate] {
    independentFailures(candidates, beside: [], among: failures.executions, thresholds)
  }

  /// The rules on some failures that neither others explain nor those that were found before.
  func independentFailures(
    _ candidates: [Candidate], beside known: [Candidate], among failures: [SampledExecution],
    _ thresholds: SearchThresholds
  ) -> [Candidate] {
    let rows = failures + completions.executions
    let failed = failures.count
    return independent(candidates, beside: known, rows, thresholds) { isMet, isRise, strata in
      var tables = [ContingencyTable](repeating: ContingencyTable(), count: strata.count)
      for (index, stratum) in strata.ofRows.enumerated() {
        tables[stratum].add(condition: isMet[index], outcome: index < failed)
      }
      return StratifiedTests.mantelHaenszel(isRise ? tables : tables.map(\.complement))
    }
  }

  /// The rules on durations that no others explain.
  func independentDurations(
    _ candidates: [Candidate], _ thresholds: SearchThresholds
  ) -> [Candidate] {
    let rows = completions.executions.filter { $0.duration != nil }
    return independent(candidates, rows, thresholds) { isMet, isRise, strata in
      var all = [DurationSketch](repeating: DurationSketch(), count: strata.count)
      var samples = all
      for (index, stratum) in strata.ofRows.enumerated() {
        guard let bucket = rows[index].durationBucket else { continue }
        all[stratum].add(1, to: bucket)
        if isMet[index] == isRise { samples[stratum].add(1, to: bucket) }
      }
      return StratifiedTests.vanElteren(
        zip(samples, all).compactMap { RankSumTest(of: $0, in: $1) })
    }
  }

  /// Takes candidates in as long as something is left of each beside the stronger ones; then leaves
  /// out those, from the weakest on, that the others explain which came later.
  ///
  /// - Parameters:
  ///   - known: what was found before, and stays: of other conditions it may explain candidates.
  ///   - lnP: the test of a condition within strata, from which rows meet it, and whether it is for
  ///     more or for less.
  private func independent(
    _ candidates: [Candidate], beside known: [Candidate] = [], _ rows: [SampledExecution],
    _ thresholds: SearchThresholds, lnP: ([Bool], Bool, Strata) -> Double
  ) -> [Candidate] {
    typealias Finding = (candidate: Candidate, isMet: [Bool])
    let knownConditions = known.compactMap(\.rule.condition)
    func isLeft(_ finding: Finding, beside others: [Finding]) -> Bool {
      let apart = knownConditions.filter { $0 != finding.candidate.rule.condition }
      if others.isEmpty && apart.isEmpty { return true }
      let strata = Strata(
        rows.count, splitBy: others.map(\.isMet) + apart.map { rows.map($0.test) })
      return lnP(finding.isMet, finding.candidate.rule.isRise, strata)
        <= ln(thresholds.leastConditionalSignificance)
    }
    var found: [Finding] = []
    for candidate in candidates.sorted(by: Candidate.isStronger) {
      guard let condition = candidate.rule.condition else { continue }
      let finding = (candidate, rows.map(condition.test))
      if isLeft(finding, beside: found) { found.append(finding) }
    }
    for index in found.indices.reversed() {
      var others = found
      let finding = others.remove(at: index)
      if !isLeft(finding, beside: others) { found = others }
    }
    return found.map(\.candidate)
  }
}

/// The sequences that no stronger one explains.
func independentSequences(
  _ candidates: [Candidate], in table: SequenceTable, _ thresholds: SearchThresholds
) -> [Candidate] {
  var found: [SequenceFigures.Pair] = []
  return candidates.sorted(by: Candidate.isStronger).filter { candidate in
    guard case .sequence(let first, let second) = candidate.rule else { return false }
    let rest = table.explained(by: found, first: first, second: second)
    guard let evidence = rest.evidence(first, second, thresholds),
      evidence.lnP <= ln(thresholds.leastConditionalSignificance),
      thresholds.isLarger(evidence.value, than: evidence.baseline)
    else { return false }
    found.append(SequenceFigures.Pair(first: first, second: second))
    return true
  }
}

/// The rows of a sample, split by conditions.
private struct Strata {
  /// The stratum of each row.
  private(set) var ofRows: [Int]
  private(set) var count = 1

  /// Splits each stratum into the rows that meet a condition and the others, one condition after
  /// the other. Past some of them strata would be too small to show anything.
  init(_ rows: Int, splitBy conditions: [[Bool]]) {
    ofRows = Array(repeating: 0, count: rows)
    for isMet in conditions.prefix(Self.mostConditions) {
      for (index, isMet) in isMet.enumerated() where isMet { ofRows[index] += count }
      count *= 2
    }
  }

  private static let mostConditions = 6
}

extension PatternRule {
  /// What splits executions into those that it speaks of and the others.
  fileprivate var condition: Condition? {
    switch self {
    case .failure(_, let condition), .duration(_, let condition), .error(_, _, let condition):
      condition
    case .recovery(_, let error): .retry(error: error)
    case .durationChange(_, let day, _), .failureChange(_, let day, _), .slowTask(_, _, let day):
      .since(day)
    case .sequence: nil
    }
  }

  /// Whether the executions under its condition fail more, or take longer.
  fileprivate var isRise: Bool {
    switch self {
    case .recovery: false
    case .durationChange(_, _, let isRise), .failureChange(_, _, let isRise): isRise
    case .failure, .error, .duration, .slowTask, .sequence: true
    }
  }
}

extension Condition {
  /// Tells of an execution whether it meets the condition.
  var test: (SampledExecution) -> Bool {
    if case .since(let day) = self { return { $0.day >= day } }
    let key = key
    return { $0.conditions.contains(key) }
  }
}
