internal import WorkflowHistory

extension Pattern {
  /// The same for the same rule, whatever the figures: 16 hexadecimal digits.
  public var id: String {
    let digits = String(StableHash.of(rule.json), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension PatternRule {
  /// The rule as a JSON object, with `kind` and what else it says.
  public var json: String {
    let members: [(String, String)] =
      switch self {
      case .failure(let type, let condition), .duration(let type, let condition):
        [("workflow_type", JSONText.quoted(type)), ("condition", condition.json)]
      case .error(let type, let error, let condition):
        [
          ("workflow_type", JSONText.quoted(type)), ("error", JSONText.quoted(error)),
          ("condition", condition.json),
        ]
      case .recovery(let type, let error):
        [
          ("workflow_type", JSONText.quoted(type)),
          ("condition", Condition.retry(error: error).json),
        ]
      case .durationChange(let type, let day, let isRise),
        .failureChange(let type, let day, let isRise):
        [
          ("workflow_type", JSONText.quoted(type)), ("condition", Condition.since(day).json),
          ("rise", String(isRise)),
        ]
      case .slowTask(let type, let task, let day):
        [
          ("workflow_type", JSONText.quoted(type)), ("task_name", JSONText.quoted(task)),
          ("condition", Condition.since(day).json),
        ]
      case .sequence(let first, let second):
        [
          ("preceding_workflow_type", JSONText.quoted(first)),
          ("workflow_type", JSONText.quoted(second)),
        ]
      }
    return JSONText.object([("kind", JSONText.quoted(kind.rawValue))] + members)
  }
}

extension Condition {
  /// The condition as a JSON object.
  public var json: String {
    switch self {
    case .hour(let hour): JSONText.object([("hour", String(hour))])
    case .weekday(let weekday): JSONText.object([("weekday", String(weekday))])
    case .input(let field):
      JSONText.object([("field", JSONText.quoted(field.path))] + field.value.jsonMembers)
    case .preceding(let type):
      JSONText.object([("preceding_workflow_type", JSONText.quoted(type))])
    case .retry(let error):
      JSONText.object(
        [("retry", "true")] + (error.map { [("error", JSONText.quoted($0))] } ?? []))
    case .since(let day):
      JSONText.object([("since", JSONText.quoted(CalendarDay(daysSince1970: day).description))])
    }
  }
}

extension InputValue {
  fileprivate var jsonMembers: [(String, String)] {
    switch self {
    case .text, .integer, .boolean, .null: [("equals", description)]
    case .magnitude(false, let exponent):
      [("at_least", "1e\(exponent)"), ("below", "1e\(exponent + 1)")]
    case .magnitude(true, let exponent):
      [("above", "-1e\(exponent + 1)"), ("at_most", "-1e\(exponent)")]
    }
  }
}

extension JSONText {
  /// An object of members whose values are JSON already.
  static func object(_ members: [(name: String, value: String)]) -> String {
    "{" + members.map { quoted($0.name) + ":" + $0.value }.joined(separator: ",") + "}"
  }
}
