internal import JSON

/// What is wrong with one parameter, as FastAPI tells it.
struct Problem: Error, Equatable, Sendable {
  /// Where it is: `query` or `path`, and the parameter's name.
  var location: [String]
  /// What is wrong, in words for the caller, without what was sent.
  var message: String
  /// What kind of fault it is, by pydantic's names.
  var type: String
}

/// Bodies of answers that tell of failures.
enum Detail {
  /// `{"detail": "..."}`.
  static func text(_ text: String) -> [UInt8] {
    var body = JSONObject()
    body.append("detail", text: text)
    return body.bytes
  }

  /// `{"detail": [{"loc": ["query", "limit"], "msg": "...", "type": "..."}]}`.
  static func problems(_ problems: [Problem]) -> [UInt8] {
    var all: [UInt8] = []
    all.appendJSONArray(problems.map(json(of:)))
    var body = JSONObject()
    body.append("detail", all)
    return body.bytes
  }

  private static func json(of problem: Problem) -> [UInt8] {
    var location: [UInt8] = []
    location.appendJSONArray(
      problem.location.map { part in
        var text: [UInt8] = []
        text.appendJSONString(part)
        return text
      })
    var json = JSONObject()
    json.append("loc", location)
    json.append("msg", text: problem.message)
    json.append("type", text: problem.type)
    return json.bytes
  }
}
