/// Which executions a page holds: those of one user that meet every filter given.
public struct HistoryQuery: Equatable, Sendable {
  /// Whose executions.
  public var userID: String
  /// Only this workflow's; nil means all.
  public var workflowID: String?
  /// Only this type's; nil means all.
  public var workflowType: String?
  /// Any of these; empty means all.
  public var statuses: Set<WorkflowStatus>
  /// Only abandoned ones.
  public var isAbandonedOnly: Bool
  /// `created_at` at or after.
  public var createdAfter: Timestamp?
  /// `created_at` before.
  public var createdBefore: Timestamp?
  /// 1 to 100.
  public var pageSize: Int
  /// As the caller sent it; the store checks it. Never with an offset.
  public var pageToken: String?
  /// 0 to 1,000,000.
  public var offset: Int
  /// Whether the executions carry their documents.
  public var includesDocuments: Bool
  /// Whether to count all that meet the filters.
  public var includesTotal: Bool

  /// The query with these values, unchecked.
  public init(
    userID: String, workflowID: String? = nil, workflowType: String? = nil,
    statuses: Set<WorkflowStatus> = [], isAbandonedOnly: Bool = false,
    createdAfter: Timestamp? = nil, createdBefore: Timestamp? = nil, pageSize: Int = 20,
    pageToken: String? = nil, offset: Int = 0, includesDocuments: Bool = false,
    includesTotal: Bool = false
  ) {
    self.userID = userID
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.statuses = statuses
    self.isAbandonedOnly = isAbandonedOnly
    self.createdAfter = createdAfter
    self.createdBefore = createdBefore
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.offset = offset
    self.includesDocuments = includesDocuments
    self.includesTotal = includesTotal
  }
}

/// A page of executions, newest first.
public struct HistoryPage: Equatable, Sendable {
  /// The executions of this page.
  public var executions: [WorkflowExecution]
  /// Nil on the last page.
  public var nextPageToken: String?
  /// Nil unless asked for.
  public var total: Int64?

  /// The page with these executions.
  public init(executions: [WorkflowExecution], nextPageToken: String?, total: Int64?) {
    self.executions = executions
    self.nextPageToken = nextPageToken
    self.total = total
  }
}

/// The executions of one user whose `created_at` lies in `[start, end)`.
public struct WindowQuery: Equatable, Sendable {
  /// Whose executions.
  public var userID: String
  /// Nil means all types.
  public var workflowType: String?
  /// The first instant of the window.
  public var start: Timestamp
  /// The first instant after the window.
  public var end: Timestamp

  /// The query with these values, unchecked.
  public init(userID: String, workflowType: String?, start: Timestamp, end: Timestamp) {
    self.userID = userID
    self.workflowType = workflowType
    self.start = start
    self.end = end
  }
}
