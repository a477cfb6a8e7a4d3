import CWorkflowHistoryProtos
public import ProtobufMessages
public import WorkflowHistory

/// Asks for performance metrics.
public struct GetPerformanceMetricsRequest: DecodableMessage, EncodableMessage, Equatable,
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

  private static let type = MessageType<WorkflowHistory__V1__GetPerformanceMetricsRequest> {
    workflow_history__v1__get_performance_metrics_request__init($0)
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

/// Answers with performance metrics.
public struct GetPerformanceMetricsResponse: DecodableMessage, EncodableMessage, Equatable,
  Sendable
{
  /// The figures of the window.
  public var metrics: PerformanceMetrics

  /// A response with these figures.
  public init(metrics: PerformanceMetrics) { self.metrics = metrics }

  private static let type = MessageType<WorkflowHistory__V1__GetPerformanceMetricsResponse> {
    workflow_history__v1__get_performance_metrics_response__init($0)
  }

  /// The message that `bytes` say; see ``DecodableMessage``.
  public static func decode(_ bytes: [UInt8], arena: Arena) throws(MessageError) -> Self {
    guard let message = try type.decode(bytes, arena: arena).pointee.metrics else {
      throw MessageError(field: "metrics", description: "is required")
    }
    var reader = FieldReader(prefix: "metrics.")
    let metrics = PerformanceMetrics(message.pointee, &reader)
    try reader.finish()
    return Self(metrics: metrics)
  }

  /// The wire bytes, after `prefix` bytes of 0.
  public func encode(arena: Arena, prefix: Int) -> [UInt8] {
    let message = Self.type.make(in: arena) { $0.metrics = metrics.message(in: arena) }
    return Self.type.encode(message, prefix: prefix)
  }
}
