/// What is worth trying, and what is worth telling.
///
/// How many executions there must be is asked before a test, of its margins alone, so that the
/// correction for the number of tests stays right. Effects are asked for after it.
public struct SearchThresholds: Sendable {
  /// Which share of the patterns that are found may be false.
  public var falseDiscoveryRate = 0.05
  /// How many executions must meet a condition, and how many not.
  public var leastExecutions: Int64 = 20
  /// How many executions must show a pattern.
  public var leastSupport: Int64 = 10
  /// By which factor a share must be larger than that of the others.
  public var leastShareRatio = 1.3
  /// By how much it must be larger.
  public var leastShareDifference = 0.02
  /// By which factor a median duration must be longer.
  public var leastDurationRatio = 1.2
  /// By how much a slow task's part of all tasks' durations must grow.
  public var leastTaskShareGrowth = 0.03
  /// How improbable by chance a weaker pattern must be, within the strata of stronger ones, that is
  /// told beside them.
  public var leastConditionalSignificance = 0.001

  /// The thresholds that the learner uses.
  public init() {}

  /// Whether a share is so much larger than another.
  func isLarger(_ share: Double, than baseline: Double) -> Bool {
    share >= baseline * leastShareRatio && share - baseline >= leastShareDifference
  }

  /// Whether a median is so much longer than another.
  func isLonger(_ median: Double, than baseline: Double) -> Bool {
    median >= baseline * leastDurationRatio
  }
}
