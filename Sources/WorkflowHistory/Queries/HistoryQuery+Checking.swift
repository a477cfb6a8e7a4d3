extension HistoryQuery {
  /// The query that these request fields ask for, if they keep the limits in the proto. Empty
  /// texts filter nothing; a page size of 0 means 20.
  ///
  /// - Parameter checkingUserID: whose history: the request's user_id, or the caller where that
  ///   is empty.
  /// - Throws: `invalidArgument` with every field that is refused.
  public init(
    checkingUserID userID: String, workflowID: String, workflowType: String,
    statuses: [WorkflowStatus], isAbandonedOnly: Bool = false, createdAfter: Timestamp?,
    createdBefore: Timestamp?, pageSize: Int32, pageToken: String, offset: Int32,
    includesDocuments: Bool, includesTotal: Bool
  ) throws(HistoryError) {
    var violations = Violations()
    violations.checkName(userID, "user_id")
    violations.checkOptionalName(workflowID, "workflow_id")
    violations.checkOptionalName(workflowType, "workflow_type")
    violations.checkCreated(after: createdAfter, before: createdBefore)
    violations.checkPage(size: pageSize, token: pageToken)
    if !(0...1_000_000).contains(offset) {
      violations.add("offset", "must be 0 to 1,000,000; page_token reaches any page")
    } else if offset > 0, !pageToken.isEmpty {
      violations.add("offset", "can't stand together with page_token")
    }
    try violations.check()
    self.init(
      userID: userID, workflowID: workflowID.isEmpty ? nil : workflowID,
      workflowType: workflowType.isEmpty ? nil : workflowType, statuses: Set(statuses),
      isAbandonedOnly: isAbandonedOnly, createdAfter: createdAfter, createdBefore: createdBefore,
      pageSize: pageSize == 0 ? 20 : Int(pageSize), pageToken: pageToken.isEmpty ? nil : pageToken,
      offset: Int(offset), includesDocuments: includesDocuments, includesTotal: includesTotal)
  }
}

extension Violations {
  /// The size of a page, and where it begins.
  package mutating func checkPage(size: Int32, token: String) {
    if !(0...100).contains(size) { add("page_size", "must be 1 to 100, or 0 for 20") }
    if token.utf8.count > Self.tokenLimit {
      add("page_token", "is not a next_page_token of this service")
    }
  }

  /// The token that a watch goes on with.
  mutating func checkToken(_ token: String, _ field: String) {
    if token.utf8.count > Self.tokenLimit { add(field, "is not a \(field) of this service") }
  }

  /// The range that `created_at` lies in.
  mutating func checkCreated(after start: Timestamp?, before end: Timestamp?) {
    checkInstant(start, "created_after")
    checkInstant(end, "created_before")
    if let start, let end, start >= end {
      add("created_before", "must be later than created_after")
    }
  }

  /// No token that the service makes has as many bytes.
  private static let tokenLimit = 1024
}

extension WindowQuery {
  /// The window `[now - days, now)` that these request fields ask for, if they keep the limits in
  /// the proto. An empty type means all; 0 days mean 30.
  ///
  /// - Parameter checkingUserID: whose executions: the request's user_id, or the caller where
  ///   that is empty.
  /// - Throws: `invalidArgument` with every field that is refused.
  public init(
    checkingUserID userID: String, workflowType: String, days: Int32, now: Timestamp
  ) throws(HistoryError) {
    var violations = Violations()
    violations.checkName(userID, "user_id")
    violations.checkOptionalName(workflowType, "workflow_type")
    if !(0...365).contains(days) { violations.add("days", "must be 1 to 365, or 0 for 30") }
    try violations.check()
    let seconds = Int64(days == 0 ? 30 : days) * 86_400
    self.init(
      userID: userID, workflowType: workflowType.isEmpty ? nil : workflowType,
      start: now.advanced(bySeconds: -seconds), end: now)
  }
}
