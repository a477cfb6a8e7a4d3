/// What the tasks of a window add up to.
public struct TaskSummary: Equatable, Sendable {
  /// One of them.
  public struct Task: Equatable, Sendable {
    /// What it is called.
    public var name: String
    /// What its runs add up to.
    public var figures: TaskFigures
    /// The UTC day of which the latest executions are that ran it, in days since 1970-01-01. Nil where it
    /// is not known.
    public var lastDay: Int32?

    /// The task with these figures.
    public init(name: String, figures: TaskFigures, lastDay: Int32? = nil) {
      self.name = name
      self.figures = figures
      self.lastDay = lastDay
    }

    /// Whether it comes first: it took more time, or as much and its name is less.
    static func precedes(_ a: Task, _ b: Task) -> Bool {
      let times = (a.figures.durationSumMicroseconds, b.figures.durationSumMicroseconds)
      return times.0 != times.1 ? times.0 > times.1 : ExactText(a.name) < ExactText(b.name)
    }
  }

  /// How many of them are shown.
  public static let limit = 10

  /// Those that took the most time altogether, most first, then by name: at most ``limit``.
  public var slowest: [Task]
  /// What the runs of all tasks add up to; of an execution with several tasks each counts it.
  public var all: TaskFigures
  /// How many tasks there are.
  public var count: Int64

  /// The summary with these figures; the slowest need not be in order.
  public init(slowest: [Task] = [], all: TaskFigures = TaskFigures(), count: Int64 = 0) {
    self.slowest = slowest.sorted(by: Task.precedes)
    self.all = all
    self.count = count
  }

  /// The summary of some tasks, those without runs left out.
  public init(of tasks: some Sequence<Task>) {
    self.init()
    for task in tasks { add(task) }
  }

  /// Adds one more task, unless it has no runs.
  public mutating func add(_ task: Task) {
    guard task.figures.runs > 0 else { return }
    count += 1
    all.add(task.figures)
    guard slowest.count < Self.limit || Task.precedes(task, slowest[Self.limit - 1]) else { return }
    let place = slowest.firstIndex { Task.precedes(task, $0) } ?? slowest.count
    slowest.insert(task, at: place)
    if slowest.count > Self.limit { slowest.removeLast() }
  }
}

extension TaskSummary {
  /// The task that takes half of the time of two or more tasks, or more; nil where none does.
  public var bottleneck: Task? {
    let time = all.durationSumMicroseconds
    guard let task = slowest.first, count > 1, time > 0,
      task.figures.durationSumMicroseconds * 2 >= time
    else { return nil }
    return task
  }
}

/// The runs of one task, beside those of all tasks of the window.
public struct TaskMetrics: Equatable, Sendable {
  /// What it is called.
  public var name: String
  /// How often it ran.
  public var runs: Int64
  /// How many of its runs failed.
  public var failedRuns: Int64
  /// The mean of the durations that are known. Nil where none is.
  public var averageDurationSeconds: Double?
  /// What it took of the time of all tasks, in percent from 0 to 100, rounded to 2 decimals.
  public var timeShare: Double
  /// What it has of the failed runs of all tasks, likewise. 0 where none failed.
  public var failureShare: Double

  /// The metrics with these values.
  public init(
    name: String, runs: Int64, failedRuns: Int64, averageDurationSeconds: Double?,
    timeShare: Double, failureShare: Double
  ) {
    self.name = name
    self.runs = runs
    self.failedRuns = failedRuns
    self.averageDurationSeconds = averageDurationSeconds
    self.timeShare = timeShare
    self.failureShare = failureShare
  }
}
