/// One field that was refused.
public struct FieldViolation: Hashable, Sendable {
  /// Its path in the request, as the proto spells it: `execution.end_time`, `statuses[1]`.
  public var field: String
  /// What is wrong, in words for the caller. It never repeats what was sent.
  public var description: String

  /// A refusal of `field`.
  public init(field: String, description: String) {
    self.field = field
    self.description = description
  }
}

/// Why bytes are not the message they should be.
public struct MessageError: Error, Equatable, Sendable {
  /// The whole refusal, in words for the caller. It never repeats what was sent.
  public var description: String
  /// The fields that were refused, in the order found. Empty where the message as a whole is
  /// malformed.
  public var violations: [FieldViolation]

  /// The first field that was refused. Nil where the message as a whole is malformed.
  public var field: String? { violations.first?.field }

  /// A refusal of one field, or with nil of the message as a whole.
  public init(field: String?, description: String) {
    violations = field.map { [FieldViolation(field: $0, description: description)] } ?? []
    self.description = field.map { "\($0): \(description)" } ?? description
  }

  /// A refusal of these fields, of which there is at least one.
  public init(violations: [FieldViolation]) {
    description = violations.map { "\($0.field): \($0.description)" }.joined(separator: "; ")
    self.violations = violations
  }
}
