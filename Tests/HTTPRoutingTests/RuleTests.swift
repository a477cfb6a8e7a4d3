import HTTPRouting
import ProtobufJSON
import Testing
import WorkflowHistoryMessages

@Suite("HTTP rules")
struct RuleTests {
  @Test("are read from a service config, additional bindings among them, in any order of members")
  func reads() throws {
    let config = """
      {"type": "google.api.Service", "apis": [{"name": "a"}], "http": {"rules": [
        {"additional_bindings": [{"get": "/b/{c}"}], "selector": "s.M", "post": "/b", "body": "*"},
        {"selector": "s.N", "patch": "/n", "body": "field"}
      ]}}
      """
    #expect(
      try HTTPRule.rules(ofServiceConfig: Array(config.utf8)) == [
        HTTPRule(selector: "s.M", method: "POST", path: "/b", body: .request),
        HTTPRule(selector: "s.M", method: "GET", path: "/b/{c}"),
        HTTPRule(selector: "s.N", method: "PATCH", path: "/n", body: .field("field")),
      ])
  }

  @Test(
    "are refused where their config is none",
    arguments: [
      "", "[]", #"{"http": []}"#, #"{"http": {"rules": {}}}"#, #"{"http": {"rules": [1]}}"#,
      #"{"http": {"rules": [{"selector": "a", "get": 1}]}}"#,
      #"{"http": {"rules": [{"selector": "a", "fetch": "/"}]}}"#,
    ])
  func malformed(config: String) {
    #expect(throws: HTTPRuleError.self) {
      try HTTPRule.rules(ofServiceConfig: Array(config.utf8))
    }
  }

  @Test(
    "are refused where the service has no such method or field, or a path is none",
    arguments: [
      ("Fetch", "/a", .none), ("SaveWorkflowExecutions", "/a", .request),
      ("GetWorkflowExecution", "/{name}", .none), ("GetWorkflowExecution", "/{id.part}", .none),
      ("GetUserWorkflowHistory", "/{statuses}", .none),
      ("SaveWorkflowExecution", "/{execution}", .none),
      ("SaveWorkflowExecution", "/a", .field("run")), ("GetWorkflowExecution", "a", .none),
      ("GetWorkflowExecution", "/a/", .none), ("GetWorkflowExecution", "/{id=**}", .none),
      ("GetWorkflowExecution", "/*", .none), ("GetWorkflowExecution", "/a:", .none),
    ] as [(String, String, HTTPRule.Body)])
  func impossible(method: String, path: String, body: HTTPRule.Body) {
    let rule = HTTPRule(
      selector: "workflow_history.v1.WorkflowHistoryService.\(method)", method: "GET", path: path,
      body: body)
    #expect(throws: HTTPRuleError.self) {
      try HTTPRouter(
        [rule], service: WorkflowHistoryAPI.service, messages: WorkflowHistoryAPI.messages,
        mapping: JSONMapping())
    }
  }
}
