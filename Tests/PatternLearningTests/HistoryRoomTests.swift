import Foundation
import Testing
import WorkflowHistory

@testable import PatternLearning

/// What one user's history takes, whatever comes.
///
/// `ADVERSARIAL_EXECUTIONS=200000` adds so many executions instead of a few.
@Suite("The room that a history takes")
struct HistoryRoomTests {
  static let executions =
    ProcessInfo.processInfo.environment["ADVERSARIAL_EXECUTIONS"].flatMap(Int.init) ?? 3_000

  @Test("is bounded, in memory and in bytes, whatever is added")
  func adversary() throws {
    var adversary = Adversary(executions: Self.executions)
    var history = LearnedHistory(userID: "eve")
    var most = (memory: 0, bytes: 0)
    for number in 0..<Self.executions {
      try history.add(adversary.next())
      guard number % (Self.executions / 100) == 0 || number == Self.executions - 1 else { continue }
      most.memory = max(most.memory, history.statisticsFootprint)
      if number % (Self.executions / 10) == 0 {
        most.bytes = max(most.bytes, history.encoded.count)
      }
    }
    print(
      "\(most), left out: \(history.executionsLeftOut) executions, \(history.valuesLeftOut) values")
    #expect(most.memory <= LearnedHistory.statisticsBytes)
    #expect(most.memory >= LearnedHistory.statisticsBytes / 2)
    #expect(most.bytes <= LearnedHistory.mostBytes)
    #expect(history.executionsLeftOut > 0)
    #expect(history.valuesLeftOut > 0)
    let counted = history.statistics(of: .min ... .max).types.values
      .reduce(0) { $0 + $1.all.executions }
    #expect(counted + history.executionsLeftOut <= Int64(Self.executions))
    #expect(!history.periods.isEmpty && counted > 0)
    let resumed = try LearnedHistory(encoded: history.encoded)
    #expect(resumed.encoded == history.encoded)
    #expect(resumed.statisticsFootprint <= LearnedHistory.statisticsBytes)
  }

  @Test("goes to the types that are most frequent, where it is scarce")
  func frequentTypes() {
    var statistics = HistoryStatistics()
    var runs = Runs()
    for number in 0..<60 { runs.add(number % 3 == 0 ? "type-\(number)" : "usual") }
    for observation in runs.observations {
      statistics.add(observation, after: "usual", retrying: nil)
    }
    statistics.trim(to: StatisticsLimits(types: 1))
    #expect(statistics.types.keys.sorted() == ["usual"])
    #expect(statistics.leftOut == 20)
    #expect(statistics.sequences.pairs.keys.allSatisfy { $0.second == "usual" })
  }

  @Test("of one type is small enough at the last level, so that there always is enough")
  func leastRoom() throws {
    var adversary = Adversary(executions: 400, types: 1)
    var history = LearnedHistory(userID: "eve")
    for _ in 0..<400 { try history.add(adversary.next()) }
    history.room.limits = try #require(StatisticsLimits.levels.last)
    history.trimPeriods()
    #expect(history.statisticsFootprint <= LearnedHistory.statisticsBytes / 2)
  }

  @Test("is of errors no more than some texts, however many workflows fail")
  func errorTexts() throws {
    var failures = RecentFailures()
    for number in 0..<4_000 {
      let text = String(repeating: "é", count: 426) + String(number + 1_000)
      _ = failures.note("wf-\(number)", RecentFailures.Failure(error: text))
    }
    var bytes: [UInt8] = []
    failures.write(to: &bytes)
    #expect(bytes.count <= RecentFailures.mostBytes)
    #expect(failures.note("wf-1", nil)?.error.isEmpty == false)
    #expect(failures.note("wf-3999", nil)?.error.isEmpty == true)
  }
}

extension LearnedHistory {
  fileprivate var statisticsFootprint: Int {
    periods.reduce(0) { $0 + $1.statistics.footprint }
  }
}

/// Makes executions that take as much room as they can: of many types, with long names, values and
/// errors that come again just often enough, and with durations of any length, over a year.
private struct Adversary {
  private var generator = SeededGenerator(state: 3)
  private let executions: Int
  private let types: Int
  private var count = 0
  private let long = String(repeating: "ü", count: 24)

  init(executions: Int, types: Int = 80) {
    self.executions = executions
    self.types = types
  }

  private mutating func number(_ count: Int) -> Int { .random(in: 0..<count, using: &generator) }
  private mutating func seconds() -> Double { exponential(.random(in: -7...20, using: &generator)) }

  mutating func next() -> Observation {
    count += 1
    let instant =
      Int64(HistoryGenerator.firstDay) * 86_400_000_000
      + Int64(count) * (86_400_000_000 * 360 / Int64(executions))
      - Int64(number(20)) * 86_400_000_000 + Int64(number(86_400)) * 1_000_000
    let inputs = (0..<20).map { field in
      InputField(
        path: "$.\(long)\(field)\(long)", value: .text("\(long)\(number(40))"))
    }
    let tasks = (0..<20).map { TaskTiming(name: "\(long)\($0)\(long)", seconds: seconds()) }
    let type = String(repeating: "é", count: 250) + String(number(types))
    return Observation(
      userID: "eve", id: ExecutionID.make(at: Timestamp(microseconds: instant), using: &generator),
      workflowID: "wf-\(number(50))", workflowType: type, hasFailed: generator.chance(0.3),
      errorFingerprint: String(repeating: "é", count: 428) + String(number(40)),
      durationSeconds: seconds(), inputs: inputs, tasks: tasks)
  }
}
