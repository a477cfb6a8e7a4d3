internal import WorkflowHistory

/// What to expect of an execution: what those that it is like have done.
public struct ExecutionEstimate: Equatable, Sendable {
  /// The type of the executions that it rests on.
  public var workflowType: String
  /// Half of them took at most so long. Nil where no duration is known.
  public var p50DurationSeconds: Double?
  /// Nine in ten of them took at most so long. Nil where no duration is known.
  public var p90DurationSeconds: Double?
  /// How many executions with a duration these rest on.
  public var durationSupport: Int64
  /// The chance of a failure, from 0 to 1. Nil where no execution has ended.
  public var failureProbability: Double?
  /// How many executions that have ended it rests on.
  public var failureSupport: Int64
  /// What sets these apart from the others of the type, in English: what follows "executions".
  public var conditions: [String]
  /// Nil where the execution does not run.
  public var running: RunningTime?

  /// How long an execution has run, against those that it is like.
  public struct RunningTime: Equatable, Sendable {
    /// In seconds: at least 0.
    public var elapsedSeconds: Double
    /// How many of them took longer, in percent. Nil where no duration is known.
    public var longerPercent: Double?

    /// The time with these values.
    public init(elapsedSeconds: Double, longerPercent: Double?) {
      self.elapsedSeconds = elapsedSeconds
      self.longerPercent = longerPercent
    }
  }

  /// The estimate with these values.
  public init(
    workflowType: String, p50DurationSeconds: Double? = nil, p90DurationSeconds: Double? = nil,
    durationSupport: Int64 = 0, failureProbability: Double? = nil, failureSupport: Int64 = 0,
    conditions: [String] = [], running: RunningTime? = nil
  ) {
    self.workflowType = workflowType
    self.p50DurationSeconds = p50DurationSeconds
    self.p90DurationSeconds = p90DurationSeconds
    self.durationSupport = durationSupport
    self.failureProbability = failureProbability
    self.failureSupport = failureSupport
    self.conditions = conditions
    self.running = running
  }

  /// What the model of a query's type says.
  public init(_ model: EstimateModel, of query: EstimateQuery) {
    let estimate = model.estimate(inputs: query.inputs, at: query.createdAt)
    self.init(
      workflowType: query.workflowType, p50DurationSeconds: estimate.p50DurationSeconds,
      p90DurationSeconds: estimate.p90DurationSeconds, durationSupport: estimate.durationSupport,
      failureProbability: estimate.failureProbability, failureSupport: estimate.failureSupport,
      conditions: estimate.conditions)
    guard let since = query.runningSince else { return }
    // An executor's clock may be ahead of the server's.
    let elapsed = max(Double(query.now.microseconds) - Double(since.microseconds), 0) / 1e6
    running = RunningTime(
      elapsedSeconds: elapsed,
      longerPercent: estimate.longerShare(than: elapsed).map { $0 * 100 })
  }
}
