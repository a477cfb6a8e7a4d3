/// What the runs of each task add up to, by its name.
public typealias TaskCounts = LabelledCounts<TaskFigures>

/// What some runs of a task add up to.
///
/// Figures can be added and taken away in any order, and so be negative while changes are still to come.
public struct TaskFigures: Hashable, LabelledCount {
  /// How many executions ran it.
  public var executions: Int64 = 0
  /// How many runs there were.
  public var runs: Int64 = 0
  /// How many of these failed.
  public var failedRuns: Int64 = 0
  /// Of how many the duration is known.
  public var timedRuns: Int64 = 0
  /// The sum of these in microseconds, each rounded to the microsecond.
  public var durationSumMicroseconds: Int128 = 0

  /// The figures of no runs.
  public init() {}

  /// The figures with these values.
  public init(
    executions: Int64, runs: Int64, failedRuns: Int64, timedRuns: Int64,
    durationSumMicroseconds: Int128
  ) {
    self.executions = executions
    self.runs = runs
    self.failedRuns = failedRuns
    self.timedRuns = timedRuns
    self.durationSumMicroseconds = durationSumMicroseconds
  }

  /// The figures of one run, but for the execution that it is of.
  init(_ run: TaskRun) {
    runs = 1
    failedRuns = run.hasFailed ? 1 : 0
    if let duration = run.durationSeconds {
      timedRuns = 1
      durationSumMicroseconds = Int128(DurationFigures.microseconds(duration))
    }
  }

  /// Adds others, `times` times.
  public mutating func add(_ other: TaskFigures, times: Int64 = 1) {
    executions &+= other.executions &* times
    runs &+= other.runs &* times
    failedRuns &+= other.failedRuns &* times
    timedRuns &+= other.timedRuns &* times
    durationSumMicroseconds &+= other.durationSumMicroseconds &* Int128(times)
  }

  /// The mean of the durations that are known, in seconds. Nil where none is.
  public var averageDurationSeconds: Double? {
    timedRuns == 0 ? nil : Double(durationSumMicroseconds) / 1e6 / Double(timedRuns)
  }

  /// Appends the five numbers.
  public func append(to bytes: inout [UInt8]) {
    for count in [executions, runs, failedRuns, timedRuns] { bytes.append(zigzag: count) }
    bytes.append(zigzag: durationSumMicroseconds)
  }

  /// Reads the five numbers.
  public init(from reader: inout VariableLengthReader) throws(MalformedBytes) {
    executions = try reader.zigzag()
    runs = try reader.zigzag()
    failedRuns = try reader.zigzag()
    timedRuns = try reader.zigzag()
    durationSumMicroseconds = try reader.zigzag128()
  }
}

extension LabelledCounts where Count == TaskFigures {
  /// What an execution adds to its tasks: the first ``TaskRun/tasksOfExecution`` that it names.
  public init(of results: JSONDocument) {
    self.init()
    TaskRun.read(results) { run in
      let name = ExactText(run.name)
      let isKnown = byLabel[name] != nil
      guard isKnown || byLabel.count < TaskRun.tasksOfExecution else { return }
      var figures = TaskFigures(run)
      figures.executions = isKnown ? 0 : 1
      add(figures, name)
    }
  }
}
