import Foundation
import Testing

@testable import PatternLearning

@Suite("Statistics of counts")
struct ExactTestTests {
  private func close(_ a: Double, _ b: Double, _ tolerance: Double = 1e-10) -> Bool {
    abs(a - b) <= tolerance * max(abs(b), 1e-300)
  }

  @Test(
    "the logarithm of gamma is that of factorials, and of half of the root of pi",
    arguments: [(5.0, 24.0), (11, 3_628_800), (1, 1), (1.5, 0.886_226_925_452_758)])
  func gamma(x: Double, gamma: Double) {
    #expect(abs(lnGamma(x) - log(gamma)) < 1e-13)
  }

  @Test("the lady who tastes tea is right by chance in 1 of 70, or 17 of 70 with one mistake")
  func teaTasting() {
    let right = ContingencyTable(both: 4, condition: 4, outcome: 4, total: 8)
    let nearly = ContingencyTable(both: 3, condition: 4, outcome: 4, total: 8)
    #expect(close(exp(FisherExactTest.lnUpperTail(right)), 1.0 / 70))
    #expect(close(exp(FisherExactTest.lnUpperTail(nearly)), 17.0 / 70))
  }

  @Test("so many heads of a fair coin are as probable as what is enumerated")
  func coins() {
    for trials in 0...14 as ClosedRange<Int64> {
      for heads in 0...trials {
        let outcomes = (0..<(1 << trials)).filter { $0.nonzeroBitCount >= heads }.count
        let tail = exp(BinomialTest.lnUpperTail(heads: heads, of: trials))
        #expect(close(tail, Double(outcomes) / Double(1 << trials)))
      }
    }
    #expect(close(BinomialTest.lnUpperTail(heads: 40_000, of: 40_000), -40_000 * log(2)))
    // Far out, by the normal distribution.
    let far = BinomialTest.lnUpperTail(heads: 505_000, of: 1_000_000)
    #expect(close(far, lnNormalUpperTail(9.999), 1e-4))
  }

  @Test("the tail is the sum of what is enumerated, for every table of 14")
  func enumeration() {
    for condition in 0...14 as ClosedRange<Int64> {
      for outcome in 0...14 as ClosedRange<Int64> {
        // Choose is exact here.
        func ways(_ n: Int64, _ k: Int64) -> Double {
          k < 0 || k > n ? 0 : (0..<k).reduce(1.0) { ($0 * Double(n - $1)) / Double($1 + 1) }
        }
        let lowest = max(0, condition + outcome - 14)
        for both in lowest...min(condition, outcome) {
          let tail = (both...min(condition, outcome)).reduce(0.0) {
            $0 + ways(outcome, $1) * ways(14 - outcome, condition - $1)
          }
          let table = ContingencyTable(
            both: both, condition: condition, outcome: outcome, total: 14)
          #expect(
            close(exp(FisherExactTest.lnUpperTail(table)), tail / ways(14, condition), 1e-9))
        }
      }
    }
  }

  @Test("the tail of millions is found in some steps, and may be smaller than any Double")
  func largeTables() {
    let mean = ContingencyTable(
      both: 50_000, condition: 500_000, outcome: 1_000_000, total: 10_000_000)
    // Near the mean it is about a half.
    #expect(abs(exp(FisherExactTest.lnUpperTail(mean)) - 0.5) < 0.002)
    let extreme = ContingencyTable(
      both: 300_000, condition: 500_000, outcome: 1_000_000, total: 10_000_000)
    #expect(FisherExactTest.lnUpperTail(extreme) < -100_000)
    #expect(FisherExactTest.lnUpperTail(extreme).isFinite)
  }

  @Test("the logarithm of the normal tail goes on where the tail itself is 0")
  func normalTail() {
    #expect(close(exp(lnNormalUpperTail(1.959_963_984_540_054)), 0.025, 1e-9))
    #expect(close(lnNormalUpperTail(0), log(0.5)))
    #expect(close(lnNormalUpperTail(29.999_999), lnNormalUpperTail(30.000_001), 1e-6))
    #expect(close(lnNormalUpperTail(40), -804.608_442_013_754, 1e-6))
  }

  @Test(
    "the tail of Student's distribution is that of the tables",
    arguments: [
      (1.0, 1.0, 0.25), (6.313_751_514_675, 1, 0.05), (2.228_138_851_964_939, 10, 0.025),
      (-2.228_138_851_964_939, 10, 0.975), (0, 7, 0.5),
    ])
  func studentTail(t: Double, freedom: Double, tail: Double) {
    #expect(close(exp(lnStudentUpperTail(t, degreesOfFreedom: freedom)), tail, 1e-9))
  }

  @Test("the correction gives the q-values of Benjamini and Hochberg's own example")
  func benjaminiHochberg() {
    // Their table of 15 trials of thrombolysis (1995, section 3.2): four are discoveries at 5%.
    let pValues = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
      0.5719, 0.6528, 0.7590, 1,
    ]
    let shuffled = pValues.reversed().map { log($0) }
    let qValues = BenjaminiHochberg.qValues(lnP: shuffled, tried: 15)
    #expect(qValues.count { $0 <= 0.05 } == 4)
    #expect(close(qValues[14], 0.0015))
    #expect(close(qValues[12], 0.0095))
    #expect(close(qValues[11], 0.035_625))
    // Those that a smaller one follows take its value.
    #expect(close(qValues[8], qValues[9]))
  }

  @Test("what was tried and is not given counts as not found")
  func triedButNotGiven() {
    #expect(close(BenjaminiHochberg.qValues(lnP: [log(0.001)], tried: 100)[0], 0.1))
  }

  @Test("within the strata of a cause nothing is left of its shadow")
  func mantelHaenszel() {
    // Each stratum has the same share of failures with the condition and without.
    let strata = [
      ContingencyTable(both: 40, condition: 50, outcome: 80, total: 100),
      ContingencyTable(both: 1, condition: 20, outcome: 9, total: 180),
    ]
    let together = ContingencyTable(both: 41, condition: 70, outcome: 89, total: 280)
    #expect(exp(FisherExactTest.lnUpperTail(together)) < 1e-6)
    #expect(exp(StratifiedTests.mantelHaenszel(strata)) > 0.4)
  }

  @Test("the strata of Mantel and Haenszel add up")
  func mantelHaenszelSums() {
    // (a - E) = 2.5 in each, V = 10 * 10 * 10 * 10 / (20 * 20 * 19): z = 5 / sqrt(2 V).
    let stratum = ContingencyTable(both: 8, condition: 10, outcome: 11, total: 20)
    let variance = 10.0 * 10 * 11 * 9 / (400 * 19)
    let z = 2 * 2.5 / (2 * variance).squareRoot()
    #expect(
      close(StratifiedTests.mantelHaenszel([stratum, stratum]), lnNormalUpperTail(z)))
  }
}
