import Foundation
import Testing

@testable import PatternLearning

@Suite("Statistics of durations")
struct RankSumTests {
  private func sketch(_ durations: [Double]) -> DurationSketch {
    var sketch = DurationSketch()
    for duration in durations { sketch.add(duration) }
    return sketch
  }

  private func test(_ sample: [Double], _ rest: [Double]) throws -> RankSumTest {
    try #require(RankSumTest(of: sketch(sample), in: sketch(sample + rest)))
  }

  /// By definition: over all pairs, and over all ways to choose the sample.
  private func enumerated(_ sample: [Double], _ rest: [Double]) -> (
    superiority: Double, variance: Double
  ) {
    let all = sample + rest
    let ranks = all.map { value in
      Double(all.count { $0 < value }) + Double(all.count { $0 == value } + 1) / 2
    }
    var sums: [Double] = []
    for subset in 0..<1 << all.count where subset.nonzeroBitCount == sample.count {
      sums.append(ranks.indices.reduce(0) { $0 + (subset >> $1 & 1 == 1 ? ranks[$1] : 0) })
    }
    let mean = sums.reduce(0, +) / Double(sums.count)
    let variance = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sums.count)
    let wins = sample.reduce(0.0) { sum, a in
      sum + rest.reduce(0.0) { $0 + (a > $1 ? 1 : a == $1 ? 0.5 : 0) }
    }
    return (wins / Double(sample.count * rest.count), variance)
  }

  @Test(
    "superiority and variance are those of all ways to choose the sample, ties or not",
    arguments: [
      ([1.0, 2, 4, 8, 16], [32.0, 64, 128]), ([1, 1, 2, 2, 2], [2, 4, 4, 1]),
      ([5, 5, 5], [5, 5, 5, 5]), ([100, 200], [1, 2, 3, 50, 1000, 2000]),
    ])
  func moments(sample: [Double], rest: [Double]) throws {
    let test = try test(sample, rest)
    let exact = enumerated(sample, rest)
    #expect(abs(test.superiority - exact.superiority) < 1e-12)
    #expect(abs(test.variance - exact.variance) < 1e-9)
  }

  @Test("nothing is found among ties, and much in a sample that is longer")
  func probabilities() throws {
    #expect(try test([5, 5, 5], [5, 5, 5, 5]).lnP == 0)
    let long = try test((0..<30).map { 20 + Double($0) }, (0..<30).map { 1 + Double($0) / 10 })
    #expect(abs(exp(long.lnP) - 1.5e-11) < 1e-11)
    #expect(long.superiority == 1)
  }

  @Test("there is no test of a sample that is empty, or all")
  func nothingToCompare() {
    #expect(RankSumTest(of: sketch([]), in: sketch([1, 2])) == nil)
    #expect(RankSumTest(of: sketch([1, 2]), in: sketch([1, 2])) == nil)
  }

  @Test("within the strata of a cause nothing is left of its shadow")
  func vanElteren() throws {
    var generator = SeededGenerator(state: 1)
    func durations(_ count: Int, _ scale: Double) -> [Double] {
      (0..<count).map { _ in scale * generator.factor(0.3) }
    }
    // The sample stands mostly in the slow stratum, and there it is like the others.
    let slow = (durations(80, 100), durations(20, 100))
    let fast = (durations(20, 10), durations(80, 10))
    let together = try test(slow.0 + fast.0, slow.1 + fast.1)
    let apart = try [test(slow.0, slow.1), test(fast.0, fast.1)]
    #expect(exp(together.lnP) < 1e-9)
    #expect(exp(StratifiedTests.vanElteren(apart)) > 0.05)
  }

  @Test("a median is known to within 5%", arguments: 0..<30 as Range<UInt64>)
  func median(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    let scale = generator.factor(3)
    let durations = (0..<401).map { _ in scale * generator.factor(0.5) }
    let median = try #require(sketch(durations).median)
    #expect(abs(median / durations.sorted()[200] - 1) < 0.05)
  }

  @Test("durations of any length have a bucket, longer ones a later one")
  func buckets() {
    let durations = [0, 1e-300, 0.0009, 0.5, 1, 1.2, 59, 61, 1e6, 1e9, 1e300]
    let buckets = durations.map(DurationSketch.bucket)
    #expect(buckets == buckets.sorted())
    #expect(buckets.first == 0)
    #expect(buckets.allSatisfy { (0..<DurationSketch.bucketCount).contains($0) })
  }

  @Test("a part and the rest are the whole")
  func subtraction() {
    let part = sketch([1, 2, 2, 500])
    let rest = sketch([2, 8, 1000])
    var whole = part
    whole.merge(rest)
    #expect(whole.subtracting(part).count == rest.count)
    #expect(whole.subtracting(part).median == rest.median)
  }
}
