/// The rank-sum test of Wilcoxon (1945) and Mann and Whitney (1947), on sketches: those of a bucket
/// are ties, which share the mean of their ranks and make the variance smaller (Lehmann 1975,
/// "Nonparametrics", 1.4).
struct RankSumTest {
  /// By how much the ranks of the sample add up to more than is expected of as many of all.
  let excess: Double
  /// The variance of the sum of ranks.
  let variance: Double
  /// The probability that one of the sample is longer than one of the rest, ties counted half.
  let superiority: Double
  /// How many there are in the sample and in the rest.
  let total: Int64

  /// Compares a sample with the rest of `all`, of which it is a part. Nil where either is empty.
  init?(of sample: DurationSketch, in all: DurationSketch) {
    let drawn = Double(sample.count)
    let rest = Double(all.count - sample.count)
    guard drawn > 0, rest > 0 else { return nil }
    let count = drawn + rest
    var below = 0.0
    var rankSum = 0.0
    var ties = 0.0
    all.forEachBucket { bucket, number in
      let tied = Double(number)
      rankSum += Double(sample.count(in: bucket)) * (below + (tied + 1) / 2)
      ties += tied * (tied * tied - 1)
      below += tied
    }
    excess = rankSum - drawn * (count + 1) / 2
    variance = drawn * rest / 12 * (count + 1 - ties / (count * max(count - 1, 1)))
    superiority = 0.5 + excess / (drawn * rest)
    total = all.count
  }

  /// The logarithm of the probability of such an excess, or a larger one, by chance: by the normal
  /// approximation, corrected for continuity.
  var lnP: Double {
    variance > 0 ? lnNormalUpperTail((excess - 0.5) / variance.squareRoot()) : 0
  }
}
