public import WorkflowHistory

/// How long a task of an execution took.
public struct TaskTiming: Hashable, Sendable {
  /// What the task is called.
  public let name: String
  /// In seconds: at least 0, and finite.
  public let seconds: Double

  /// The timing of a task.
  public init(name: String, seconds: Double) {
    self.name = name
    self.seconds = seconds
  }

  /// The tasks of `task_results` whose durations are known, in the order of their first runs; those of
  /// one name are added up, and those past ``TaskRun/tasksOfExecution`` names left out.
  public static func timings(of results: JSONDocument) -> [TaskTiming] {
    var names: [String] = []
    var sums: [Double] = []
    TaskRun.read(results) { run in
      guard let seconds = run.durationSeconds else { return }
      if let place = names.firstIndex(of: run.name) {
        sums[place] += seconds
      } else if names.count < TaskRun.tasksOfExecution {
        names.append(run.name)
        sums.append(seconds)
      }
    }
    return zip(names, sums).map(TaskTiming.init)
  }
}
