import JSON
public import WorkflowHistory

extension PatternRule {
  /// The rule that was written as this JSON, or as what jsonb made of it: members may come in any
  /// order, and numbers be written out. Nil where it is no rule.
  public init?(json: JSONDocument) {
    let members = RuleMembers(json)
    guard let kind = members.text("kind").flatMap(PatternKind.init), let type = members.type else {
      return nil
    }
    switch kind {
    case .failureAssociation, .durationDriver:
      guard let condition = members.condition else { return nil }
      self =
        kind == .durationDriver
        ? .duration(type: type, condition: condition) : .failure(type: type, condition: condition)
    case .errorAssociation:
      guard let error = members.text("error"), let condition = members.condition else { return nil }
      if case .retry = condition { return nil }
      self = .error(type: type, error: error, condition: condition)
    case .retryRecovery: self = .recovery(type: type, error: members.text("error"))
    case .durationChange, .failureChange:
      guard let day = members.since, case .boolean(let isRise) = members["rise"] else { return nil }
      self =
        kind == .durationChange
        ? .durationChange(type: type, day: day, isRise: isRise)
        : .failureChange(type: type, day: day, isRise: isRise)
    case .slowTask:
      guard let task = members.text("task_name"), let day = members.since else { return nil }
      self = .slowTask(type: type, task: task, day: day)
    case .sequence:
      guard let first = members.text("preceding_workflow_type") else { return nil }
      self = .sequence(first: first, second: type)
    }
  }
}

/// The scalar members of a rule and of its condition, which share no names.
private struct RuleMembers {
  private var members: [String: JSONTokens.Token] = [:]

  /// Fingerprints are the longest texts: types, tasks and paths have 255 characters at most.
  private static let longestText = max(ErrorFingerprint.byteLimit, 4 * 255)

  init(_ json: JSONDocument) {
    var tokens = JSONTokens(json.utf8, stringLimit: Self.longestText)
    var name: String?
    while let token = tokens.next() {
      if case .name(let next) = token {
        name = next
      } else if let known = name {
        members[known] = token
        name = nil
      }
    }
  }

  subscript(name: String) -> JSONTokens.Token? { members[name] }

  func text(_ name: String) -> String? {
    if case .string(let text) = members[name] { text } else { nil }
  }

  var type: String? { text("workflow_type") }

  var since: Int32? { text("since").flatMap { CalendarDay($0)?.daysSince1970 } }

  var condition: Condition? {
    if let hour = number("hour") { return .hour(hour) }
    if let weekday = number("weekday") { return .weekday(weekday) }
    if let path = text("field") {
      return value.map { .input(InputField(path: path, value: $0)) }
    }
    if let type = text("preceding_workflow_type") { return .preceding(type) }
    if members["retry"] != nil { return .retry(error: text("error")) }
    return since.map(Condition.since)
  }

  private func number(_ name: String) -> UInt8? {
    if case .number(let text) = members[name] { UInt8(text) } else { nil }
  }

  /// What a field holds: equal to something, or of the size of its bound nearest to 0.
  private var value: InputValue? {
    switch members["equals"] ?? members["at_least"] ?? members["at_most"] {
    case .string(let text): text.map(InputValue.text)
    case .number(let text):
      members["equals"] == nil ? InputValue(size: text) : InputValue(number: text)
    case .boolean(let value): .boolean(value)
    case .null: .null
    default: nil
    }
  }
}
