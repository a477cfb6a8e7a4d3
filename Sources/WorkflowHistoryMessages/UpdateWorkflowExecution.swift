import CGoogleProtos
import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for an execution to be changed.
public struct UpdateWorkflowExecutionRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The id, and the new values of the masked fields.
  public var execution: ExecutionFields
  /// The fields to change, as they were sent.
  public var updateMask: [String]
  /// The version that the caller has seen. 0: any.
  public var expectedVersion: Int32
  /// Whether an execution that has ended may go on.
  public var allowReopen: Bool

  /// A request to change the masked fields.
  public init(
    execution: ExecutionFields, updateMask: [String], expectedVersion: Int32 = 0,
    allowReopen: Bool = false
  ) {
    self.execution = execution
    self.updateMask = updateMask
    self.expectedVersion = expectedVersion
    self.allowReopen = allowReopen
  }

  private static let type = MessageType<WorkflowHistory__V1__UpdateWorkflowExecutionRequest> {
    workflow_history__v1__update_workflow_execution_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    guard let execution = message.execution else {
      throw MessageError(field: "execution", description: "is required")
    }
    var reader = FieldReader(prefix: "execution.")
    let fields = ExecutionFields(execution.pointee, &reader)
    try reader.finish()
    let mask = message.update_mask?.pointee
    return Self(
      execution: fields,
      updateMask: elements(mask?.paths, mask?.n_paths ?? 0).map { String(cString: $0) },
      expectedVersion: message.expected_version,
      allowReopen: message.allow_reopen != 0)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.execution = execution.message(in: arena)
      $0.update_mask = Types.fieldMask.make(in: arena) {
        ($0.paths, $0.n_paths) = arena.texts(updateMask)
      }
      $0.expected_version = expectedVersion
      $0.allow_reopen = allowReopen ? 1 : 0
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers an update.
public struct UpdateWorkflowExecutionResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The execution as it is stored.
  public var execution: WorkflowExecution

  /// A response with this execution.
  public init(execution: WorkflowExecution) { self.execution = execution }

  private static let type = MessageType<WorkflowHistory__V1__UpdateWorkflowExecutionResponse> {
    workflow_history__v1__update_workflow_execution_response__init($0)
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
