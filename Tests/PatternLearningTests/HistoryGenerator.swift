import PatternLearning
import WorkflowHistory

/// Makes histories of 60 days, with habits that are no causes: hours that are busy, a type that
/// runs at night, countries that belong to regions, retries with the same input, days that are
/// slower than others, and an id in each input.
struct HistoryGenerator {
  static let firstDay: Int32 = 20_500
  static let days: Int32 = 60
  static let types = ["etl", "report", "sync", "backup"]
  static let regions = ["eu", "us", "apac", "latam", "mea"]
  static let tasks = ["extract", "transform", "load"]
  static let modes = ["full", "delta", "dry"]
  static let modeError = "out of memory"
  private static let errors = ["timeout after <n> s", "no such table: '?'", modeError]

  private let causes: [PlantedCause]
  private let userID: String
  private var generator: SeededGenerator
  private let dayFactors: [Double]
  private var last: Run?
  private var runs = 0
  /// How many executions show each cause.
  private(set) var support: [PlantedCause: Int] = [:]

  private struct Run {
    var type: Int
    var region: Int
    var mode: Int
    var isRetry: Bool
    var observation: Observation
  }

  init(_ causes: [PlantedCause], seed: UInt64, userID: String = "ada") {
    self.causes = causes
    self.userID = userID
    var generator = SeededGenerator(state: seed)
    dayFactors = (0..<Self.days).map { _ in generator.factor(0.05) }
    self.generator = generator
  }

  mutating func history(of executions: Int) -> [Observation] {
    let hours = (0..<24).map { (8..<18).contains($0) ? 3.0 : 1 }
    var instants = (0..<executions).map { _ in
      let day = Self.firstDay + .random(in: 0..<Self.days, using: &generator)
      let hour = Int64(day) * 24 + Int64(generator.index(hours))
      return hour * 3_600_000_000 + .random(in: 0..<3_600_000_000, using: &generator)
    }
    instants.sort()
    return instants.map { run(at: Timestamp(microseconds: $0)) }
  }

  private mutating func run(at instant: Timestamp) -> Observation {
    let day = instant.day
    let hour = Int(instant.microseconds / 3_600_000_000 % 24)
    var run = nextRun(at: instant, hour)
    run.observation.errorFingerprint =
      fails(run, day, hour) ? Self.errors.randomElement(using: &generator) : modeError(run)
    run.observation.hasFailed = run.observation.errorFingerprint != nil
    run.observation.tasks = tasks(run, day)
    run.observation.durationSeconds = run.observation.tasks.reduce(0) { $0 + $1.seconds }
    last = run
    return run.observation
  }

  /// What runs next: what failed, again, or something else.
  private mutating func nextRun(at instant: Timestamp, _ hour: Int) -> Run {
    let id = ExecutionID.make(at: instant, using: &generator)
    if var retry = last, retry.observation.hasFailed, generator.chance(0.4) {
      retry.isRetry = true
      retry.observation.id = id
      return retry
    }
    runs += 1
    let type = nextType(hour)
    let region = Int.random(in: 0..<5, using: &generator)
    let mode = generator.index([0.5, 0.4, 0.1])
    let observation = Observation(
      userID: userID, id: id, workflowID: "wf-\(runs)", workflowType: Self.types[type],
      hasFailed: false, durationSeconds: nil, inputs: inputs(region, mode))
    return Run(type: type, region: region, mode: mode, isRetry: false, observation: observation)
  }

  private mutating func nextType(_ hour: Int) -> Int {
    for case .sequence(let first, let second) in causes
    where last?.type == first && generator.chance(0.5) {
      support[.sequence(first: first, second: second), default: 0] += 1
      return second
    }
    return generator.index([0.4, 0.3, 0.2, hour < 6 ? 0.6 : 0.05])
  }

  private mutating func inputs(_ region: Int, _ mode: Int) -> [InputField] {
    let region = Self.regions[region]
    let country = "\(region)-\(Int.random(in: 1...2, using: &generator))"
    let mode = Self.modes[mode]
    let rows = (8_000 * generator.factor(2)).rounded()
    let customer = "c-\(generator.next() >> 30)"
    let input =
      #"{"region": "\#(region)", "country": "\#(country)", "mode": "\#(mode)", "#
      + #""source": {"rows": \#(rows), "customer": "\#(customer)"}}"#
    return InputField.fields(of: JSONDocument(uncheckedUTF8: Array(input.utf8)))
  }

  private mutating func fails(_ run: Run, _ day: Int32, _ hour: Int) -> Bool {
    var rate = 0.05
    var shown: [PlantedCause] = []
    for cause in causes {
      switch cause {
      case .failingRegion(run.type, run.region), .badHour(run.type, hour):
        rate = max(rate, 0.55)
        shown.append(cause)
      case .failureChange(run.type, let change) where day >= change:
        rate = max(rate, 0.25)
        shown.append(cause)
      case .recovery(run.type) where !run.isRetry: rate = max(rate, 0.3)
      default: continue
      }
    }
    let hasFailed = generator.chance(rate)
    if hasFailed { for cause in shown { support[cause, default: 0] += 1 } }
    if run.isRetry, !hasFailed { support[.recovery(type: run.type), default: 0] += 1 }
    return hasFailed
  }

  /// The error that a mode causes in executions that nothing else fails.
  private mutating func modeError(_ run: Run) -> String? {
    let cause = PlantedCause.modeError(type: run.type, mode: run.mode)
    guard causes.contains(cause), generator.chance(0.1) else { return nil }
    support[cause, default: 0] += 1
    return Self.modeError
  }

  private mutating func tasks(_ run: Run, _ day: Int32) -> [TaskTiming] {
    var factors = [0.3, 0.4, 0.3]
    for cause in causes {
      switch cause {
      case .slowTask(run.type, let task, let change) where day >= change: factors[task] *= 2.5
      case .durationChange(run.type, let change) where day >= change:
        for task in factors.indices { factors[task] *= 1.5 }
      case .slowRegion(run.type, run.region): for task in factors.indices { factors[task] *= 1.5 }
      default: continue
      }
      if !run.observation.hasFailed { support[cause, default: 0] += 1 }
    }
    let usual = [20.0, 60, 5, 120][run.type] * dayFactors[Int(day - Self.firstDay)]
    let length = usual * generator.factor(0.4)
    return zip(Self.tasks, factors).map { task, factor in
      TaskTiming(name: task, seconds: length * factor * generator.factor(0.2))
    }
  }
}
