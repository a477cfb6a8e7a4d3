import Testing

@testable import WorkflowHistory

@Suite("The histogram of durations")
struct DurationHistogramTests {
  /// Durations of every size, some of them equal.
  private func durations(_ count: Int, _ generator: inout SeededGenerator) -> [Double] {
    (0..<count).map { _ in
      switch Int.random(in: 0..<8, using: &generator) {
      case 0: 0
      case 1: Double(Int.random(in: 1...20, using: &generator))
      case 2: Double.random(in: 0...1e9, using: &generator)
      case 3: Double(bitPattern: .random(in: 1..<Double.infinity.bitPattern, using: &generator))
      default: Double.random(in: 0.001...100, using: &generator)
      }
    }
  }

  private func histogram(_ durations: [Double]) -> DurationHistogram {
    var histogram = DurationHistogram()
    for duration in durations { histogram.add(duration) }
    return histogram
  }

  @Test("knows the duration of every rank to within 1%", arguments: 0..<100 as Range<UInt64>)
  func ranks(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    let durations = durations(Int.random(in: 1...300, using: &generator), &generator)
    let histogram = histogram(durations)
    for (index, exact) in durations.sorted().enumerated() {
      let found = try #require(histogram.duration(ofRank: Int64(index + 1)))
      #expect(abs(found - exact) <= exact * 0.01)
    }
    #expect(histogram.count == Int64(durations.count))
    #expect(histogram.duration(ofRank: 0) == nil)
    #expect(histogram.duration(ofRank: Int64(durations.count + 1)) == nil)
  }

  @Test("knows each number to within 1%, also at the bounds of its buckets")
  func bounds() throws {
    var number = 1.0
    while number < 2 {
      for duration in [number.nextDown, number, number.nextUp, number * 1e-9, number * 1e9] {
        let found = try #require(histogram([duration]).percentile(50))
        #expect(abs(found - duration) <= duration * 0.01)
      }
      number *= 1.0005
    }
    for duration in [.leastNonzeroMagnitude, .leastNormalMagnitude, 1e308] {
      let found = try #require(histogram([duration]).percentile(99))
      #expect(abs(found - duration) <= duration * 0.01)
    }
  }

  @Test("puts larger numbers into later buckets")
  func order() {
    var generator = SeededGenerator(state: 3)
    let sorted = durations(2000, &generator).filter { $0 > 0 }.sorted()
    let buckets = sorted.map { DurationHistogram.bucket(of: $0) }
    #expect(buckets == buckets.sorted())
  }

  @Test("takes about 40 buckets for numbers from one power of two to the next")
  func resolution() {
    #expect(DurationHistogram.bucket(of: 1) == 0)
    #expect(DurationHistogram.bucket(of: 2.0.nextDown) == 37)
    #expect(DurationHistogram.bucket(of: 2) == 38)
    #expect(DurationHistogram.bucket(of: 1.0.nextDown) == -1)
  }

  @Test("of none has no percentiles")
  func none() {
    #expect(DurationHistogram().percentile(50) == nil)
    #expect(DurationHistogram().duration(ofRank: 1) == nil)
  }

  @Test("has each length once, in order, with how many there are")
  func lengths() {
    let lengths = histogram([8, 0, 8, 0.001, 3]).lengths
    #expect(lengths.map(\.count) == [1, 1, 1, 2])
    for (length, expected) in zip(lengths, [0, 0.001, 3, 8]) {
      #expect(abs(length.seconds - expected) <= 0.01 * expected)
    }
    #expect(DurationHistogram().lengths.isEmpty)
  }

  @Test("of zeros is exact")
  func zeros() {
    let histogram = histogram([0, 0, 0, 8])
    #expect(histogram.percentile(50) == 0)
    #expect(histogram.duration(ofRank: 4).map { abs($0 - 8) <= 0.08 } == true)
  }

  @Test("tell how many lie between powers of two, exactly")
  func octaveBuckets() {
    var histogram = DurationHistogram()
    for duration in [0, 0.75, 1, 2.0.nextDown, 2, 1e9] { histogram.add(duration) }
    histogram.add(5)
    histogram.add(7, times: -1)
    #expect(
      histogram.octaveBuckets == [
        DurationBucket(lowerSeconds: 0, executions: 1),
        DurationBucket(lowerSeconds: 0.5, executions: 1),
        DurationBucket(lowerSeconds: 1, executions: 2),
        DurationBucket(lowerSeconds: 2, executions: 1),
        DurationBucket(lowerSeconds: 536_870_912, executions: 1),
      ])
    #expect(histogram.octaveBuckets.map(\.upperSeconds) == [0, 1, 2, 4, 1_073_741_824])
    #expect(DurationHistogram().octaveBuckets.isEmpty)
  }
}
