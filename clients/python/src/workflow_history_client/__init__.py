"""The client of workflow-history: what was run is saved, and read back.

`WorkflowHistoryService` makes the calls; `shapes` are the dicts that they take and return.
`ExecutionRecorder` records what an executor runs.
"""

from workflow_history_client import shapes
from workflow_history_client._saves import SaveOutcome
from workflow_history_client.counts import RecorderCounts
from workflow_history_client.errors import (
    Aborted,
    AlreadyExists,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    InvalidArgument,
    NotFound,
    OutOfRange,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    WorkflowHistoryError,
)
from workflow_history_client.export import Export
from workflow_history_client.identifiers import new_execution_id
from workflow_history_client.recorder import ExecutionRecorder
from workflow_history_client.retries import RetryPolicy
from workflow_history_client.runs import Run, Task
from workflow_history_client.service import WorkflowHistoryService
from workflow_history_client.spool import SpoolFull
from workflow_history_client.tokens import Token
from workflow_history_client.watch import Watch

__all__ = [
    "Aborted",
    "AlreadyExists",
    "DeadlineExceeded",
    "ExecutionRecorder",
    "Export",
    "FailedPrecondition",
    "FieldViolation",
    "InvalidArgument",
    "NotFound",
    "OutOfRange",
    "PermissionDenied",
    "RecorderCounts",
    "ResourceExhausted",
    "RetryPolicy",
    "Run",
    "SaveOutcome",
    "SpoolFull",
    "Task",
    "Token",
    "Unauthenticated",
    "Unavailable",
    "Watch",
    "WorkflowHistoryError",
    "WorkflowHistoryService",
    "new_execution_id",
    "shapes",
]
