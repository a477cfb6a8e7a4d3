import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for an execution to be deleted.
public struct DeleteWorkflowExecutionRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Which execution.
  public var id: ExecutionID
  /// The version that the caller has seen. 0: any.
  public var expectedVersion: Int32

  /// A request to delete the execution with this id.
  public init(id: ExecutionID, expectedVersion: Int32 = 0) {
    self.id = id
    self.expectedVersion = expectedVersion
  }

  private static let type = MessageType<WorkflowHistory__V1__DeleteWorkflowExecutionRequest> {
    workflow_history__v1__delete_workflow_execution_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let id = reader.requiredID("id", message.id)
    try reader.finish()
    // Nil comes with a refusal, which has been thrown.
    return Self(id: id!, expectedVersion: message.expected_version)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.id = arena.text(id.description)
      $0.expected_version = expectedVersion
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers a deletion: the execution is gone.
public struct DeleteWorkflowExecutionResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The response, which says nothing more.
  public init() {}

  private static let type = MessageType<WorkflowHistory__V1__DeleteWorkflowExecutionResponse> {
    workflow_history__v1__delete_workflow_execution_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    _ = try type.decode(bytes, arena: arena)
    return Self()
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    Self.type.encode(Self.type.make(in: arena) { _ in }, prefix: prefix)
  }
}
