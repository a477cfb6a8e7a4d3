import Testing
import WorkflowHistory

@testable import PatternLearning

@Suite("Statistics that are bounded")
struct BoundedStatisticsTests {
  private func condition(_ value: String) -> Condition {
    .input(InputField(path: "$.a", value: .text(value)))
  }

  private let outcome = Outcome(day: 1, hasFailed: false)

  @Test("keep the values that are common among many that are not")
  func commonValues() {
    var table = ValueTable()
    for number in 0..<5_000 {
      let isCommon = number % 4 > 0
      let condition = condition(isCommon ? "common-\(number % 4)" : "rare-\(number)")
      table.add(outcome, condition, key: condition.key)
    }
    #expect(!table.holdsIDs)
    #expect(table.entries.count == ValueTable.capacity)
    for number in 1...3 {
      let entry = table.entries.first { $0.condition == condition("common-\(number)") }
      #expect(entry?.figures.executions == 1_250)
    }
  }

  @Test("hold nothing of a field whose values are ids")
  func ids() {
    var table = ValueTable()
    for number in 0..<1_000 {
      let condition = condition("id-\(number)")
      table.add(outcome, condition, key: condition.key)
    }
    #expect(table.holdsIDs)
    #expect(table.entries.isEmpty)
  }

  @Test("sample the same executions in whatever order and however often they come")
  func sample() {
    var generator = SeededGenerator(state: 1)
    let rows = (0..<3_000).map { _ in
      SampledExecution(
        id: ExecutionID(high: generator.next(), low: generator.next()), duration: nil,
        conditions: [])
    }
    func sampled(_ rows: [SampledExecution]) -> BottomSample {
      var sample = BottomSample()
      for row in rows { sample.add(row.rank, row) }
      return sample
    }
    var sample = sampled(rows)
    let shuffled = sampled((rows + rows).shuffled(using: &generator))
    #expect(sample == shuffled)
    #expect(
      sample.executions.map(\.rank)
        == Array(rows.map(\.rank).sorted().prefix(BottomSample.capacity)))
    var parts = sampled(Array(rows[..<1_000]))
    parts.merge(sampled(Array(rows[1_000...])))
    #expect(parts.executions.count > BottomSample.capacity)
    parts.trim(to: BottomSample.capacity)
    #expect(parts == sample)
    sample.merge(parts)
    #expect(parts == sample)
  }
}
