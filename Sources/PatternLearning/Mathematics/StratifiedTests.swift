/// Tests of what is left of an association within the strata of another.
enum StratifiedTests {
  /// The test of Mantel and Haenszel (1959): whether a condition and an outcome go together within
  /// strata. The logarithm of the probability of so many with both, or more, by chance.
  ///
  /// It holds where outcomes were sampled at different rates, as its odds ratio does.
  static func mantelHaenszel(_ strata: [ContingencyTable]) -> Double {
    var excess = 0.0
    var variance = 0.0
    for table in strata where table.total > 1 {
      let (condition, outcome) = (Double(table.condition), Double(table.outcome))
      let total = Double(table.total)
      excess += Double(table.both) - condition * outcome / total
      variance +=
        condition * (total - condition) * outcome * (total - outcome)
        / (total * total * (total - 1))
    }
    return variance > 0 ? lnNormalUpperTail(excess / variance.squareRoot()) : 0
  }

  /// The test of van Elteren (1960): rank sums within strata, each weighted by 1 / (N + 1). The
  /// logarithm of the probability of so much longer durations by chance.
  static func vanElteren(_ strata: [RankSumTest]) -> Double {
    var excess = 0.0
    var variance = 0.0
    for test in strata {
      let weight = 1 / Double(test.total + 1)
      excess += weight * test.excess
      variance += weight * weight * test.variance
    }
    return variance > 0 ? lnNormalUpperTail(excess / variance.squareRoot()) : 0
  }
}
