import ProtobufJSON
import ProtobufMessages
import Testing
import WorkflowHistoryMessages

@Suite("A JSON text that is refused")
struct RefusalTests {
  @Test(
    "names the field, as the proto spells its path",
    arguments: [
      (#"{"execution": {"endTime": "x"}}"#, "execution.end_time"),
      (#"{"execution": {"end_time": 5}}"#, "execution.end_time"),
      (#"{"execution": []}"#, "execution"),
      (#"{"execution": {"status": "DONE"}}"#, "execution.status"),
      (#"{"execution": {"durationSeconds": "fast"}}"#, "execution.duration_seconds"),
      (#"{"execution": {"colour": 1}}"#, "execution.colour"),
      (#"{"execution": {}, "execution": {}}"#, "execution"),
      (#"{"excution": {}}"#, "excution"),
      (#"{"execution": {"a\n[31m": 1}}"#, "execution.(a name)"),
      (#"{"execution": {"\#(String(repeating: "a", count: 65))": 1}}"#, "execution.(a name)"),
    ])
  func path(json: String, field: String) {
    let refusal = refusal(of: json, "SaveWorkflowExecutionRequest")
    #expect(refusal?.violations.map(\.field) == [field])
    #expect(refusal?.description.hasPrefix(field + ": ") == true)
  }

  @Test("names the element of a repeated field")
  func element() {
    let history = refusal(
      of: #"{"statuses": ["WORKFLOW_STATUS_FAILED", "LOST"]}"#, "GetUserWorkflowHistoryRequest")
    #expect(history?.field == "statuses[1]")
    let many = refusal(
      of: #"{"executions": [{}, {}, {"version": 1.5}]}"#, "SaveWorkflowExecutionsRequest")
    #expect(many?.field == "executions[2].version")
    #expect(
      many?.violations.first?.description == "must be an integer from -2147483648 to 2147483647")
  }

  @Test(
    "says where it is no JSON at all",
    arguments: [
      ("", "a value is missing, at byte 0"), ("{\"id\" 1}", "expected ':', at byte 6"),
      ("{\"id\": \"\"", "the text ends inside a value, at byte 9"),
      ("{\"id\": \"\" \"\"}", "expected ',' or '}', at byte 10"),
      ("{\"none\": }", "a value can't begin so, at byte 9"),
      (String(repeating: "[", count: 81), "nesting is deeper than 80, at byte 80"),
    ])
  func malformed(json: String, reason: String) {
    let refusal = refusal(of: json, "GetWorkflowExecutionRequest")
    #expect(refusal == MessageError(field: nil, description: "the message is not JSON: \(reason)"))
  }

  @Test(
    "names the field in whose value it is no JSON, and where in that",
    arguments: [
      (#""workflowId": }"#, "workflow_id", "a value can't begin so, at byte 0"),
      (
        #""workflowId": "a\u0000"}"#, "workflow_id",
        #"the escape \u0000 can't be stored, at byte 2"#
      ),
      (#""workflowId": "a"#, "workflow_id", "a string does not end, at byte 0"),
      (#""startTime": "\x"}"#, "start_time", "there is no such escape, at byte 1"),
      (
        #""durationSeconds": 1.}"#, "duration_seconds",
        "expected a digit after the point, at byte 2"
      ),
      (#""inputData": {"a": [1, "\ud800"]}}"#, "input_data", "half a surrogate pair, at byte 11"),
      (#""inputData": {"a": }}"#, "input_data", "a value can't begin so, at byte 6"),
      (
        #""version": 1, "inputData": {"a": 1e100000}}"#, "input_data",
        "a number is longer than 400 characters when written out, at byte 6"
      ),
    ])
  func broken(members: String, field: String, reason: String) {
    let mapping = JSONMapping(documentType: "workflow_history.v1.JsonDocument")
    let refusal = refusal(
      of: #"{"execution": {\#(members)}"#, "SaveWorkflowExecutionRequest", mapping)
    #expect(refusal == MessageError(field: "execution.\(field)", description: reason))
    let element = self.refusal(
      of: #"{"executions": [{}, {\#(members)]}"#, "SaveWorkflowExecutionsRequest", mapping)
    #expect(element == MessageError(field: "executions[1].\(field)", description: reason))
  }

  @Test("never repeats a value")
  func discretion() {
    for json in [
      #"{"execution": {"status": "hush"}}"#, #"{"execution": {"version": "hush"}}"#,
      #"{"execution": {"startTime": "hush"}}"#, #"{"execution": "hush"}"#,
    ] {
      let refusal = refusal(of: json, "SaveWorkflowExecutionRequest")
      #expect(refusal?.description.contains("hush") == false)
    }
  }

  private func refusal(
    of json: String, _ message: String, _ mapping: JSONMapping = JSONMapping()
  ) -> MessageError? {
    let declaration = declaration("workflow_history.v1.\(message)")
    do throws(MessageError) {
      _ = try mapping.wire(fromJSON: Array(json.utf8), as: declaration)
      return nil
    } catch {
      return error
    }
  }
}
