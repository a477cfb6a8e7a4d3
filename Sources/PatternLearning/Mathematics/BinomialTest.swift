/// The exact binomial test of whether something happens more often than in half of all cases.
enum BinomialTest {
  /// The logarithm of the probability of so many heads in `trials` tosses of a fair coin, or more.
  ///
  /// The sum begins at `heads`, and goes on away from the mean, each term from the one before, until
  /// what is left is below the precision of a `Double`.
  static func lnUpperTail(heads: Int64, of trials: Int64) -> Double {
    if heads <= 0 { return 0 }
    if 2 * heads <= trials {
      return lnOneMinusExponential(lnUpperTail(heads: trials - heads + 1, of: trials))
    }
    var (term, sum) = (1.0, 1.0)
    for count in heads..<max(trials, heads) {
      term *= Double(trials - count) / Double(count + 1)
      sum += term
      if term <= sum * 1e-17 { break }
    }
    return lnChoose(trials, heads) - Double(trials) * ln(2) + ln(sum)
  }
}
