import PatternLearning
import WorkflowHistory

/// The history of the user of some observations.
func learned(_ observations: [Observation]) throws -> LearnedHistory {
  var history = LearnedHistory(userID: observations.first?.userID ?? "ada")
  for observation in observations { try history.add(observation) }
  return history
}

/// Runs of 10 s on the days from 2026-02-16, a Monday.
struct Runs {
  private var generator = SeededGenerator(state: 1)
  private var count = 0
  private(set) var observations: [Observation] = []

  /// Adds one at noon of a day, counted from the first.
  mutating func add(
    _ type: String = "etl", day: Int = 0, hour: Int = 12, workflow: String? = nil,
    failed: Bool = false, error: String? = nil, seconds: Double? = 10, inputs: [InputField] = [],
    tasks: [TaskTiming] = [], user: String = "ada"
  ) {
    count += 1
    let start = (Int64(HistoryGenerator.firstDay) + Int64(day)) * 24 + Int64(hour)
    let instant = Timestamp(microseconds: start * 3_600_000_000 + Int64(count % 3_600) * 1_000_000)
    observations.append(
      Observation(
        userID: user, id: ExecutionID.make(at: instant, using: &generator),
        workflowID: workflow ?? "wf-\(count)", workflowType: type, hasFailed: failed,
        errorFingerprint: error, durationSeconds: seconds, inputs: inputs, tasks: tasks))
  }
}
