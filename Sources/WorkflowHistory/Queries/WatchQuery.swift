/// Which changes a watch tells of.
public struct WatchQuery: Equatable, Sendable {
  /// Of which executions: the type and the status are those after the change.
  public var filter: ExecutionFilter
  /// As the caller sent it; the store checks it. Nil: from now on.
  public var resumeToken: String?

  /// The query with these values, unchecked.
  public init(_ filter: ExecutionFilter, resumeToken: String? = nil) {
    self.filter = filter
    self.resumeToken = resumeToken
  }

  /// The query with a token that a caller sent, which may be empty.
  ///
  /// - Throws: `invalidArgument` where it can't be a token.
  public init(_ filter: ExecutionFilter, checkingResumeToken token: String) throws(HistoryError) {
    var violations = Violations()
    violations.checkToken(token, "resume_token")
    try violations.check()
    self.init(filter, resumeToken: token.isEmpty ? nil : token)
  }
}
