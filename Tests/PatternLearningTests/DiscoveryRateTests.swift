import Foundation
import PatternLearning
import Testing

/// What is found of what was planted, and what else.
///
/// `PATTERN_HISTORIES=200` tries so many histories instead of a few: some minutes in a debug build.
@Suite("What a search finds")
struct DiscoveryRateTests {
  static let histories =
    ProcessInfo.processInfo.environment["PATTERN_HISTORIES"].flatMap(UInt64.init) ?? 10

  @Test("is at least 95% of what is there with support of 50, and at most 5% of it is false")
  func plantedCauses() throws {
    var rates = DiscoveryRates()
    for seed in 0..<Self.histories {
      var chooser = SeededGenerator(state: seed)
      let causes = PlantedCause.some(&chooser)
      var generator = HistoryGenerator(causes, seed: seed + 1_000)
      let patterns = PatternSearch().patterns(in: try learned(generator.history(of: 5_000)))
      rates.count(patterns, of: causes, support: generator.support)
    }
    print("\(Self.histories) histories\n\(rates)")
    #expect(Double(rates.found) >= 0.95 * Double(rates.planted))
    #expect(Double(rates.falseOnes.count) <= 0.05 * Double(rates.patterns))
  }

  @Test("is nothing in noise, 95 times of 100")
  func noise() throws {
    let histories = max(Self.histories / 2, 10)
    let found = try (0..<histories).filter { seed in
      var generator = HistoryGenerator([], seed: seed + 50_000)
      let patterns = PatternSearch().patterns(in: try learned(generator.history(of: 5_000)))
      for pattern in patterns { print("in noise \(seed): \(pattern.description)") }
      return !patterns.isEmpty
    }
    print("\(found.count) of \(histories) histories of noise have a pattern")
    // Of a few histories one may be the one of twenty.
    #expect(Double(found.count) <= max(1, 0.05 * Double(histories)))
  }
}

/// How many planted causes are found, and how many patterns are none.
private struct DiscoveryRates: CustomStringConvertible {
  private var rates: [String: (planted: Int, found: Int)] = [:]
  private(set) var patterns = 0
  private(set) var falseOnes: [String] = []

  var planted: Int { rates.values.reduce(0) { $0 + $1.planted } }
  var found: Int { rates.values.reduce(0) { $0 + $1.found } }

  mutating func count(
    _ patterns: [Pattern], of causes: [PlantedCause], support: [PlantedCause: Int]
  ) {
    for cause in causes where support[cause, default: 0] >= 50 {
      let isFound = patterns.contains { cause.isFound(by: $0.rule) }
      rates[cause.kind, default: (0, 0)].planted += 1
      rates[cause.kind, default: (0, 0)].found += isFound ? 1 : 0
    }
    self.patterns += patterns.count
    falseOnes += patterns.filter { pattern in !causes.contains { $0.explains(pattern.rule) } }
      .map(\.description)
  }

  /// A table, and the false ones.
  var description: String {
    func row(_ cells: String...) -> String {
      cells.map { $0.padding(toLength: 16, withPad: " ", startingAt: 0) }.joined()
    }
    var rows = [row("cause", "planted", "found", "missed")]
    for (kind, rate) in rates.sorted(by: { $0.key < $1.key }) {
      rows.append(
        row(kind, "\(rate.planted)", "\(rate.found)", "\(rate.planted - rate.found)"))
    }
    rows.append(row("all", "\(planted)", "\(found)", "\(planted - found)"))
    rows.append("false: \(falseOnes.count) of \(patterns) patterns")
    return (rows + falseOnes).joined(separator: "\n")
  }
}
