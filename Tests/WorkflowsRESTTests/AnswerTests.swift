import HTTPGateway
import ProtobufJSON
import ProtobufMessages
import RPC
import Testing
import WorkflowHistoryMessages

@Suite("An answer under /api/workflows")
struct AnswerTests {
  /// What is answered where the method's response is the message that a JSON text says.
  private func answer(_ target: String, _ method: String, _ response: String) throws -> String {
    let type = try #require(WorkflowHistoryAPI.messages["workflow_history.v1.\(method)Response"])
    let wire = try JSONMapping(documentType: WorkflowHistoryAPI.documentType)
      .wire(fromJSON: Array(response.utf8), as: type)
    return text(try operation("/api/workflows/\(target)").json(of: wire))
  }

  private static let id = "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f"

  @Test(
    "is an execution, in which null is what is absent, and documents are the JSON that they are")
  func details() throws {
    #expect(
      try answer(
        "\(Self.id)/details", "GetWorkflowExecution",
        #"{"execution": {"id": "\#(Self.id)", "status": "WORKFLOW_STATUS_COMPLETED","#
          + #""inputData": {"a": [1, null]}, "outputData": null, "durationSeconds": 0,"#
          + #""startTime": "2026-05-01T12:30:00.25Z", "version": 2}}"#)
        == #"{"id":"\#(Self.id)","workflow_id":"","workflow_type":null,"user_id":"","#
        + #""status":"completed","input_data":{"a": [1, null]},"output_data":null,"#
        + #""task_results":null,"error_message":null,"start_time":"2026-05-01T12:30:00.250Z","#
        + #""end_time":null,"duration_seconds":0,"execution_metadata":null,"version":2,"#
        + #""created_at":null,"updated_at":null,"abandoned":false}"#)
  }

  @Test("is a page that says what was asked, how many there are, and where the next begins")
  func pages() throws {
    let response =
      #"{"executions": [{"workflowId": "a"}, {"workflowId": "b,]"}], "total": "9","#
      + #""nextPageToken": "x"}"#
    let first = try answer(
      "history?limit=2&offset=5&status_filter=FAILED", "GetUserWorkflowHistory", response)
    #expect(first.hasPrefix(#"{"executions":[{"id":"","workflow_id":"a","#))
    #expect(
      first.hasSuffix(
        #""abandoned":false}],"total":9,"limit":2,"offset":5,"status_filter":"failed","#
          + #""next_offset":7}"#))
    #expect(
      try answer("history?offset=9", "GetUserWorkflowHistory", #"{"total": 9}"#)
        == #"{"executions":[],"total":9,"limit":20,"offset":9,"status_filter":null,"#
        + #""next_offset":null}"#)
    #expect(
      try answer("a%22/history", "GetUserWorkflowHistory", #"{"total": 0}"#)
        == #"{"workflow_id":"a\"","executions":[],"total":0,"limit":20,"offset":0,"#
        + #""next_offset":null}"#)
  }

  @Test("is statistics, whose counts are numbers")
  func statistics() throws {
    let answer = try answer(
      "statistics", "GetWorkflowStatistics",
      #"{"statistics": {"userId": "u", "totalExecutions": 3, "successRate": 66.67}}"#)
    #expect(answer.hasPrefix(#"{"user_id":"u","workflow_type":null,"window_start":null,"#))
    #expect(
      answer.contains(#""total_executions":3,"#) && answer.contains(#""success_rate":66.67,"#))
    #expect(answer.contains(#""average_duration_seconds":null,"#))
    #expect(answer.hasSuffix(#""most_common_type":null,"by_type":[],"workflow_type_count":0}"#))
  }

  @Test("is metrics, whose tips are texts, and stand beside those with all that they rest on")
  func metrics() throws {
    let answer = try answer(
      "performance-metrics", "GetPerformanceMetrics",
      #"{"metrics": {"errorPatterns": [{"trend": "ERROR_TREND_RISING"}], "optimizationTips": ["#
        + #"{"text": "One \"a\"", "kind": "TIP_KIND_SLOW_EXECUTIONS"},"#
        + #"{"text": "Two", "severity": "TIP_SEVERITY_INFO", "subject": "s"}]}}"#)
    #expect(answer.contains(#","optimization_tips":["One \"a\"","Two"],"tips":[{"kind":"#))
    #expect(answer.contains(#"{"kind":"slow_executions","severity":"unspecified","#))
    #expect(answer.contains(#""subject":null,"#) && answer.contains(#""subject":"s","#))
    #expect(answer.contains(#""trend":"rising","#) && answer.contains(#""slowest_tasks":[],"#))
  }

  @Test(
    "of a call that has failed has the status of HTTP, and says why as its detail",
    arguments: [
      (RPCStatusCode.unauthenticated, 401), (.permissionDenied, 403), (.notFound, 404),
      (.resourceExhausted, 429), (.unavailable, 503), (.internal, 500),
    ])
  func failures(code: RPCStatusCode, status: Int) throws {
    let failure = try operation("/api/workflows/history").failure(
      RPCStatus(code, "not \"now\"", retryAfter: .milliseconds(1_500)))
    #expect(failure.status == status)
    #expect(text(failure.json) == #"{"detail":"not \"now\""}"#)
    #expect(failure.fields.contains(RPCField("retry-after", "2")))
  }

  @Test("of what the service refuses says which parameter that was")
  func refusals() throws {
    let violations = [
      FieldViolation(field: "workflow_type", description: "too long"),
      FieldViolation(field: "user_id", description: "odd"),
    ]
    let failure = try operation("/api/workflows/history").failure(
      RPCStatus(.invalidArgument, "no", details: [.badRequest(violations)]))
    #expect(
      text(failure.json)
        == #"{"detail":[{"loc":["query","workflow_type"],"msg":"too long","type":"value_error"},"#
        + #"{"loc":["user_id"],"msg":"odd","type":"value_error"}]}"#)
    #expect(
      text(try operation("/api/workflows/history").failure(RPCStatus(.invalidArgument, "no")).json)
        == #"{"detail":[{"loc":[],"msg":"no","type":"value_error"}]}"#)
  }
}
