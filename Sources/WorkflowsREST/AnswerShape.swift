internal import JSON

/// What an answer is made of.
enum AnswerShape: Sendable {
  /// The value of this member of the response.
  case member(String)
  /// Some of a user's executions: `{executions, total, limit, offset, status_filter, next_offset}`.
  case page
  /// Some of a workflow's executions: `{workflow_id, executions, total, limit, offset, next_offset}`.
  case pageOfWorkflow
  /// Metrics, with the tips' texts under `optimization_tips` and all of each under `tips`.
  case metrics

  /// The answer that a response makes.
  func json(of response: JSONMembers, _ arguments: Arguments) -> [UInt8] {
    switch self {
    case .member(let name): Array(response[name])
    case .page:
      Self.page(response, arguments, []) { answer in
        answer.append("status_filter", Self.status(arguments.values["status_filter"]))
      }
    case .pageOfWorkflow:
      Self.page(response, arguments, [("workflow_id", Self.text(arguments.values["workflow_id"]))])
    case .metrics: Self.metrics(JSONMembers(response["metrics"]))
    }
  }

  private static func page(
    _ response: JSONMembers, _ arguments: Arguments, _ first: [(String, [UInt8])],
    _ more: (inout JSONObject) -> Void = { _ in }
  ) -> [UInt8] {
    var answer = JSONObject()
    for (name, value) in first { answer.append(name, value) }
    let limit = arguments.values["limit"] ?? ""
    let offset = arguments.values["offset"] ?? ""
    for name in ["executions", "total"] { answer.append(name, response[name]) }
    answer.append("limit", limit.utf8)
    answer.append("offset", offset.utf8)
    more(&answer)
    // A page of large documents holds fewer than its limit.
    let isLast = response["next_page_token"].elementsEqual("\"\"".utf8)
    let next = (Int(offset) ?? 0) + JSONElements(response["executions"]).all.count
    answer.append("next_offset", (isLast ? "null" : String(next)).utf8)
    return answer.bytes
  }

  private static func metrics(_ metrics: JSONMembers) -> [UInt8] {
    var answer = JSONObject()
    for (name, value) in metrics.all {
      guard name == "optimization_tips" else {
        answer.append(name, value)
        continue
      }
      var texts: [UInt8] = []
      texts.appendJSONArray(JSONElements(value).all.map { JSONMembers($0)["text"] })
      answer.append(name, texts)
      answer.append("tips", value)
    }
    return answer.bytes
  }

  private static func status(_ protoName: String?) -> [UInt8] {
    text(protoName.map { $0.dropFirst("WORKFLOW_STATUS_".count).lowercased() })
  }

  private static func text(_ text: String?) -> [UInt8] {
    guard let text else { return Array("null".utf8) }
    var json: [UInt8] = []
    json.appendJSONString(text)
    return json
  }
}
