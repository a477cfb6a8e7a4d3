import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for statistics.
public struct GetWorkflowStatisticsRequest: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// Whose executions. Empty means the caller.
  public var userID: String
  /// Only this type's executions. Empty: all types.
  public var workflowType: String
  /// How many days of 24 hours up to now. 0 means the default.
  public var days: Int32

  /// A request with the fields as they are sent.
  public init(userID: String = "", workflowType: String = "", days: Int32 = 0) {
    self.userID = userID
    self.workflowType = workflowType
    self.days = days
  }

  private static let type = MessageType<WorkflowHistory__V1__GetWorkflowStatisticsRequest> {
    workflow_history__v1__get_workflow_statistics_request__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    let message = try type.decode(bytes, arena: arena).pointee
    return Self(
      userID: String(cString: message.user_id),
      workflowType: String(cString: message.workflow_type), days: message.days)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) {
      $0.user_id = arena.text(userID)
      $0.workflow_type = arena.text(workflowType)
      $0.days = days
    }
    return Self.type.encode(message, prefix: prefix)
  }
}

/// Answers with statistics.
public struct GetWorkflowStatisticsResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The figures of the window.
  public var statistics: WorkflowStatistics

  /// A response with these figures.
  public init(statistics: WorkflowStatistics) { self.statistics = statistics }

  private static let type = MessageType<WorkflowHistory__V1__GetWorkflowStatisticsResponse> {
    workflow_history__v1__get_workflow_statistics_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    guard let message = try type.decode(bytes, arena: arena).pointee.statistics else {
      throw MessageError(field: "statistics", description: "is required")
    }
    var reader = FieldReader(prefix: "statistics.")
    let statistics = WorkflowStatistics(message.pointee, &reader)
    try reader.finish()
    return Self(statistics: statistics)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.statistics = statistics.message(in: arena) }
    return Self.type.encode(message, prefix: prefix)
  }
}
