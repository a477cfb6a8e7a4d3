/// The pairs of executions that came one after the other, by their types.
struct SequenceTable {
  private let pairs: [SequenceFigures.Pair: SequenceFigures.Figures]
  private var firsts: [String: Int64] = [:]
  private var seconds: [String: Int64] = [:]
  private var total: Int64 = 0

  init(_ figures: SequenceFigures) { self.init(figures.pairs) }

  private init(_ pairs: [SequenceFigures.Pair: SequenceFigures.Figures]) {
    self.pairs = pairs
    for (pair, figures) in pairs {
      firsts[pair.first, default: 0] += figures.count
      seconds[pair.second, default: 0] += figures.count
      total += figures.count
    }
  }

  /// All types, in order.
  var types: [String] { Set(firsts.keys).union(seconds.keys).sorted() }

  /// How much more often `second` comes after `first` than after others.
  func evidence(
    _ first: String, _ second: String, _ thresholds: SearchThresholds
  ) -> PatternEvidence? {
    let figures = pairs[SequenceFigures.Pair(first: first, second: second)]
    let table = ContingencyTable(
      both: figures?.count ?? 0, condition: firsts[first] ?? 0, outcome: seconds[second] ?? 0,
      total: total)
    guard thresholds.isWorthTrying(table) else { return nil }
    return PatternEvidence(
      table, lnP: FisherExactTest.lnUpperTail(table), days: figures?.days ?? DaySpan())
  }

  /// The pairs that other sequences leave to say whether `second` comes after `first`: where one
  /// type is mostly followed by another, all else follows it less, and others more.
  func explained(
    by others: [SequenceFigures.Pair], first: String, second: String
  ) -> SequenceTable {
    let rows = Set(others.lazy.map(\.first).filter { $0 != first })
    let columns = Set(others.lazy.filter { $0.first == first }.map(\.second))
    return SequenceTable(
      pairs.filter { pair, _ in
        !rows.contains(pair.first) && !(columns.contains(pair.second) && pair.second != second)
      })
  }
}

extension SequenceTable {
  /// Every pair of different types, also of those that never came one after the other.
  func candidates(_ thresholds: SearchThresholds) -> [Candidate] {
    var candidates: [Candidate] = []
    for first in types {
      for second in types where first != second {
        guard let evidence = evidence(first, second, thresholds) else { continue }
        candidates.append(
          Candidate(
            rule: .sequence(first: first, second: second), evidence: evidence,
            isWorthTelling: evidence.support >= thresholds.leastSupport
              && thresholds.isLarger(evidence.value, than: evidence.baseline)))
      }
    }
    return candidates
  }
}
