/// How a method is called by HTTP: a binding of `google.api.HttpRule`.
public struct HTTPRule: Hashable, Sendable {
  /// What of the request message a body says.
  public enum Body: Hashable, Sendable {
    /// There is none: what the path doesn't say is in the query.
    case none
    /// All of it that the path doesn't say; there is no query.
    case request
    /// The field with this name; the others are in the query.
    case field(String)
  }

  /// The full name of the method, such as `workflow_history.v1.WorkflowHistoryService.Save`.
  public var selector: String
  /// HTTP's method, in upper case.
  public var method: String
  /// The path's template: literal segments, and `{field.path}` for one segment each, with a verb after a
  /// colon at its end: `/v1/executions/{id}:heartbeat`.
  public var path: String
  /// What the body says.
  public var body: Body

  /// A rule.
  public init(selector: String, method: String, path: String, body: Body = .none) {
    self.selector = selector
    self.method = method
    self.path = path
    self.body = body
  }
}

/// Why rules can't be served: they are wrong, or are not those of the service.
public struct HTTPRuleError: Error, Equatable, CustomStringConvertible {
  /// Which rule, and what is wrong with it.
  public let description: String

  package init(description: String) { self.description = description }
}
