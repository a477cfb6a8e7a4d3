/// What a pattern says, without its figures.
public enum PatternRule: Hashable, Sendable {
  /// Executions of a type fail more often under a condition.
  case failure(type: String, condition: Condition)
  /// Executions of a type end with an error of this fingerprint more often under a condition.
  case error(type: String, error: String, condition: Condition)
  /// Executions of a type that follow a failure of the same workflow, with an error of this
  /// fingerprint or with any, fail less often.
  case recovery(type: String, error: String?)
  /// Executions of a type take longer under a condition.
  case duration(type: String, condition: Condition)
  /// Executions of a type take longer, or less long, from a UTC day on.
  case durationChange(type: String, day: Int32, isRise: Bool)
  /// Executions of a type fail more often, or less often, from a UTC day on.
  case failureChange(type: String, day: Int32, isRise: Bool)
  /// A task takes longer, and a larger part of executions of a type, from a UTC day on.
  case slowTask(type: String, task: String, day: Int32)
  /// An execution of one type comes right after one of another more often than after others.
  case sequence(first: String, second: String)
}

/// The kinds of patterns.
public enum PatternKind: String, CaseIterable, Sendable {
  case failureAssociation = "failure_association"
  case errorAssociation = "error_association"
  case retryRecovery = "retry_recovery"
  case durationDriver = "duration_driver"
  case durationChange = "duration_change"
  case failureChange = "failure_change"
  case slowTask = "slow_task"
  case sequence
}

extension PatternRule {
  /// The type of the executions that it is about; of a sequence, of those that come second.
  public var workflowType: String {
    switch self {
    case .failure(let type, _), .error(let type, _, _), .recovery(let type, _),
      .duration(let type, _), .durationChange(let type, _, _), .failureChange(let type, _, _),
      .slowTask(let type, _, _), .sequence(_, let type):
      type
    }
  }

  /// Which kind of pattern it is.
  public var kind: PatternKind {
    switch self {
    case .failure: .failureAssociation
    case .error: .errorAssociation
    case .recovery: .retryRecovery
    case .duration: .durationDriver
    case .durationChange: .durationChange
    case .failureChange: .failureChange
    case .slowTask: .slowTask
    case .sequence: .sequence
    }
  }

  /// The UTC day of a change, in days since 1970-01-01; nil for patterns that are none.
  public var changeDay: Int32? {
    switch self {
    case .durationChange(_, let day, _), .failureChange(_, let day, _), .slowTask(_, _, let day):
      day
    case .failure, .error, .recovery, .duration, .sequence: nil
    }
  }
}

/// Something that a history teaches, with the figures that show it.
public struct Pattern: Equatable, Sendable {
  /// What it says.
  public let rule: PatternRule
  /// What it rests on.
  public let evidence: PatternEvidence

  /// The pattern with these figures.
  public init(rule: PatternRule, evidence: PatternEvidence) {
    self.rule = rule
    self.evidence = evidence
  }
}

/// The figures of a pattern.
public struct PatternEvidence: Equatable, Sendable {
  /// How many executions show it: for failures those that failed, for errors those that ended with
  /// the error, for recoveries those that completed, for durations all that have one, for a sequence
  /// those that came second.
  public let support: Int64
  /// How many executions meet the condition, of which ``support`` show the pattern.
  public let trials: Int64
  /// Under the condition: the share that fails, ends with the error, completes or comes second, or the
  /// median duration in seconds.
  public let value: Double
  /// The same of the other executions.
  public let baseline: Double
  /// The share of ``trials`` that shows it; for durations the probability that one of them takes
  /// longer than one of the others (or shorter, where they fell).
  public let confidence: Double
  /// The confidence over the share of all executions; for durations the ratio of the medians.
  public let lift: Double
  /// The logarithm of ``pValue``, which may be too small for a `Double`.
  public internal(set) var lnP: Double
  /// The first UTC day of an execution that shows it, in days since 1970-01-01.
  public let firstDay: Int32
  /// The last such day.
  public let lastDay: Int32
  /// The least false discovery rate at which it is a discovery among all that were tried for the
  /// user.
  public internal(set) var qValue: Double

  /// The evidence with these figures.
  public init(
    support: Int64, trials: Int64, value: Double, baseline: Double, confidence: Double,
    lift: Double, lnP: Double, firstDay: Int32, lastDay: Int32, qValue: Double = 1
  ) {
    self.support = support
    self.trials = trials
    self.value = value
    self.baseline = baseline
    self.confidence = confidence
    self.lift = lift
    self.lnP = lnP
    self.firstDay = firstDay
    self.lastDay = lastDay
    self.qValue = qValue
  }

  /// The probability of such figures, or stronger ones, by chance.
  public var pValue: Double { exponential(lnP) }
}
