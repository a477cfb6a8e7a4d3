import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for all executions that meet every filter given.
public struct ExportWorkflowExecutionsRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Whose executions. Empty means the caller.
  public var userID: String
  /// The executions of all users.
  public var isOfAllUsers: Bool
  /// Only this workflow's executions. Empty: any.
  public var workflowID: String
  /// Only this type's executions. Empty: any.
  public var workflowType: String
  /// Only executions with one of these statuses. Empty: any.
  public var statuses: [WorkflowStatus]
  /// Only executions with `created_at` at or after this instant.
  public var createdAfter: Timestamp?
  /// Only executions with `created_at` before this instant.
  public var createdBefore: Timestamp?
  /// Whether to count them first.
  public var includesTotal: Bool

  /// A request with the fields as they are sent.
  public init(
    userID: String = "", isOfAllUsers: Bool = false, workflowID: String = "",
    workflowType: String = "", statuses: [WorkflowStatus] = [], createdAfter: Timestamp? = nil,
    createdBefore: Timestamp? = nil, includesTotal: Bool = false
  ) {
    self.userID = userID
    self.isOfAllUsers = isOfAllUsers
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.statuses = statuses
    self.createdAfter = createdAfter
    self.createdBefore = createdBefore
    self.includesTotal = includesTotal
  }

  private static let type = MessageType<WorkflowHistory__V1__ExportWorkflowExecutionsRequest> {
    workflow_history__v1__export_workflow_executions_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let request = Self(
      userID: String(cString: message.user_id), isOfAllUsers: message.all_users != 0,
      workflowID: String(cString: message.workflow_id),
      workflowType: String(cString: message.workflow_type),
      statuses: reader.statuses("statuses", message.statuses, message.n_statuses),
      createdAfter: reader.timestamp("created_after", message.created_after),
      createdBefore: reader.timestamp("created_before", message.created_before),
      includesTotal: message.include_total != 0)
    try reader.finish()
    return request
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.user_id = arena.text(userID)
      $0.all_users = isOfAllUsers ? 1 : 0
      $0.workflow_id = arena.text(workflowID)
      $0.workflow_type = arena.text(workflowType)
      ($0.statuses, $0.n_statuses) = arena.statuses(statuses)
      $0.created_after = arena.timestamp(createdAfter)
      $0.created_before = arena.timestamp(createdBefore)
      $0.include_total = includesTotal ? 1 : 0
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers with some of the executions.
public struct ExportWorkflowExecutionsResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The next executions, and in the first answer how many there are.
  public var part: ExportPart

  /// A response with this part.
  public init(part: ExportPart) { self.part = part }

  private static let type = MessageType<WorkflowHistory__V1__ExportWorkflowExecutionsResponse> {
    workflow_history__v1__export_workflow_executions_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``. No total and one of 0 are the same.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    let executions = elements(message.executions, message.n_executions).map {
      ArchivedExecution($0.pointee, &reader)
    }
    try reader.finish()
    return Self(
      part: ExportPart(
        executions: executions, total: message.total == 0 ? nil : message.total))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      ($0.executions, $0.n_executions) = arena.pointers(part.executions) {
        $0.message(in: arena)
      }
      $0.total = part.total ?? 0
    }
    return Self.type.encode(message, prefix: prefix)
  }
}
