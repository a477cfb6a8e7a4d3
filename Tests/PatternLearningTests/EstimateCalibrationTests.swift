import Foundation
import Testing
import WorkflowHistory

@testable import PatternLearning

/// What estimates say of executions that come after those they rest on.
///
/// `ESTIMATE_HISTORIES=40` tries so many histories instead of a few; `ESTIMATE_CALIBRATION=FILE`
/// writes a line for each execution that was held out, which scripts/calibration plots.
@Suite("Estimates of executions that were held out")
struct EstimateCalibrationTests {
  static let environment = ProcessInfo.processInfo.environment
  static let histories = environment["ESTIMATE_HISTORIES"].flatMap(UInt64.init) ?? 5

  @Test("are calibrated: 87 to 93% stay within p90, and as many fail as they say")
  func calibration() throws {
    var held: [HeldOutRun] = []
    for seed in 0..<Self.histories { held += try heldOut(of: seed) }
    let report = CalibrationReport(held)
    print("\(Self.histories) histories\n\(report)")
    if let path = Self.environment["ESTIMATE_CALIBRATION"] {
      try HeldOutRun.table(held).write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(report.all.runs >= 5_000)
    #expect((0.87...0.93).contains(report.all.p90Coverage))
    for (name, group) in report.groups where group.runs >= 200 {
      // A change of which hardly anything has been seen yet is no one's to know.
      let least = name == EstimateHistory.newlyChanged ? 0.65 : 0.84
      #expect((least...0.97).contains(group.p90Coverage), "\(name)")
      #expect((least - 0.42...0.55).contains(group.p50Coverage), "\(name)")
    }
    for bin in report.reliability where bin.runs >= 100 {
      #expect(abs(bin.failed - bin.expected) <= 0.02 + 3 * bin.standardError)
    }
  }

  /// Asks for each execution of the last 25 days what came before its day. Patterns are reviewed
  /// each week.
  private func heldOut(of seed: UInt64) throws -> [HeldOutRun] {
    var generator = EstimateHistory(seed: seed)
    var history = LearnedHistory(userID: "ada")
    var patterns: [LearnedPattern] = []
    var model: EstimateModel?
    var held: [HeldOutRun] = []
    var today = HistoryGenerator.firstDay
    for run in generator.runs(perDay: 50) {
      let observation = run.observation
      if observation.day > today {
        today = observation.day
        let isMonday = observation.weekday == 1
        if isMonday { patterns = PatternReview().review(patterns, in: history) }
        if today >= HistoryGenerator.firstDay + EstimateHistory.days - 25 {
          let models = EstimateModel.models(of: history, patterns: patterns)
          model = try models["etl"].map { try EstimateModel(encoded: $0.encoded) }
        }
      }
      if let model {
        let estimate = model.estimate(inputs: observation.inputs, at: observation.id.createdAt)
        if let heldOut = HeldOutRun(run, estimate) { held.append(heldOut) }
      }
      try history.add(observation)
    }
    return held
  }
}
