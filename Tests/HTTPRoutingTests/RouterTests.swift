import HTTPRouting
import ProtobufJSON
import ProtobufMessages
import Testing
import WorkflowHistoryMessages

private let mapping = JSONMapping(documentType: WorkflowHistoryAPI.documentType)

private func router() throws -> HTTPRouter {
  try HTTPRouter(
    HTTPRule.rules(ofServiceConfig: WorkflowHistoryAPI.serviceConfig),
    service: WorkflowHistoryAPI.service, messages: WorkflowHistoryAPI.messages, mapping: mapping)
}

private func call(_ method: String, _ target: String) throws -> HTTPCall {
  guard case .call(let call) = try router().route(method, target) else {
    throw HTTPRoutingTestError.noCall
  }
  return call
}

private enum HTTPRoutingTestError: Error { case noCall }

/// The JSON of the request that a call makes, without defaults, and merged as a server merges it.
private func request(_ method: String, _ target: String, body: String = "") throws -> String {
  let call = try call(method, target)
  let wire = try call.request(body: Array(body.utf8))
  var mapping = mapping
  mapping.writesDefaults = false
  let json = try mapping.json(of: wire, as: WorkflowHistoryAPI.messages[call.method.requestType]!)
  return String(decoding: json, as: UTF8.self)
}

@Suite("A request of HTTP")
struct RouterTests {
  @Test("can make every call but those that take streams")
  func complete() throws {
    let rules = try HTTPRule.rules(ofServiceConfig: WorkflowHistoryAPI.serviceConfig)
    let selectors = Set(rules.map(\.selector))
    for method in WorkflowHistoryAPI.service.methods {
      #expect(selectors.contains("\(method.service).\(method.name)") == !method.isClientStreaming)
    }
  }

  @Test(
    "calls the method whose rule has its path",
    arguments: [
      ("POST", "/v1/executions", "SaveWorkflowExecution"),
      ("GET", "/v1/executions", "GetUserWorkflowHistory"),
      ("GET", "/v1/executions?pageSize=5", "GetUserWorkflowHistory"),
      ("GET", "/v1/executions/a", "GetWorkflowExecution"),
      ("HEAD", "/v1/executions/a", "GetWorkflowExecution"),
      ("HEAD", "/v1/executions?pageSize=5", "GetUserWorkflowHistory"),
      ("PATCH", "/v1/executions/a", "UpdateWorkflowExecution"),
      ("DELETE", "/v1/executions/a", "DeleteWorkflowExecution"),
      ("POST", "/v1/executions/a:heartbeat", "HeartbeatWorkflowExecution"),
      ("POST", "/v1/executions:estimate", "EstimateWorkflowExecution"),
      ("GET", "/v1/executions/a:estimate", "EstimateWorkflowExecution"),
      ("GET", "/v1/executions:watch", "WatchWorkflowExecutions"),
      ("GET", "/v1/executions:export?allUsers=true", "ExportWorkflowExecutions"),
    ])
  func methods(method: String, target: String, name: String) throws {
    #expect(try call(method, target).method.name == name)
  }

  @Test(
    "whose path no rule has is not found",
    arguments: [
      "/", "", "*", "/v1/executions/", "/v1/executions/a/b", "/v1//executions", "/v1/%65xecutions",
    ])
  func notFound(target: String) throws {
    guard case .notFound = try router().route("GET", target) else {
      Issue.record("\(target) is found")
      return
    }
  }

  @Test(
    "whose path has rules for other methods is told which",
    arguments: [
      ("PUT", "/v1/executions/a", ["GET", "HEAD", "PATCH", "DELETE"]),
      // A verb is no part of the id, which other methods' rules have there.
      ("PATCH", "/v1/executions/a:heartbeat", ["POST"]),
      ("DELETE", "/v1/executions/a:estimate", ["GET", "HEAD"]),
      ("POST", "/v1/executions/a:estimate", ["GET", "HEAD"]),
      // The head of a stream says nothing before it has begun.
      ("HEAD", "/v1/executions:watch", ["GET"]), ("HEAD", "/v1/executions:export", ["GET"]),
      ("HEAD", "/v1/executions/a:heartbeat", ["POST"]),
    ])
  func notAllowed(method: String, target: String, others: [String]) throws {
    guard case .methodNotAllowed(let methods) = try router().route(method, target) else {
      Issue.record("\(method) is allowed")
      return
    }
    #expect(methods == others)
  }

  @Test("has fields in its path, which are decoded")
  func paths() throws {
    #expect(try request("GET", "/v1/executions/a%2Fb+c%C3%A9") == #"{"id":"a/b+cé"}"#)
    #expect(try request("POST", "/v1/executions/a%3Ab:heartbeat") == #"{"id":"a:b"}"#)
  }

  @Test("has fields in its query, of every kind")
  func query() throws {
    #expect(
      try request(
        "GET",
        "/v1/executions?userId=k%C3%A4se+1&page_size=50&statuses=WORKFLOW_STATUS_FAILED&statuses=3"
          + "&includeTotal=true&createdAfter=2026-05-01T00%3A00%3A00Z&")
        == #"{"userId":"käse 1","statuses":["WORKFLOW_STATUS_FAILED","WORKFLOW_STATUS_COMPLETED"],"#
        + #""createdAfter":"2026-05-01T00:00:00Z","pageSize":50,"includeTotal":true}"#)
    #expect(
      try request("PATCH", "/v1/executions/a?updateMask=status,endTime&expectedVersion=7")
        == #"{"execution":{"id":"a"},"updateMask":"status,endTime","expectedVersion":7}"#)
  }

  @Test("has a body that is a field, or all that the path leaves; the path goes before it")
  func bodies() throws {
    #expect(
      try request(
        "PATCH", "/v1/executions/a?updateMask=status",
        body: #"{"id": "b", "status": "WORKFLOW_STATUS_FAILED", "outputData": [1]}"#)
        == #"{"execution":{"id":"a","status":"WORKFLOW_STATUS_FAILED","outputData":[1]},"#
        + #""updateMask":"status"}"#)
    #expect(
      try request("POST", "/v1/executions/a:heartbeat", body: #"{"timeoutSeconds": 90}"#)
        == #"{"id":"a","timeoutSeconds":90}"#)
    #expect(try request("POST", "/v1/executions/a:heartbeat", body: "{}") == #"{"id":"a"}"#)
  }

  @Test(
    "is refused for a parameter, which is named",
    arguments: [
      ("GET", "/v1/executions?colour=1", "colour", "is no parameter of GET /v1/executions"),
      ("GET", "/v1/executions?pageSize=many", "page_size", "must be an integer"),
      ("GET", "/v1/executions?pageSize=", "page_size", "must be an integer"),
      ("GET", "/v1/executions?pageSize=1&page_size=2", "page_size", "stands more than once"),
      ("GET", "/v1/executions?statuses=LOST", "statuses", "must be the name or the number"),
      ("GET", "/v1/executions?includeTotal=1", "include_total", "must be true or false"),
      ("GET", "/v1/executions?createdAfter=today", "created_after", "must be a date and time"),
      ("GET", "/v1/executions?createdAfter.seconds=1", "createdAfter.seconds", "is no parameter"),
      ("GET", "/v1/executions?userId=%zz", "user_id", "is not percent-encoded UTF-8"),
      ("GET", "/v1/executions?userId=%C3", "user_id", "is not percent-encoded UTF-8"),
      ("GET", "/v1/executions?userId=a%00", "user_id", "is not percent-encoded UTF-8"),
      ("GET", "/v1/executions/%2", "id", "is not percent-encoded UTF-8"),
      ("GET", "/v1/executions/a?id=b", "id", "stands more than once"),
      ("GET", "/v1/executions?a%0Ab=1", "(a name)", "is no parameter"),
      ("POST", "/v1/executions?execution.userId=a", "execution.userId", "is no parameter"),
      ("POST", "/v1/executions/a:heartbeat?timeoutSeconds=1", "timeoutSeconds", "is no parameter"),
    ])
  func refusals(method: String, target: String, field: String, reason: String) throws {
    let call = try call(method, target)
    let refusal = #expect(throws: MessageError.self) { try call.request(body: []) }
    #expect(refusal?.field == field)
    #expect(refusal?.violations.first?.description.hasPrefix(reason) == true, "\(refusal!)")
  }

  @Test("is refused for its body, by the field's path in the request")
  func badBodies() throws {
    let save = try call("POST", "/v1/executions")
    let refusal = #expect(throws: MessageError.self) {
      try save.request(body: Array(#"{"endTime": 1}"#.utf8))
    }
    #expect(refusal?.field == "execution.end_time")
    let get = try call("GET", "/v1/executions/a")
    #expect(!get.takesBody)
    #expect(throws: MessageError.self) { try get.request(body: [0x7B, 0x7D]) }
  }
}
