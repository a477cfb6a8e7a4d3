import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks to be told of changes that meet every filter given.
public struct WatchWorkflowExecutionsRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Whose executions. Empty means the caller.
  public var userID: String
  /// The executions of all users.
  public var isOfAllUsers: Bool
  /// Only this workflow's executions. Empty: any.
  public var workflowID: String
  /// Only executions of this type. Empty: any.
  public var workflowType: String
  /// Only changes after which the status is one of these. Empty: any.
  public var statuses: [WorkflowStatus]
  /// Only executions with `created_at` at or after this instant.
  public var createdAfter: Timestamp?
  /// Only executions with `created_at` before this instant.
  public var createdBefore: Timestamp?
  /// Where to go on. Empty: from now on.
  public var resumeToken: String

  /// A request with the fields as they are sent.
  public init(
    userID: String = "", isOfAllUsers: Bool = false, workflowID: String = "",
    workflowType: String = "", statuses: [WorkflowStatus] = [], createdAfter: Timestamp? = nil,
    createdBefore: Timestamp? = nil, resumeToken: String = ""
  ) {
    self.userID = userID
    self.isOfAllUsers = isOfAllUsers
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.statuses = statuses
    self.createdAfter = createdAfter
    self.createdBefore = createdBefore
    self.resumeToken = resumeToken
  }

  private static let type = MessageType<WorkflowHistory__V1__WatchWorkflowExecutionsRequest> {
    workflow_history__v1__watch_workflow_executions_request__init($0)
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
      resumeToken: String(cString: message.resume_token))
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
      $0.resume_token = arena.text(resumeToken)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Tells of changes; and now and then of none.
public struct WatchWorkflowExecutionsResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The changes, and the token that goes on after them.
  public var changes: WatchedChanges

  /// A response with these changes.
  public init(changes: WatchedChanges) { self.changes = changes }

  private static let type = MessageType<WorkflowHistory__V1__WatchWorkflowExecutionsResponse> {
    workflow_history__v1__watch_workflow_executions_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var all = FieldReader()
    var events: [ExecutionEvent] = []
    for (index, element) in elements(message.changes, message.n_changes).enumerated() {
      var reader = FieldReader(prefix: "changes[\(index)].")
      if let event = ExecutionEvent(element.pointee, &reader) { events.append(event) }
      all.take(reader)
    }
    try all.finish()
    return Self(
      changes: WatchedChanges(
        events: events, resumeToken: String(cString: message.resume_token)))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      ($0.changes, $0.n_changes) = arena.pointers(changes.events) { $0.message(in: arena) }
      $0.resume_token = arena.text(changes.resumeToken)
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// One change, as a message of its own.
public struct ExecutionChangeMessage: EncodableMessage, Sendable {
  /// The change.
  public var event: ExecutionEvent

  /// The message of a change.
  public init(_ event: ExecutionEvent) { self.event = event }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    Types.change.encode(event.message(in: arena), prefix: prefix)
  }
}

extension ExecutionEvent {
  /// What a response's change says; nil where the reader has refused a field that must be.
  fileprivate init?(
    _ message: WorkflowHistory__V1__ExecutionChange, _ reader: inout FieldReader
  ) {
    let kind = Int16(exactly: message.kind.rawValue).flatMap(ChangeKind.init)
    if kind == nil { reader.refuse("kind", "is not a known kind") }
    let id = reader.requiredID("execution_id", message.execution_id)
    let status = reader.status("status", message.status)
    if message.status.rawValue == 0 { reader.refuse("status", "is required") }
    let changedAt = reader.requiredTimestamp("changed_at", message.changed_at)
    var execution: WorkflowExecution?
    if let sent = message.execution {
      var inner = FieldReader(prefix: reader.prefix + "execution.")
      execution = WorkflowExecution(sent.pointee, &inner)
      reader.take(inner)
    }
    guard let kind, let id, let status else { return nil }
    self.init(
      kind: kind, executionID: id, userID: String(cString: message.user_id),
      version: message.version, workflowType: String(cString: message.workflow_type),
      status: status, changedAt: changedAt, execution: execution,
      resumeToken: String(cString: message.resume_token))
  }

  fileprivate func message(
    in arena: Arena
  ) -> UnsafeMutablePointer<WorkflowHistory__V1__ExecutionChange> {
    Types.change.make(in: arena) {
      $0.kind = WorkflowHistory__V1__ChangeKind(rawValue: UInt32(kind.rawValue))
      $0.execution_id = arena.text(executionID.description)
      $0.user_id = arena.text(userID)
      $0.version = version
      $0.workflow_type = arena.text(workflowType)
      $0.status = arena.status(status)
      $0.changed_at = arena.timestamp(changedAt)
      $0.execution = execution?.message(in: arena)
      $0.resume_token = arena.text(resumeToken)
    }
  }
}
