public import HTTPGateway
public import HTTPRouting
internal import ProtobufMessages
public import RPC
internal import WorkflowHistoryMessages

/// Five reads under `/api/workflows`, by the paths, parameters and answers of the FastAPI service that callers
/// of this API were written for: snake_case names, null for what is absent, numbers as numbers, and errors
/// as `{"detail": ...}`. They are calls of the service's methods like any other.
public struct WorkflowsREST: HTTPOperations {
  private static let root = "/api/workflows/"
  private static let methods = ["GET", "HEAD"]
  let endpoints: [Endpoint]

  /// The endpoints.
  ///
  /// - Throws: A ``HTTPRuleError`` where one names what the service doesn't have.
  public init() throws(HTTPRuleError) {
    endpoints = [
      try Endpoint(
        "history", "GetUserWorkflowHistory", .page,
        [.limit, .offset, .statusFilter, .workflowType], [Self.fullView, Self.withTotal]),
      try Endpoint(
        "statistics", "GetWorkflowStatistics", .member("statistics"), [.days, .workflowType]),
      try Endpoint(
        "performance-metrics", "GetPerformanceMetrics", .metrics, [.days, .workflowType]),
      try Endpoint(
        "{execution_id}/details", "GetWorkflowExecution", .member("execution"), [.executionID]),
      try Endpoint(
        "{workflow_id}/history", "GetUserWorkflowHistory", .pageOfWorkflow,
        [.workflowID, .limit, .offset], [Self.fullView, Self.withTotal]),
    ]
  }

  private static let fullView = Constant(field: "view", text: "WORKFLOW_EXECUTION_VIEW_FULL")
  private static let withTotal = Constant(field: "include_total", text: "true")

  /// The operation that a request leads to; see ``HTTPOperations``.
  public func operation(
    _ method: String, _ target: String
  ) throws(HTTPFailure) -> (any HTTPOperation)? {
    let path = target.prefix { $0 != "?" }
    guard path.hasPrefix(Self.root) else { return nil }
    for endpoint in endpoints {
      guard let segments = endpoint.path.match(path) else { continue }
      guard Self.methods.contains(method) else {
        throw .methodNotAllowed(Self.methods, json: Detail.text("Method Not Allowed"))
      }
      return WorkflowsOperation(
        endpoint, Arguments(endpoint.parameters, segments, target.dropFirst(path.count + 1)))
    }
    throw HTTPFailure(
      RPCStatus(.notFound, "there is no such path"), json: Detail.text("Not Found"))
  }

  /// A failure as all of them are told here; see ``HTTPOperations``.
  public func failure(_ status: RPCStatus, as httpStatus: Int, at target: String) -> HTTPFailure? {
    guard target.hasPrefix(Self.root) else { return nil }
    return HTTPFailure(status, as: httpStatus, json: Detail.text(status.message))
  }
}

/// A field of the request that the caller has no say in.
struct Constant: Sendable {
  let field: String
  let text: String
}

/// One path, the method that it calls, and what a caller says and is told.
struct Endpoint: Sendable {
  let path: PathTemplate
  let method: MethodDescriptor
  let request: MessageDescriptor
  let response: MessageDescriptor
  let shape: AnswerShape
  let parameters: [Parameter]
  let constants: [Constant]

  init(
    _ path: String, _ method: String, _ shape: AnswerShape, _ parameters: [Parameter],
    _ constants: [Constant] = []
  ) throws(HTTPRuleError) {
    let messages = WorkflowHistoryAPI.messages
    guard let found = WorkflowHistoryAPI.service.methods.first(where: { $0.name == method }),
      let request = messages[found.requestType], let response = messages[found.responseType],
      (parameters.map(\.field) + constants.map(\.field)).allSatisfy({ request.index(of: $0) != nil }
      )
    else { throw HTTPRuleError(description: "\(path) is not served by \(method)") }
    self.path = try PathTemplate("/api/workflows/" + path)
    self.method = found
    self.request = request
    self.response = response
    self.shape = shape
    self.parameters = parameters
    self.constants = constants
  }
}
