import CWorkflowHistoryProtos
public import PatternLearning
public import ProtobufMessages
public import WorkflowHistory

/// Asks what to expect of an execution.
public struct EstimateWorkflowExecutionRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Whose history to judge by. Empty means the caller. Ignored with an ``executionID``.
  public var userID: String
  /// The type of the execution. Empty with an ``executionID``.
  public var workflowType: String
  /// The input of the execution. Nil with an ``executionID``.
  public var inputData: JSONDocument?
  /// The execution, where it is stored.
  public var executionID: ExecutionID?

  /// A request with the fields as they are sent.
  public init(
    userID: String = "", workflowType: String = "", inputData: JSONDocument? = nil,
    executionID: ExecutionID? = nil
  ) {
    self.userID = userID
    self.workflowType = workflowType
    self.inputData = inputData
    self.executionID = executionID
  }

  private static let type = MessageType<WorkflowHistory__V1__EstimateWorkflowExecutionRequest> {
    workflow_history__v1__estimate_workflow_execution_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let request = Self(
      userID: String(cString: message.user_id),
      workflowType: String(cString: message.workflow_type),
      inputData: reader.document("input_data", message.input_data),
      executionID: reader.id("execution_id", message.execution_id))
    try reader.finish()
    return request
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.user_id = arena.text(userID)
      $0.workflow_type = arena.text(workflowType)
      $0.input_data = arena.document(inputData)
      $0.execution_id = arena.text(executionID?.description)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers with an estimate.
public struct EstimateWorkflowExecutionResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// What to expect.
  public var estimate: ExecutionEstimate

  /// A response with this estimate.
  public init(estimate: ExecutionEstimate) { self.estimate = estimate }

  private static let type = MessageType<WorkflowHistory__V1__EstimateWorkflowExecutionResponse> {
    workflow_history__v1__estimate_workflow_execution_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    guard let estimate = message.estimate?.pointee else {
      throw MessageError(field: "estimate", description: "is required")
    }
    var reader = FieldReader(prefix: "estimate.")
    let response = Self(estimate: ExecutionEstimate(estimate, &reader))
    try reader.finish()
    return response
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.estimate = estimate.message(in: arena) }
    return Self.type.encode(message, prefix: prefix)
  }
}
