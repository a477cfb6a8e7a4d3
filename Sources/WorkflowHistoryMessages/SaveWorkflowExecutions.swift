import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for some executions to be saved.
public struct SaveWorkflowExecutionsRequest: DecodableMessage, EncodableMessage, Equatable, Sendable
{
  /// What came for one execution: its fields, or what is wrong with them.
  public typealias Item = Result<ExecutionFields, MessageError>

  /// 1 to 1,000 executions, in their order. One that can't be read is no error of the others.
  public var items: [Item]

  /// How many executions a request may have.
  private static let limits: ClosedRange<Int> = 1...1_000

  /// A request to save these.
  public init(executions: [ExecutionFields]) { items = executions.map { .success($0) } }

  private static let type = MessageType<WorkflowHistory__V1__SaveWorkflowExecutionsRequest> {
    workflow_history__v1__save_workflow_executions_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    guard limits.contains(message.n_executions) else {
      throw MessageError(field: "executions", description: "must be 1 to 1,000")
    }
    var request = Self(executions: [])
    request.items = elements(message.executions, message.n_executions).map { execution in
      var reader = FieldReader(prefix: "execution.")
      let fields = ExecutionFields(execution.pointee, &reader)
      do throws(MessageError) { try reader.finish() } catch { return .failure(error) }
      return .success(fields)
    }
    return request
  }

  /// The wire bytes, after `prefix` bytes of 0, of the executions that could be read.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      ($0.executions, $0.n_executions) = arena.pointers(items.compactMap { try? $0.get() }) {
        $0.message(in: arena)
      }
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers a request.
public struct SaveWorkflowExecutionsResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// What became of one execution of a stream.
  public struct Outcome: Equatable, Sendable {
    /// Its place among all executions of the call, from 0.
    public var index: Int64
    /// Its id; nil where it was refused, and came without one that can be read.
    public var id: ExecutionID?
    /// Why it was refused; nil where it is saved.
    public var refusal: Refusal?

    /// The outcome with these values.
    public init(index: Int64, id: ExecutionID?, refusal: Refusal? = nil) {
      self.index = index
      self.id = id
      self.refusal = refusal
    }
  }

  /// Why an execution was not saved.
  public struct Refusal: Equatable, Sendable {
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

  /// One for each execution of the request, in their order.
  public var outcomes: [Outcome]

  /// A response with these outcomes.
  public init(outcomes: [Outcome]) { self.outcomes = outcomes }

  private static let type = MessageType<WorkflowHistory__V1__SaveWorkflowExecutionsResponse> {
    workflow_history__v1__save_workflow_executions_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var response = Self(outcomes: [])
    var reader = FieldReader()
    for outcome in elements(message.outcomes, message.n_outcomes) {
      response.outcomes.append(
        Outcome(
          index: outcome.pointee.index, id: reader.id("outcomes.id", outcome.pointee.id),
          refusal: outcome.pointee.refusal.map { Refusal($0.pointee) }))
    }
    try reader.finish()
    return response
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      ($0.outcomes, $0.n_outcomes) = arena.pointers(outcomes) { outcome in
        Types.saveOutcome.make(in: arena) {
          $0.index = outcome.index
          $0.id = arena.text(outcome.id?.description)
          $0.refusal = outcome.refusal?.message(in: arena)
        }
      }
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

extension SaveWorkflowExecutionsResponse.Refusal {
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
