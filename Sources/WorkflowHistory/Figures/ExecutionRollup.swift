/// What an execution adds to the figures of its user, day and workflow type.
public struct ExecutionContribution: Equatable, Sendable {
  /// Where it stands.
  public var status: WorkflowStatus
  /// In seconds: at least 0, and finite.
  public var durationSeconds: Double?
  /// What its error has in common with others.
  public var errorFingerprint: String?
  /// What its tasks did.
  public var tasks: TaskCounts

  /// The contribution of an execution with these values.
  public init(
    status: WorkflowStatus, durationSeconds: Double?, errorFingerprint: String?,
    tasks: TaskCounts = TaskCounts()
  ) {
    self.status = status
    self.durationSeconds = durationSeconds
    self.errorFingerprint = errorFingerprint
    self.tasks = tasks
  }
}

/// What the executions of one user, day and workflow type add up to.
///
/// Contributions can be added and taken away in any order: an update takes away what the execution
/// was and adds what it is. So counts may be negative while changes are still to come.
public struct ExecutionRollup: Equatable, Sendable {
  /// How many stand at each status, by ``WorkflowStatus``.
  public var counts = StatusCounts()
  /// What their durations add up to.
  public var durations = DurationFigures()
  /// How many have an error, by its fingerprint.
  public var errors = ErrorCounts()
  /// What their tasks add up to, by name.
  public var tasks = TaskCounts()

  /// The rollup of no executions.
  public init() {}

  /// The rollup with these figures.
  public init(
    counts: StatusCounts, durations: DurationFigures, errors: ErrorCounts, tasks: TaskCounts
  ) {
    self.counts = counts
    self.durations = durations
    self.errors = errors
    self.tasks = tasks
  }

  /// Whether it is the rollup of no executions.
  public var isEmpty: Bool { self == ExecutionRollup() }

  /// Adds what an execution contributes, `times` times.
  public mutating func add(_ contribution: ExecutionContribution, times: Int64 = 1) {
    counts[contribution.status] += times
    if let duration = contribution.durationSeconds { durations.add(duration, times: times) }
    if let fingerprint = contribution.errorFingerprint { errors.add(times, ExactText(fingerprint)) }
    tasks.merge(contribution.tasks, times: times)
  }

  /// Takes away what an execution contributed.
  public mutating func remove(_ contribution: ExecutionContribution) {
    add(contribution, times: -1)
  }

  /// Adds another rollup, `times` times: -1 takes it away.
  public mutating func merge(_ other: ExecutionRollup, times: Int64 = 1) {
    counts.merge(other.counts, times: times)
    durations.merge(other.durations, times: times)
    errors.merge(other.errors, times: times)
    tasks.merge(other.tasks, times: times)
  }
}

/// How many executions stand at each status.
public struct StatusCounts: Equatable, Sendable {
  private var counts = [Int64](repeating: 0, count: WorkflowStatus.allCases.count)

  /// The counts of no executions.
  public init() {}

  /// How many stand at a status.
  public subscript(status: WorkflowStatus) -> Int64 {
    get { counts[Int(status.rawValue) - 1] }
    set { counts[Int(status.rawValue) - 1] = newValue }
  }

  /// How many there are.
  public var total: Int64 { counts.reduce(0, +) }

  /// Adds other counts, `times` times.
  public mutating func merge(_ other: StatusCounts, times: Int64 = 1) {
    for index in counts.indices { counts[index] += other.counts[index] * times }
  }
}
