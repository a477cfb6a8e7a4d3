import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for one execution.
public struct GetWorkflowExecutionRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Which execution.
  public var id: ExecutionID

  /// A request for the execution with this id.
  public init(id: ExecutionID) { self.id = id }

  private static let type = MessageType<WorkflowHistory__V1__GetWorkflowExecutionRequest> {
    workflow_history__v1__get_workflow_execution_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let id = reader.requiredID("id", message.id)
    try reader.finish()
    // Nil comes with a refusal, which has been thrown.
    return Self(id: id!)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.id = arena.text(id.description) }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers with one execution, its documents included.
public struct GetWorkflowExecutionResponse: DecodableMessage, EncodableMessage, Equatable, Sendable
{
  /// The execution as it is stored.
  public var execution: WorkflowExecution

  /// A response with this execution.
  public init(execution: WorkflowExecution) { self.execution = execution }

  private static let type = MessageType<WorkflowHistory__V1__GetWorkflowExecutionResponse> {
    workflow_history__v1__get_workflow_execution_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    return Self(execution: try WorkflowExecution.answer(message.execution))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.execution = execution.message(in: arena) }
    return Self.type.encode(message, prefix: prefix)
  }
}
