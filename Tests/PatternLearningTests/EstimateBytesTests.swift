import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("A model in bytes")
struct EstimateBytesTests {
  private let noon = Timestamp(microseconds: 1_771_243_200_000_000)

  /// A model with as much in it as there can be.
  private static let largest = {
    var generator = SeededGenerator(state: 1)
    let conditions = (0..<10).map { number in
      Condition.input(
        InputField(
          path: "$." + String(repeating: "a", count: InputField.longestPath - 3) + "\(number)",
          value: .text(String(repeating: "b", count: InputValue.longestText))))
    }
    let rows = (0..<9_000).map { _ in
      (met: generator.next(), duration: exponential(.random(in: -80...80, using: &generator)))
    }
    func test(_ condition: Condition) -> ((met: UInt64, duration: Double)) -> Bool {
      let place = conditions.firstIndex(of: condition) ?? 0
      return { $0.met >> UInt64(place) & 1 == 1 }
    }
    return EstimateModel(
      durations: ConditionPartition(rows, by: conditions, leastRows: 10, where: test) { rows in
        let durations = rows.prefix(EstimateModel.mostDurations).map(\.duration)
        return DurationCell(durations: DurationTable(durations.map(RoundedDuration.init)))
      }, lastChange: 20_500,
      outcomes: ConditionPartition(rows, by: conditions, leastRows: 10, where: test) { _ in
        OutcomeCounts(failed: 1 << 47, ended: 1 << 48)
      }, since: 20_500)
  }()

  @Test("is as it was, and of bounded size")
  func largestModel() throws {
    let bytes = Self.largest.encoded
    print("the largest model has \(bytes.count) bytes")
    #expect(bytes.count <= EstimateModel.mostBytes)
    #expect(try EstimateModel(encoded: bytes) == Self.largest)
  }

  @Test("is of bounded size whatever the figures, and within 1% of them where they are usual")
  func plainFigures() throws {
    var usual = DurationHistogram()
    var wide = DurationHistogram()
    var generator = SeededGenerator(state: 2)
    for _ in 0..<10_000 {
      usual.add(10 * generator.factor(1))
      wide.add(exponential(.random(in: -700...700, using: &generator)), times: 1 << 32)
    }
    for histogram in [usual, wide] {
      let bytes = EstimateModel(durations: histogram, failed: 1, ended: 1 << 47).encoded
      #expect(bytes.count <= EstimateModel.mostBytes)
      let estimate = try EstimateModel(encoded: bytes).estimate(inputs: [], at: noon)
      #expect(estimate.durationSupport == histogram.count)
      guard histogram == usual, let p90 = usual.percentile(90) else { continue }
      #expect(abs((estimate.p90DurationSeconds ?? 0) / p90 - 1) < 0.01)
    }
  }

  @Test("is not read from bytes that are none, and nothing else happens", arguments: 0..<20)
  func malformedBytes(seed: Int) {
    var generator = SeededGenerator(state: UInt64(seed))
    let bytes = Self.largest.encoded
    for _ in 0..<20 {
      var changed = bytes
      for _ in 0..<3 {
        changed[.random(in: 0..<bytes.count, using: &generator)] = .random(
          in: 0...255, using: &generator)
      }
      if let model = try? EstimateModel(encoded: changed) {
        let estimate = model.estimate(inputs: [], at: noon)
        _ = (estimate.p90DurationSeconds, estimate.longerShare(than: 1), estimate.conditions)
      }
      let short = bytes.prefix(.random(in: 0..<bytes.count, using: &generator))
      #expect(throws: MalformedBytes.self) { try EstimateModel(encoded: Array(short)) }
    }
    #expect(throws: MalformedBytes.self) {
      try EstimateModel(encoded: bytes + Array(repeating: 0, count: EstimateModel.mostBytes))
    }
  }
}
