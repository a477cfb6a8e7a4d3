import Foundation
import HTTPGateway
import ProtobufJSON
import ProtobufMessages
import RPC
import Testing
import WorkflowHistoryMessages
import WorkflowsREST

/// The operation that a request leads to.
func operation(_ target: String, method: String = "GET") throws -> any HTTPOperation {
  try #require(try WorkflowsREST().operation(method, target))
}

/// What a body says.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

@Suite("A request under /api/workflows")
struct RequestTests {
  private static let id = "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f"

  @Test(
    "is a call of a method, with what its path and query say, or the defaults",
    arguments: [
      (
        "history", "GetUserWorkflowHistory",
        #"{"pageSize":20,"view":"WORKFLOW_EXECUTION_VIEW_FULL","includeTotal":true}"#
      ),
      (
        "history?limit=100&offset=7&status_filter=Failed&workflow_type=a%20b",
        "GetUserWorkflowHistory",
        #"{"workflowType":"a b","statuses":["WORKFLOW_STATUS_FAILED"],"pageSize":100,"offset":7,"#
          + #""view":"WORKFLOW_EXECUTION_VIEW_FULL","includeTotal":true}"#
      ),
      (
        "history?status=completed&limit=1", "GetUserWorkflowHistory",
        #"{"statuses":["WORKFLOW_STATUS_COMPLETED"],"pageSize":1,"#
          + #""view":"WORKFLOW_EXECUTION_VIEW_FULL","includeTotal":true}"#
      ),
      (
        "wf%2F1/history?offset=40", "GetUserWorkflowHistory",
        #"{"workflowId":"wf/1","pageSize":20,"offset":40,"#
          + #""view":"WORKFLOW_EXECUTION_VIEW_FULL","includeTotal":true}"#
      ),
      ("\(id)/details", "GetWorkflowExecution", #"{"id":"\#(id)"}"#),
      ("statistics", "GetWorkflowStatistics", #"{"days":30}"#),
      (
        "statistics?days=365&workflow_type=etl", "GetWorkflowStatistics",
        #"{"workflowType":"etl","days":365}"#
      ),
      ("performance-metrics?days=1&", "GetPerformanceMetrics", #"{"days":1}"#),
      // What FastAPI passes over is passed over.
      (
        "history?days=x&a%0Ab=3&%FF&=&=1&status_filter=", "GetUserWorkflowHistory",
        #"{"pageSize":20,"view":"WORKFLOW_EXECUTION_VIEW_FULL","includeTotal":true}"#
      ),
      (
        "history?limit=x&status_filter=lost&limit=7&status=&workflow_type=",
        "GetUserWorkflowHistory",
        #"{"pageSize":7,"view":"WORKFLOW_EXECUTION_VIEW_FULL","includeTotal":true}"#
      ),
      ("\(id)/details?execution_id=1&id=2", "GetWorkflowExecution", #"{"id":"\#(id)"}"#),
      ("statistics?user_id=somebody", "GetWorkflowStatistics", #"{"days":30}"#),
    ])
  func requests(target: String, method: String, json: String) throws {
    let operation = try operation("/api/workflows/\(target)")
    #expect(
      operation.methodPath == "/workflow_history.v1.WorkflowHistoryService/\(method)")
    #expect(!operation.streamsResponses)
    var mapping = JSONMapping()
    mapping.writesDefaults = false
    let request = try #require(
      WorkflowHistoryAPI.messages["workflow_history.v1.\(method)Request"])
    // What comes with it is passed over.
    #expect(try text(mapping.json(of: operation.request(body: [0xFF]), as: request)) == json)
  }

  @Test(
    "is refused for each parameter that is bad, by where it is and what kind of fault that is",
    arguments: [
      ("history?limit=0", [#"["query","limit"]"#], ["greater_than_equal"]),
      ("history?limit=101", [#"["query","limit"]"#], ["less_than_equal"]),
      ("history?limit=many", [#"["query","limit"]"#], ["int_parsing"]),
      ("history?limit=99999999999999999999", [#"["query","limit"]"#], ["int_parsing"]),
      ("history?limit=", [#"["query","limit"]"#], ["int_parsing"]),
      ("history?limit", [#"["query","limit"]"#], ["int_parsing"]),
      ("history?offset=-1", [#"["query","offset"]"#], ["greater_than_equal"]),
      ("history?offset=1000001", [#"["query","offset"]"#], ["less_than_equal"]),
      ("history?status_filter=lost", [#"["query","status_filter"]"#], ["enum"]),
      ("history?status=%20", [#"["query","status_filter"]"#], ["enum"]),
      ("history?limit=5&limit=x", [#"["query","limit"]"#], ["int_parsing"]),
      ("history?status=failed&status_filter=lost", [#"["query","status_filter"]"#], ["enum"]),
      ("history?workflow_type=%zz", [#"["query","workflow_type"]"#], ["string_unicode"]),
      (
        "history?limit=0&offset=-1", [#"["query","limit"]"#, #"["query","offset"]"#],
        ["greater_than_equal"]
      ),
      ("statistics?days=0", [#"["query","days"]"#], ["greater_than_equal"]),
      ("performance-metrics?days=366", [#"["query","days"]"#], ["less_than_equal"]),
      ("wf-123/details", [#"["path","execution_id"]"#], ["uuid_parsing"]),
      ("%FF/history", [#"["path","workflow_id"]"#], ["string_unicode"]),
    ])
  func refusals(target: String, locations: [String], types: [String]) throws {
    let operation = try operation("/api/workflows/\(target)")
    let refusal = #expect(throws: MessageError.self) { try operation.request(body: []) }
    #expect(refusal?.violations.count == locations.count)
    let failure = operation.failure(RPCStatus(.invalidArgument, "\(refusal!)"))
    #expect(failure.status == 422)
    let body = text(failure.json)
    #expect(body.components(separatedBy: #"{"loc":"#).dropFirst().count == locations.count)
    for location in locations { #expect(body.contains(#"{"loc":\#(location),"msg":""#), "\(body)") }
    for type in types { #expect(body.contains(#"","type":"\#(type)"}"#), "\(body)") }
  }

  @Test("is not found, or not so, by the word of FastAPI; other paths are others'")
  func paths() throws {
    for path in ["", "a", "a/b", "a/history/", "history/a/b", "/history"] {
      let failure = #expect(throws: HTTPFailure.self) { try operation("/api/workflows/\(path)") }
      #expect(failure?.status == 404 && text(failure!.json) == #"{"detail":"Not Found"}"#)
    }
    let failure = #expect(throws: HTTPFailure.self) {
      try operation("/api/workflows/history", method: "POST")
    }
    #expect(failure?.status == 405 && failure?.fields == [RPCField("allow", "GET, HEAD, OPTIONS")])
    #expect(text(failure!.json) == #"{"detail":"Method Not Allowed"}"#)
    #expect(try WorkflowsREST().operation("GET", "/api/workflow") == nil)
    #expect(try WorkflowsREST().operation("GET", "/v1/executions") == nil)
  }

  @Test("is told once of what is wrong with a parameter, however often that stands in a long query")
  func longQuery() throws {
    let target = "/api/workflows/history?" + String(repeating: "limit=&offset=&&a=", count: 4_000)
    let refusal = try #require(throws: MessageError.self) {
      try operation(target).request(body: [])
    }
    #expect(refusal.violations.map(\.field) == ["limit", "offset"])
  }

  @Test("that can't be read as one is told by the word of FastAPI too, by its path")
  func unreadable() throws {
    let status = RPCStatus(.unavailable, "too much", retryAfter: .seconds(2))
    let own = try WorkflowsREST()
    for target in ["/api/workflows/history", "/api/workflows/?a", "/api/workflows/a/b/c"] {
      let failure = try #require(own.failure(status, as: 431, at: target))
      #expect(failure.status == 431 && text(failure.json) == #"{"detail":"too much"}"#)
      #expect(failure.fields == [RPCField("retry-after", "2")] && failure.cause == status)
    }
    for target in ["/", "/v1/executions", "/api/workflows", "/v1?/api/workflows/"] {
      #expect(own.failure(status, as: 431, at: target) == nil)
    }
    let gateway = HTTPGateway([own])
    #expect(gateway.failure(status, as: 414, at: nil) == HTTPFailure(status, as: 414))
    #expect(gateway.failure(status, as: 414, at: "/a") == HTTPFailure(status, as: 414))
    let unread = gateway.failure(status, as: 414, at: "/api/workflows/a")
    #expect(text(unread.json) == #"{"detail":"too much"}"#)
  }

  @Test("is told of a field of its head as of its parameters")
  func headFields() throws {
    let violation = FieldViolation(field: "grpc-timeout", description: "is odd")
    let failure = try operation("/api/workflows/history").failure(
      RPCStatus(.invalidArgument, "odd", details: [.badRequest([violation])]))
    #expect(failure.status == 422)
    #expect(
      text(failure.json)
        == #"{"detail":[{"loc":["header","grpc-timeout"],"msg":"is odd","type":"value_error"}]}"#)
  }
}
