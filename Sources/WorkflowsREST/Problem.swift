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
    var body = Array(#"{"detail":"#.utf8)
    body.appendJSONString(text)
    body.append(UInt8(ascii: "}"))
    return body
  }

  /// `{"detail": [{"loc": ["query", "limit"], "msg": "...", "type": "..."}]}`.
  static func problems(_ problems: [Problem]) -> [UInt8] {
    var body = Array(#"{"detail":["#.utf8)
    for (index, problem) in problems.enumerated() {
      if index > 0 { body.append(UInt8(ascii: ",")) }
      body += #"{"loc":["#.utf8
      for (index, part) in problem.location.enumerated() {
        if index > 0 { body.append(UInt8(ascii: ",")) }
        body.appendJSONString(part)
      }
      body += #"],"msg":"#.utf8
      body.appendJSONString(problem.message)
      body += #","type":"#.utf8
      body.appendJSONString(problem.type)
      body.append(UInt8(ascii: "}"))
    }
    body += "]}".utf8
    return body
  }
}
