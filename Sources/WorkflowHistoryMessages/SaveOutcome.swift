import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// What became of one execution of a stream of saves.
public struct SaveOutcome: Equatable, Sendable {
  /// Its place among all executions of the call, from 0.
  public var index: Int64
  /// Its id; nil where it was refused, and came without one that can be read.
  public var id: ExecutionID?
  /// Why it was refused; nil where it is saved.
  public var refusal: SaveRefusal?

  /// The outcome with these values.
  public init(index: Int64, id: ExecutionID?, refusal: SaveRefusal? = nil) {
    self.index = index
    self.id = id
    self.refusal = refusal
  }
}

/// Why an execution was not saved.
public struct SaveRefusal: Equatable, Sendable {
  /// The gRPC status code.
  public var code: Int32
  /// What is wrong and what to do.
  public var message: String
  /// The fields that are to blame, where some are.
  public var violations: [FieldViolation]

  /// The refusal with these values.
  public init(code: Int32, message: String, violations: [FieldViolation] = []) {
    self.code = code
    self.message = message
    self.violations = violations
  }
}

extension FieldReader {
  /// The outcomes of a response.
  mutating func outcomes(
    _ messages: UnsafeMutablePointer<UnsafeMutablePointer<WorkflowHistory__V1__SaveOutcome>?>?,
    _ count: Int
  ) -> [SaveOutcome] {
    elements(messages, count).map {
      SaveOutcome(
        index: $0.pointee.index, id: id("outcomes.id", $0.pointee.id),
        refusal: $0.pointee.refusal.map { SaveRefusal($0.pointee) })
    }
  }
}

extension Arena {
  /// The outcomes of a response, and their count.
  func outcomes(
    _ outcomes: [SaveOutcome]
  ) -> (UnsafeMutablePointer<UnsafeMutablePointer<WorkflowHistory__V1__SaveOutcome>?>?, Int) {
    pointers(outcomes) { outcome in
      Types.saveOutcome.make(in: self) {
        $0.index = outcome.index
        $0.id = text(outcome.id?.description)
        $0.refusal = outcome.refusal?.message(in: self)
      }
    }
  }
}

extension SaveRefusal {
  fileprivate init(_ message: WorkflowHistory__V1__SaveRefusal) {
    self.init(
      code: message.code, message: String(cString: message.message),
      violations: elements(message.field_violations, message.n_field_violations).map {
        FieldViolation(
          field: String(cString: $0.pointee.field),
          description: String(cString: $0.pointee.description))
      })
  }

  fileprivate func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__SaveRefusal> {
    Types.saveRefusal.make(in: arena) {
      $0.code = code
      $0.message = arena.text(message)
      ($0.field_violations, $0.n_field_violations) = arena.pointers(violations) { violation in
        Types.fieldViolation.make(in: arena) {
          $0.field = arena.text(violation.field)
          $0.description = arena.text(violation.description)
        }
      }
    }
  }
}
