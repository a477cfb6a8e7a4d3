@testable import PatternLearning

/// SplitMix64: the same numbers in each run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return StableHash.mixed(state)
  }

  mutating func chance(_ probability: Double) -> Bool {
    .random(in: 0..<1, using: &self) < probability
  }

  /// About normal, with mean 0 and variance 1: the sum of twelve.
  mutating func normal() -> Double {
    (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
  }

  /// About log-normal, with median 1.
  mutating func factor(_ deviation: Double) -> Double { exponential(deviation * normal()) }

  /// An index, as probable as its weight.
  mutating func index(_ weights: [Double]) -> Int {
    var rest = Double.random(in: 0..<weights.reduce(0, +), using: &self)
    let index = weights.firstIndex { weight in
      rest -= weight
      return rest < 0
    }
    return index ?? weights.count - 1
  }
}
