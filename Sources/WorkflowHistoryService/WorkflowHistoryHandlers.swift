internal import Identity
public import PatternLearning
public import ProtobufMessages
public import RPC
public import WorkflowHistory
internal import WorkflowHistoryMessages

/// The handlers of WorkflowHistoryService on one loop: each authorises, asks the store, and
/// answers. One file for each method.
public final class WorkflowHistoryHandlers {
  let store: any HistoryStore & PatternStore
  let retention: RetentionPolicy
  let clock: @Sendable () -> Timestamp
  var generator = SystemRandomNumberGenerator()

  /// - Parameters:
  ///   - store: where the executions and patterns are, on the same loop.
  ///   - retention: how long executions are kept.
  ///   - clock: tells the time of day.
  public init(
    store: any HistoryStore & PatternStore, retention: RetentionPolicy = .keepsAll,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.retention = retention
    self.clock = clock
  }

  /// The service with all its methods.
  public func service(arena: Arena) -> RPCService {
    var service = RPCService(WorkflowHistoryAPI.service, arena: arena)
    service.unary("SaveWorkflowExecution", saveWorkflowExecution)
    service.bidirectional("SaveWorkflowExecutions", saveWorkflowExecutions)
    service.unary("GetWorkflowExecution", getWorkflowExecution)
    service.unary("GetUserWorkflowHistory", getUserWorkflowHistory)
    service.unary("GetWorkflowStatistics", getWorkflowStatistics)
    service.unary("GetPerformanceMetrics", getPerformanceMetrics)
    service.unary("UpdateWorkflowExecution", updateWorkflowExecution)
    service.unary("HeartbeatWorkflowExecution", heartbeatWorkflowExecution)
    service.unary("DeleteWorkflowExecution", deleteWorkflowExecution)
    service.unary("ListLearnedPatterns", listLearnedPatterns)
    service.unary("EstimateWorkflowExecution", estimateWorkflowExecution)
    service.serverStreaming("WatchWorkflowExecutions", watchWorkflowExecutions)
    service.serverStreaming("ExportWorkflowExecutions", exportWorkflowExecutions)
    service.bidirectional("ImportWorkflowExecutions", importWorkflowExecutions)
    return service
  }
}
