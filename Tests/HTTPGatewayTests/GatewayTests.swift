import HTTPGateway
import HTTPRouting
import ProtobufJSON
import ProtobufMessages
import RPC
import Testing
import WorkflowHistoryMessages

@Suite("The gateway")
struct GatewayTests {
  private func operation(
    _ method: String, _ target: String, contentType: String? = nil, _ fields: [RPCField] = []
  ) throws -> any HTTPOperation {
    try operation(
      HTTPHead(
        method: method, target: target, contentType: contentType, metadata: Metadata(fields)))
  }

  private func operation(_ head: HTTPHead) throws -> any HTTPOperation {
    let router = try HTTPRouter(
      HTTPRule.rules(ofServiceConfig: WorkflowHistoryAPI.serviceConfig),
      service: WorkflowHistoryAPI.service, messages: WorkflowHistoryAPI.messages,
      mapping: JSONMapping(documentType: WorkflowHistoryAPI.documentType))
    return try HTTPGateway([RuledOperations(router)]).operation(head)
  }

  @Test("finds the method that a rule names, and says its response in JSON")
  func rules() throws {
    let get = try operation("GET", "/v1/executions/abc")
    #expect(get.methodPath == "/workflow_history.v1.WorkflowHistoryService/GetWorkflowExecution")
    #expect(!get.streamsResponses)
    #expect(try get.request(body: []) == [0x0A, 3] + Array("abc".utf8))
    #expect(try get.json(of: []) == Array("{}".utf8))
    #expect(try operation("GET", "/v1/executions:watch").streamsResponses)
  }

  @Test("refuses what no rule has, and what a body can't be")
  func refusals() throws {
    let nothing = #expect(throws: HTTPFailure.self) { try operation("GET", "/v2") }
    #expect(nothing?.status == 404)
    let put = #expect(throws: HTTPFailure.self) { try operation("PUT", "/v1/executions") }
    #expect(put?.status == 405)
    // Who calls is asked before what they say is read.
    let badParameter = try operation("GET", "/v1/executions?pageSize=x")
    #expect(throws: MessageError.self) { try badParameter.request(body: []) }
  }

  @Test(
    "takes bodies that are JSON, and no other",
    arguments: [
      ("application/json", nil, true),
      ("Application/JSON;charset=utf-8", nil, true),
      ("application/json", "identity", true), ("application/json", "gzip", false),
      ("text/plain", nil, false), ("application/x-www-form-urlencoded", nil, false),
      ("application/jsonp", nil, false), ("", nil, false),
    ] as [(String?, String?, Bool)])
  func bodies(contentType: String?, encoding: String?, isTaken: Bool) throws {
    let fields = encoding.map { [RPCField("content-encoding", $0)] } ?? []
    let failure = Result {
      try operation("POST", "/v1/executions", contentType: contentType, fields)
    }.failure
    #expect((failure as? HTTPFailure)?.status == (isTaken ? nil : 415))
    // What has no body may say of it what it likes.
    for method in ["GET", "HEAD", "DELETE"] {
      #expect(throws: Never.self) {
        try operation(method, "/v1/executions/x", contentType: contentType, fields)
      }
    }
  }

  @Test(
    "takes that nothing is said of a body, which there can't be then, from whom no other site has sent",
    arguments: [
      ([], true), ([("authorization", "Bearer x")], true),
      ([("authorization", "Bearer x"), ("origin", "https://a"), ("sec-fetch-site", "none")], true),
      ([("origin", "https://a")], false), ([("origin", "null")], false),
      ([("sec-fetch-site", "cross-site")], false), ([("sec-fetch-site", "same-site")], false),
      ([("content-encoding", "gzip")], false),
    ] as [([(String, String)], Bool)])
  func noBody(fields: [(String, String)], isTaken: Bool) {
    let head = HTTPHead(
      method: "POST", target: "/v1/executions/x:heartbeat", contentType: nil,
      metadata: Metadata(fields.map { RPCField($0.0, $0.1) }))
    let failure = Result { try operation(head) }.failure
    #expect((failure as? HTTPFailure)?.status == (isTaken ? nil : 415))
    #expect(!head.isJSON)
  }

  @Test(
    "knows who has a resource already",
    arguments: [
      ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false),
      ("a", false), (nil, false),
    ] as [(String?, Bool)])
  func kept(tags: String?, isKept: Bool) {
    let resource = HTTPResource(contentType: "text/plain", body: [], entityTag: "\"a\"")
    let fields = tags.map { [RPCField("if-none-match", $0)] } ?? []
    #expect(resource.isKept(by: Metadata(fields)) == isKept)
    let fresh = HTTPResource(contentType: "text/plain", body: [])
    #expect(!fresh.isKept(by: Metadata(fields)))
  }

  @Test("says the responses of a stream as lines, or as events where these are wanted")
  func forms() throws {
    let watch = try operation("GET", "/v1/executions:watch")
    let failure = HTTPFailure(RPCStatus(.aborted, ""))
    let lines = ResponseForm(of: watch, accept: "*/*")
    #expect(lines.fields[0] == RPCField("content-type", "application/x-ndjson"))
    #expect(text(lines.piece(Array("{}".utf8))) == "{}\n")
    #expect(text(lines.lastPiece(failure)) == "{\"error\":{\"code\":10,\"message\":\"\"}}\n")
    let events = ResponseForm(of: watch, accept: "text/html, Text/Event-Stream;q=0.9")
    #expect(events.fields[0] == RPCField("content-type", "text/event-stream"))
    #expect(text(events.piece(Array("{}".utf8))) == "data: {}\n\n")
    #expect(text(events.piece(Array("{}".utf8), eventID: "a-1")) == "id: a-1\ndata: {}\n\n")
    #expect(text(events.piece(Array("{}".utf8), eventID: "a\nb")) == "data: {}\n\n")
    #expect(text(lines.piece(Array("{}".utf8), eventID: "a-1")) == "{}\n")
    #expect(
      text(events.lastPiece(failure)) == "event: error\ndata: {\"code\":10,\"message\":\"\"}\n\n")
    let get = try operation("GET", "/v1/executions/a")
    #expect(
      ResponseForm(of: get, accept: "text/event-stream").fields[0]
        == RPCField("content-type", "application/json"))
  }

  @Test(
    "says the responses of a stream as events where these are wanted more, or named alone",
    arguments: [
      ("text/event-stream", true), ("text/event-stream, */*", true), ("text/*", true),
      ("text/event-stream;q=0.5, application/x-ndjson;q=0.4", true),
      ("application/x-ndjson, text/event-stream;q=0", false),
      ("application/x-ndjson, text/event-stream;q=0.9", false),
      ("application/x-ndjson, text/event-stream", false), ("*/*, text/event-stream;q=0", false),
      ("text/event-stream;q=0", false), ("*/*", false), ("text/html", false), ("", false),
      ("text/event-streams", false), (nil, false),
    ] as [(String?, Bool)])
  func negotiation(accept: String?, wantsEvents: Bool) throws {
    let form = ResponseForm(of: try operation("GET", "/v1/executions:watch"), accept: accept)
    let type = wantsEvents ? "text/event-stream" : "application/x-ndjson"
    #expect(form.fields[0] == RPCField("content-type", type))
  }

  @Test("goes on with a watch after the event that its caller had last")
  func resuming() throws {
    let last = [RPCField("last-event-id", "t2")]
    let watch = try operation("GET", "/v1/executions:watch?resumeToken=t1", last)
    // resume_token, twice: the last counts.
    #expect(try watch.request(body: []) == [0x42, 2] + "t1".utf8 + [0x42, 2] + "t2".utf8)
    #expect(watch.eventID(of: [0x12, 2] + "t3".utf8) == "t3")
    #expect(watch.eventID(of: []) == nil)
    let unread = try operation("GET", "/v1/executions:watch", [RPCField("last-event-id", "")])
    #expect(try unread.request(body: []) == [])
    // What can't be gone on with begins again.
    let export = try operation("GET", "/v1/executions:export", last)
    #expect(try export.request(body: []) == [] && export.eventID(of: [0x12, 1, 0x61]) == nil)
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension Result {
  fileprivate var failure: Failure? { if case .failure(let error) = self { error } else { nil } }
}
