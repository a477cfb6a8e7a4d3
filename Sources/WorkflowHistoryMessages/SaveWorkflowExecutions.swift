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

  /// Refuses a request that has not 1 to 1,000 executions.
  static func checkCount(_ count: Int) throws(MessageError) {
    guard 1...1_000 ~= count else {
      throw MessageError(field: "executions", description: "must be 1 to 1,000")
    }
  }

  /// A request to save these.
  public init(executions: [ExecutionFields]) { items = executions.map { .success($0) } }

  private static let type = MessageType<WorkflowHistory__V1__SaveWorkflowExecutionsRequest> {
    workflow_history__v1__save_workflow_executions_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    try checkCount(message.n_executions)
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
  /// One for each execution of the request, in their order.
  public var outcomes: [SaveOutcome]

  /// A response with these outcomes.
  public init(outcomes: [SaveOutcome]) { self.outcomes = outcomes }

  private static let type = MessageType<WorkflowHistory__V1__SaveWorkflowExecutionsResponse> {
    workflow_history__v1__save_workflow_executions_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let response = Self(outcomes: reader.outcomes(message.outcomes, message.n_outcomes))
    try reader.finish()
    return response
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      ($0.outcomes, $0.n_outcomes) = arena.outcomes(outcomes)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}
