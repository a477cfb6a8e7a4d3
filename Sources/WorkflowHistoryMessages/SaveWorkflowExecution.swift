import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for an execution to be saved.
public struct SaveWorkflowExecutionRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The execution's fields as they were sent. Nil where the request has none.
  public var execution: ExecutionFields?

  /// A request to save these fields.
  public init(execution: ExecutionFields?) { self.execution = execution }

  private static let type = MessageType<WorkflowHistory__V1__SaveWorkflowExecutionRequest> {
    workflow_history__v1__save_workflow_execution_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader(prefix: "execution.")
    let execution = message.execution.map { ExecutionFields($0.pointee, &reader) }
    try reader.finish()
    return Self(execution: execution)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.execution = execution?.message(in: arena) }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers a save.
public struct SaveWorkflowExecutionResponse: DecodableMessage, EncodableMessage, Equatable, Sendable
{
  /// The execution as it is stored.
  public var execution: WorkflowExecution

  /// A response with this execution.
  public init(execution: WorkflowExecution) { self.execution = execution }

  private static let type = MessageType<WorkflowHistory__V1__SaveWorkflowExecutionResponse> {
    workflow_history__v1__save_workflow_execution_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    return Self(execution: try WorkflowExecution.answer(message.execution))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.execution = execution.message(in: arena) }
    return Self.type.encode(message, prefix: prefix)
  }
}
