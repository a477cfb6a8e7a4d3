import Testing
import WorkflowHistory

@testable import PostgresHistoryStore

@Suite("The days and the ends of a span") struct RollupSpanTests {
  private let day: Int64 = 86_400_000_000

  /// What executions created at an instant count for in a span's figures.
  private func count(_ span: RollupSpan, _ instant: Int64) -> Int {
    let id = ExecutionID.first(atOrAfter: Timestamp(microseconds: instant))
    return (span.days.contains(Day(of: id.createdAt)) ? 1 : 0) + Int(span.times(id))
  }

  @Test(
    "each execution counts once where it lies in the span, and not at all where it does not",
    arguments: [DayCut.Part.before, .after, .shorter], [DayCut.Part.before, .after, .shorter])
  func everyInstant(first: DayCut.Part, last: DayCut.Part) {
    let offsets: [Int64] = [-999, -1, 0, 1, 999, 1000, 1001]
    let instants = (10...13 as ClosedRange<Int64>).flatMap { number in
      [0, day / 2].flatMap { (part: Int64) in offsets.map { number * day + part + $0 } }
    }
    for start in instants {
      for end in instants {
        let span = RollupSpan(
          from: DayCut(at: Timestamp(microseconds: start), reading: first),
          to: DayCut(at: Timestamp(microseconds: end), reading: last))
        // An execution is created at a whole millisecond.
        for instant in Set(instants.map { $0 / 1000 * 1000 }) {
          let expected = instant >= start && instant < end ? 1 : 0
          guard count(span, instant) != expected else { continue }
          Issue.record("\(instant) in \(start)..<\(end)")
        }
        let ends = span.ends
        #expect(ends.count <= 2)
        #expect(ends.allSatisfy { $0.upperBound <= (Day(of: $0.lowerBound.createdAt) + 1).firstID })
      }
    }
  }

  @Test("whole days have no ends to read")
  func wholeDays() {
    let span = RollupSpan(
      from: DayCut(at: Timestamp(microseconds: 10 * day), reading: .shorter),
      to: DayCut(at: Timestamp(microseconds: 13 * day), reading: .after))
    #expect(span.days == Day(number: 10)..<Day(number: 13))
    #expect(span.added.isEmpty)
    #expect(span.removed.isEmpty)
  }

  @Test("there is a span of all executions that can be")
  func everything() {
    let span = RollupSpan(
      from: DayCut(at: Timestamp(microseconds: .min), reading: .after),
      to: DayCut(at: Timestamp(microseconds: .max), reading: .after))
    #expect(span.days.lowerBound == Day(number: 0))
    #expect(span.days.contains(Day(of: Timestamp(microseconds: 281_474_976_710_655_000))))
    #expect(span.added.isEmpty)
  }
}
