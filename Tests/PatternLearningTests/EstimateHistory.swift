@testable import PatternLearning
import WorkflowHistory

/// Makes a history of 60 days of one type, with durations of heavy tails, slow and failing input
/// values and hours, days that are slower than others, a slow drift, and two changes: one of them
/// in the days that are held out.
struct EstimateHistory {
  static let days: Int32 = 60
  static let changes: [Int32] = [18, 46]
  /// The group of those that come too soon after a change for it to be known.
  static let newlyChanged = "the first 3 days after a change"

  /// An execution, and what it is like.
  struct Run {
    var observation: Observation
    var group: String
  }

  private var generator: SeededGenerator
  private let scale: Double
  private let drift: Double
  private let dayFactors: [Double]

  init(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    scale = 20 * generator.factor(1)
    drift = .random(in: -0.005...0.01, using: &generator)
    dayFactors = (0..<Self.days).map { _ in generator.factor(0.05) }
    self.generator = generator
  }

  /// So many executions a day, in order.
  mutating func runs(perDay: Int) -> [Run] {
    (0..<Self.days).flatMap { day in
      let instants = (0..<perDay).map { _ in
        Int64.random(in: 0..<86_400_000_000, using: &generator)
      }
      return instants.sorted().map { run(on: day, $0) }
    }
  }

  private mutating func run(on day: Int32, _ time: Int64) -> Run {
    let start = Int64(HistoryGenerator.firstDay + day) * 86_400_000_000
    let instant = Timestamp(microseconds: start + time)
    let hour = time / 3_600_000_000
    let region = ["eu", "us", "apac", "mea"][generator.index([0.4, 0.3, 0.2, 0.1])]
    let mode = ["full", "delta"][generator.index([0.3, 0.7])]
    let customer = "c-\(generator.next() >> 40)"
    var factor = scale * dayFactors[Int(day)] * exponential(drift * Double(day))
    var group = "all others"
    var rate = 0.06
    if region == "mea" {
      factor *= 2.5
      group = "slow region"
    }
    if mode == "full" {
      factor *= 1.7
      group = group == "slow region" ? "slow region and mode" : "slow mode"
    }
    if (2..<4).contains(hour) {
      factor *= 2
      rate = 0.35
      group = "slow hours"
    }
    if region == "apac" { rate = 0.2 }
    for (change, growth) in zip(Self.changes, [1.8, 1.5]) where day >= change {
      factor *= growth
      guard change > 40, day < change + 7 else { continue }
      group = day < change + 3 ? Self.newlyChanged : "days 4 to 7 after a change"
    }
    let observation = Observation(
      userID: "ada", id: ExecutionID.make(at: instant, using: &generator),
      workflowID: "wf-\(generator.next())", workflowType: "etl", hasFailed: generator.chance(rate),
      durationSeconds: factor * tailedFactor(),
      inputs: [
        ("region", region), ("mode", mode), ("customer", customer),
      ].map { InputField(path: "$.\($0)", value: .text($1)) })
    return Run(observation: observation, group: group)
  }

  /// Log-normal; of one in ten the tail is Pareto's, with no variance (its index is 2).
  private mutating func tailedFactor() -> Double {
    let factor = generator.factor(0.5)
    guard generator.chance(0.1) else { return factor }
    return factor / Double.random(in: 0.000_1..<1, using: &generator).squareRoot()
  }
}
