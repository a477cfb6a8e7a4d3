"""The methods of the service."""

from workflow_history_client._calls import Method
from workflow_history_client._protos import workflow_changes_pb2 as changes
from workflow_history_client._protos import workflow_history_service_pb2 as service
from workflow_history_client._protos import workflow_patterns_pb2 as patterns

SAVE = Method(
    "SaveWorkflowExecution",
    service.SaveWorkflowExecutionRequest,
    service.SaveWorkflowExecutionResponse,
)
SAVE_MANY = Method(
    "SaveWorkflowExecutions",
    service.SaveWorkflowExecutionsRequest,
    service.SaveWorkflowExecutionsResponse,
)
EXPORT = Method(
    "ExportWorkflowExecutions",
    service.ExportWorkflowExecutionsRequest,
    service.ExportWorkflowExecutionsResponse,
)
IMPORT = Method(
    "ImportWorkflowExecutions",
    service.ImportWorkflowExecutionsRequest,
    service.ImportWorkflowExecutionsResponse,
)
GET = Method(
    "GetWorkflowExecution",
    service.GetWorkflowExecutionRequest,
    service.GetWorkflowExecutionResponse,
)
HISTORY = Method(
    "GetUserWorkflowHistory",
    service.GetUserWorkflowHistoryRequest,
    service.GetUserWorkflowHistoryResponse,
)
STATISTICS = Method(
    "GetWorkflowStatistics",
    service.GetWorkflowStatisticsRequest,
    service.GetWorkflowStatisticsResponse,
)
METRICS = Method(
    "GetPerformanceMetrics",
    service.GetPerformanceMetricsRequest,
    service.GetPerformanceMetricsResponse,
)
UPDATE = Method(
    "UpdateWorkflowExecution",
    service.UpdateWorkflowExecutionRequest,
    service.UpdateWorkflowExecutionResponse,
)
HEARTBEAT = Method(
    "HeartbeatWorkflowExecution",
    service.HeartbeatWorkflowExecutionRequest,
    service.HeartbeatWorkflowExecutionResponse,
)
DELETE = Method(
    "DeleteWorkflowExecution",
    service.DeleteWorkflowExecutionRequest,
    service.DeleteWorkflowExecutionResponse,
)
PATTERNS = Method(
    "ListLearnedPatterns",
    patterns.ListLearnedPatternsRequest,
    patterns.ListLearnedPatternsResponse,
)
ESTIMATE = Method(
    "EstimateWorkflowExecution",
    patterns.EstimateWorkflowExecutionRequest,
    patterns.EstimateWorkflowExecutionResponse,
)
WATCH = Method(
    "WatchWorkflowExecutions",
    changes.WatchWorkflowExecutionsRequest,
    changes.WatchWorkflowExecutionsResponse,
)
