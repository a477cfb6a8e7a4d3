extension EstimateModel {
  /// What executions like one have done.
  public struct Estimate: Equatable, Sendable {
    private let durations: DurationTable
    private let outcomes: OutcomeCounts
    /// What sets these apart from the others of the type, in English: what follows "executions".
    /// None where all count.
    public let conditions: [String]

    init(durations: DurationTable, outcomes: OutcomeCounts, conditions: [String]) {
      self.durations = durations
      self.outcomes = outcomes
      self.conditions = conditions
    }

    /// Half of those that completed took at most so long, in seconds. Nil where no duration is
    /// known.
    public var p50DurationSeconds: Double? { durations.bound(percent: 50) }
    /// Nine in ten of those that completed took at most so long, in seconds. Nil where no duration
    /// is known.
    public var p90DurationSeconds: Double? { durations.bound(percent: 90) }
    /// How many executions these rest on.
    public var durationSupport: Int64 { durations.count }

    /// The chance of a failure, by the prior of Jeffreys (1946). Nil where none has ended.
    public var failureProbability: Double? {
      outcomes.ended > 0
        ? (Double(outcomes.failed) + 0.5) / (Double(outcomes.ended) + 1) : nil
    }
    /// How many executions that have ended it rests on.
    public var failureSupport: Int64 { outcomes.ended }

    /// Which part of those that completed took longer than this many seconds, from 0 to 1. Nil
    /// where no duration is known.
    public func longerShare(than seconds: Double) -> Double? {
      durations.share(longerThan: seconds)
    }
  }
}
