import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Says that an execution is still run.
public struct HeartbeatWorkflowExecutionRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Which execution.
  public var id: ExecutionID
  /// How many seconds may pass until the next heartbeat. 0 means the default.
  public var timeoutSeconds: Int32

  /// A heartbeat of the execution with this id.
  public init(id: ExecutionID, timeoutSeconds: Int32 = 0) {
    self.id = id
    self.timeoutSeconds = timeoutSeconds
  }

  private static let type = MessageType<WorkflowHistory__V1__HeartbeatWorkflowExecutionRequest> {
    workflow_history__v1__heartbeat_workflow_execution_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let id = reader.requiredID("id", message.id)
    try reader.finish()
    // Nil comes with a refusal, which has been thrown.
    return Self(id: id!, timeoutSeconds: message.timeout_seconds)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.id = arena.text(id.description)
      $0.timeout_seconds = timeoutSeconds
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers a heartbeat: it was taken.
public struct HeartbeatWorkflowExecutionResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The response, which says nothing more.
  public init() {}

  private static let type = MessageType<WorkflowHistory__V1__HeartbeatWorkflowExecutionResponse> {
    workflow_history__v1__heartbeat_workflow_execution_response__init($0)
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
