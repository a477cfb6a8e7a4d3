import CWorkflowHistoryProtos
public import PatternLearning
import ProtobufMessages
import WorkflowHistory

extension PatternKind {
  /// In the order of the enum's numbers, from 1 on.
  private static let byNumber: [PatternKind] = [
    .failureAssociation, .retryRecovery, .durationDriver, .durationChange, .failureChange,
    .slowTask, .sequence, .errorAssociation,
  ]

  /// Nil where the value is unspecified, or none of the enum.
  init?(_ message: WorkflowHistory__V1__PatternKind) {
    let index = Int(message.rawValue) - 1
    guard Self.byNumber.indices.contains(index) else { return nil }
    self = Self.byNumber[index]
  }

  var message: WorkflowHistory__V1__PatternKind {
    let index = Self.byNumber.firstIndex(of: self) ?? -1
    return WorkflowHistory__V1__PatternKind(rawValue: UInt32(index + 1))
  }

  /// Its name in the proto, without the enum's prefix.
  public var name: String {
    switch self {
    case .failureAssociation: "FAILURE"
    case .retryRecovery: "RECOVERY"
    case .durationDriver: "DURATION"
    case .durationChange: "DURATION_CHANGE"
    case .failureChange: "FAILURE_CHANGE"
    case .slowTask: "SLOW_TASK"
    case .sequence: "SEQUENCE"
    case .errorAssociation: "ERROR"
    }
  }

  /// Its name in the proto.
  public var protoName: String { "PATTERN_KIND_" + name }

  /// The names that a refusal lists.
  static var protoNames: String { byNumber.map(\.protoName).joined(separator: ", ") }
}

extension ListedPattern {
  /// What a response's pattern says; nil where one of its fields is refused.
  init?(_ message: WorkflowHistory__V1__LearnedPattern, _ reader: inout FieldReader) {
    let figures = [
      reader.double("confidence", message.confidence), reader.double("baseline", message.baseline),
      reader.double("p_value", message.p_value), reader.double("q_value", message.q_value),
    ]
    guard let kind = PatternKind(message.kind) else {
      reader.refuse("kind", "is not a known kind: must be one of \(PatternKind.protoNames)")
      return nil
    }
    guard let rule = reader.document("rule", message.rule) else {
      reader.refuse("rule", "is required")
      return nil
    }
    guard let first = daysSince1970(date: String(cString: message.first_confirmed)) else {
      reader.refuse("first_confirmed", "must be a date as YYYY-MM-DD")
      return nil
    }
    guard let last = daysSince1970(date: String(cString: message.last_confirmed)) else {
      reader.refuse("last_confirmed", "must be a date as YYYY-MM-DD")
      return nil
    }
    let ids = reader.ids(
      "sample_execution_ids", message.sample_execution_ids, message.n_sample_execution_ids)
    self.init(
      id: String(cString: message.pattern_id), kind: kind,
      workflowType: String(cString: message.workflow_type), rule: rule,
      description: String(cString: message.description), support: message.support,
      confidence: figures[0] ?? 0, baseline: figures[1] ?? 0, pValue: figures[2] ?? 0,
      qValue: figures[3] ?? 0, firstConfirmed: first, lastConfirmed: last,
      isValidated: message.validated != 0, isActive: message.active != 0,
      sampleIDs: ids)
  }

  func message(in arena: Arena) -> UnsafeMutablePointer<WorkflowHistory__V1__LearnedPattern> {
    Types.learnedPattern.make(in: arena) {
      $0.pattern_id = arena.text(id)
      $0.kind = kind.message
      $0.workflow_type = arena.text(workflowType)
      $0.rule = arena.document(rule)
      $0.description = arena.text(description)
      $0.support = support
      $0.confidence = confidence
      $0.baseline = baseline
      $0.lift = lift
      $0.p_value = pValue
      $0.q_value = qValue
      $0.first_confirmed = arena.text(CalendarDay(daysSince1970: firstConfirmed).description)
      $0.last_confirmed = arena.text(CalendarDay(daysSince1970: lastConfirmed).description)
      $0.validated = isValidated ? 1 : 0
      $0.active = isActive ? 1 : 0
      ($0.sample_execution_ids, $0.n_sample_execution_ids) = arena.texts(
        sampleIDs.map(\.description))
    }
  }
}
