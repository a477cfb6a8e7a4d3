/// How long executions are kept, by their type and status.
///
/// An execution's age counts from its created_at. Of the rules that match it the first decides; one
/// that none matches is kept for ever.
public struct RetentionPolicy: Equatable, Sendable {
  /// How long some executions are kept.
  public struct Rule: Equatable, Sendable {
    /// The type that it is for; nil for all of them.
    public var workflowType: String?
    /// The statuses that it is for.
    public var statuses: Set<WorkflowStatus>
    /// For how many seconds they are kept; nil for ever.
    public var seconds: Int64?

    /// A rule for all types and statuses but for those that are named.
    public init(
      workflowType: String? = nil, statuses: Set<WorkflowStatus> = Set(WorkflowStatus.allCases),
      seconds: Int64?
    ) {
      self.workflowType = workflowType
      self.statuses = statuses
      self.seconds = seconds
    }
  }

  /// The shortest time that executions may be kept: an hour. A save that is sent again has to find
  /// its first try.
  public static let shortestSeconds: Int64 = 3600

  /// In the order in which they are tried.
  public let rules: [Rule]

  /// Everything is kept for ever.
  public static let keepsAll = RetentionPolicy(uncheckedRules: [])

  private init(uncheckedRules rules: [Rule]) { self.rules = rules }

  /// The policy of some rules.
  ///
  /// - Throws: ``RetentionPolicyError`` where one keeps for less than ``shortestSeconds``, or can
  ///   match nothing that those before it leave.
  public init(_ rules: [Rule]) throws(RetentionPolicyError) {
    for (index, rule) in rules.enumerated() {
      if let seconds = rule.seconds, seconds < Self.shortestSeconds {
        throw RetentionPolicyError(rule: index, reason: .tooShort)
      }
      let workflowType = rule.workflowType.map { ExactText($0) }
      let earlier = rules[..<index].filter {
        $0.workflowType == nil || $0.workflowType.map { ExactText($0) } == workflowType
      }
      let left = earlier.reduce(rule.statuses) { $0.subtracting($1.statuses) }
      if left.isEmpty { throw RetentionPolicyError(rule: index, reason: .unreachable) }
    }
    self.rules = rules
  }

  /// For how many seconds everything is kept, whatever its type and status may have been; nil for
  /// ever. What is older is no longer saved: it may be an execution's that is gone, whose save was
  /// sent again and would count twice.
  public var seconds: Int64? { rules.compactMap(\.seconds).min() }

  /// For how many seconds executions of a type are kept that stand somewhere; nil for ever.
  func seconds(workflowType: String, status: WorkflowStatus) -> Int64? {
    rules.first { rule in
      rule.statuses.contains(status)
        && rule.workflowType.map { ExactText($0) == ExactText(workflowType) } ?? true
    }?.seconds
  }
}

/// Why rules are no policy.
public struct RetentionPolicyError: Error, Equatable {
  /// What is wrong with a rule.
  public enum Reason: Equatable, Sendable {
    /// It keeps executions for less than an hour.
    case tooShort
    /// Those before it match all that it does.
    case unreachable
  }

  /// The rule's index.
  public var rule: Int
  /// What is wrong with it.
  public var reason: Reason
}
