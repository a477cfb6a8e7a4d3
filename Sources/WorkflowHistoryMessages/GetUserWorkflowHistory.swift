import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for a page of a user's executions that meet every filter given.
public struct GetUserWorkflowHistoryRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Whose history. Empty means the caller.
  public var userID: String
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
  /// How many executions at most. 0 means the default.
  public var pageSize: Int32
  /// The token of the page before. Empty for the first.
  public var pageToken: String
  /// How many executions to pass over first.
  public var offset: Int32
  /// Whether the executions carry their documents: the view FULL.
  public var isFull: Bool
  /// Whether to count all the executions that meet the filters.
  public var includesTotal: Bool
  /// Only abandoned executions.
  public var isAbandonedOnly: Bool

  /// A request with the fields as they are sent.
  public init(
    userID: String = "", workflowID: String = "", workflowType: String = "",
    statuses: [WorkflowStatus] = [], createdAfter: Timestamp? = nil,
    createdBefore: Timestamp? = nil, pageSize: Int32 = 0, pageToken: String = "",
    offset: Int32 = 0, isFull: Bool = false, includesTotal: Bool = false,
    isAbandonedOnly: Bool = false
  ) {
    self.userID = userID
    self.workflowID = workflowID
    self.workflowType = workflowType
    self.statuses = statuses
    self.createdAfter = createdAfter
    self.createdBefore = createdBefore
    self.pageSize = pageSize
    self.pageToken = pageToken
    self.offset = offset
    self.isFull = isFull
    self.includesTotal = includesTotal
    self.isAbandonedOnly = isAbandonedOnly
  }

  private static let type = MessageType<WorkflowHistory__V1__GetUserWorkflowHistoryRequest> {
    workflow_history__v1__get_user_workflow_history_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var reader = FieldReader()
    var request = Self()
    request.userID = String(cString: message.user_id)
    request.workflowID = String(cString: message.workflow_id)
    request.workflowType = String(cString: message.workflow_type)
    request.statuses = reader.statuses("statuses", message.statuses, message.n_statuses)
    request.createdAfter = reader.timestamp("created_after", message.created_after)
    request.createdBefore = reader.timestamp("created_before", message.created_before)
    request.pageSize = message.page_size
    request.pageToken = String(cString: message.page_token)
    request.offset = message.offset
    switch message.view {
    case WORKFLOW_HISTORY__V1__WORKFLOW_EXECUTION_VIEW__WORKFLOW_EXECUTION_VIEW_UNSPECIFIED,
      WORKFLOW_HISTORY__V1__WORKFLOW_EXECUTION_VIEW__WORKFLOW_EXECUTION_VIEW_BASIC:
      request.isFull = false
    case WORKFLOW_HISTORY__V1__WORKFLOW_EXECUTION_VIEW__WORKFLOW_EXECUTION_VIEW_FULL:
      request.isFull = true
    default:
      reader.refuse(
        "view",
        "is not a known view: must be WORKFLOW_EXECUTION_VIEW_BASIC or WORKFLOW_EXECUTION_VIEW_FULL"
      )
    }
    request.includesTotal = message.include_total != 0
    request.isAbandonedOnly = message.abandoned_only != 0
    try reader.finish()
    return request
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.user_id = arena.text(userID)
      $0.workflow_id = arena.text(workflowID)
      $0.workflow_type = arena.text(workflowType)
      ($0.statuses, $0.n_statuses) = arena.statuses(statuses)
      $0.created_after = arena.timestamp(createdAfter)
      $0.created_before = arena.timestamp(createdBefore)
      $0.page_size = pageSize
      $0.page_token = arena.text(pageToken)
      $0.offset = offset
      $0.view =
        isFull
        ? WORKFLOW_HISTORY__V1__WORKFLOW_EXECUTION_VIEW__WORKFLOW_EXECUTION_VIEW_FULL
        : WORKFLOW_HISTORY__V1__WORKFLOW_EXECUTION_VIEW__WORKFLOW_EXECUTION_VIEW_UNSPECIFIED
      $0.include_total = includesTotal ? 1 : 0
      $0.abandoned_only = isAbandonedOnly ? 1 : 0
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers with a page.
public struct GetUserWorkflowHistoryResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The page. A total that was not asked for and one of 0 are the same on the wire, and decode
  /// as nil.
  public var page: HistoryPage

  /// A response with this page.
  public init(page: HistoryPage) { self.page = page }

  private static let type = MessageType<WorkflowHistory__V1__GetUserWorkflowHistoryResponse> {
    workflow_history__v1__get_user_workflow_history_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    var all = FieldReader()
    var executions: [WorkflowExecution] = []
    executions.reserveCapacity(message.n_executions)
    for (index, element) in elements(message.executions, message.n_executions).enumerated() {
      var reader = FieldReader(prefix: "executions[\(index)].")
      if let execution = WorkflowExecution(element.pointee, &reader) {
        executions.append(execution)
      }
      all.take(reader)
    }
    try all.finish()
    return Self(
      page: HistoryPage(
        executions: executions, nextPageToken: all.text(message.next_page_token),
        total: message.total == 0 ? nil : message.total))
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      ($0.executions, $0.n_executions) = arena.pointers(page.executions) {
        $0.message(in: arena)
      }
      $0.next_page_token = arena.text(page.nextPageToken)
      $0.total = page.total ?? 0
    }
    return Self.type.encode(message, prefix: prefix)
  }
}
