internal import WorkflowHistory

/// Which patterns a page holds: those of one user that meet every filter given.
public struct PatternQuery: Equatable, Sendable {
  /// Whose patterns.
  public var userID: String
  /// Only those of this type's executions; nil means all.
  public var workflowType: String?
  /// Any of these; empty means all.
  public var kinds: Set<PatternKind>
  /// Whether those that stand no more are among them.
  public var includesRetired: Bool
  /// 1 to 100.
  public var pageSize: Int
  /// As the caller sent it; the store checks it.
  public var pageToken: String?

  /// The query with these values, unchecked.
  public init(
    userID: String, workflowType: String? = nil, kinds: Set<PatternKind> = [],
    includesRetired: Bool = false, pageSize: Int = 20, pageToken: String? = nil
  ) {
    self.userID = userID
    self.workflowType = workflowType
    self.kinds = kinds
    self.includesRetired = includesRetired
    self.pageSize = pageSize
    self.pageToken = pageToken
  }

  /// The query that these request fields ask for, if they keep the limits in the proto. An empty type
  /// filters nothing; a page size of 0 means 20.
  ///
  /// - Parameter checkingUserID: whose patterns: the request's user_id, or the caller where that is empty.
  /// - Throws: an `invalidArgument` `HistoryError` with every field that is refused.
  public init(
    checkingUserID userID: String, workflowType: String, kinds: [PatternKind],
    includesRetired: Bool, pageSize: Int32, pageToken: String
  ) throws {
    var violations = Violations()
    violations.checkName(userID, "user_id")
    violations.checkOptionalName(workflowType, "workflow_type")
    violations.checkPage(size: pageSize, token: pageToken)
    try violations.check()
    self.init(
      userID: userID, workflowType: workflowType.isEmpty ? nil : workflowType, kinds: Set(kinds),
      includesRetired: includesRetired, pageSize: pageSize == 0 ? 20 : Int(pageSize),
      pageToken: pageToken.isEmpty ? nil : pageToken)
  }
}

/// A page of patterns, the most certain first.
public struct PatternPage: Equatable, Sendable {
  /// The patterns of this page.
  public var patterns: [ListedPattern]
  /// Nil on the last page.
  public var nextPageToken: String?

  /// The page with these patterns.
  public init(patterns: [ListedPattern], nextPageToken: String? = nil) {
    self.patterns = patterns
    self.nextPageToken = nextPageToken
  }
}
