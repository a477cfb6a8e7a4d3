import datetime

from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from . import workflow_archive_pb2 as _workflow_archive_pb2
from . import workflow_changes_pb2 as _workflow_changes_pb2
from . import workflow_execution_pb2 as _workflow_execution_pb2
from . import workflow_patterns_pb2 as _workflow_patterns_pb2
from . import workflow_statistics_pb2 as _workflow_statistics_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WorkflowExecutionView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WORKFLOW_EXECUTION_VIEW_UNSPECIFIED: _ClassVar[WorkflowExecutionView]
    WORKFLOW_EXECUTION_VIEW_BASIC: _ClassVar[WorkflowExecutionView]
    WORKFLOW_EXECUTION_VIEW_FULL: _ClassVar[WorkflowExecutionView]
WORKFLOW_EXECUTION_VIEW_UNSPECIFIED: WorkflowExecutionView
WORKFLOW_EXECUTION_VIEW_BASIC: WorkflowExecutionView
WORKFLOW_EXECUTION_VIEW_FULL: WorkflowExecutionView

class SaveWorkflowExecutionRequest(_message.Message):
    __slots__ = ("execution",)
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    execution: _workflow_execution_pb2.WorkflowExecution
    def __init__(self, execution: _Optional[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]] = ...) -> None: ...

class SaveWorkflowExecutionResponse(_message.Message):
    __slots__ = ("execution",)
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    execution: _workflow_execution_pb2.WorkflowExecution
    def __init__(self, execution: _Optional[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]] = ...) -> None: ...

class SaveWorkflowExecutionsRequest(_message.Message):
    __slots__ = ("executions",)
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    executions: _containers.RepeatedCompositeFieldContainer[_workflow_execution_pb2.WorkflowExecution]
    def __init__(self, executions: _Optional[_Iterable[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]]] = ...) -> None: ...

class SaveWorkflowExecutionsResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[SaveOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[SaveOutcome, _Mapping]]] = ...) -> None: ...

class SaveOutcome(_message.Message):
    __slots__ = ("index", "id", "refusal")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_FIELD_NUMBER: _ClassVar[int]
    index: int
    id: str
    refusal: SaveRefusal
    def __init__(self, index: _Optional[int] = ..., id: _Optional[str] = ..., refusal: _Optional[_Union[SaveRefusal, _Mapping]] = ...) -> None: ...

class SaveRefusal(_message.Message):
    __slots__ = ("code", "message", "field_violations")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELD_VIOLATIONS_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    field_violations: _containers.RepeatedCompositeFieldContainer[FieldViolation]
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., field_violations: _Optional[_Iterable[_Union[FieldViolation, _Mapping]]] = ...) -> None: ...

class FieldViolation(_message.Message):
    __slots__ = ("field", "description")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    field: str
    description: str
    def __init__(self, field: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class ExportWorkflowExecutionsRequest(_message.Message):
    __slots__ = ("user_id", "all_users", "workflow_id", "workflow_type", "statuses", "created_after", "created_before", "include_total")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ALL_USERS_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    all_users: bool
    workflow_id: str
    workflow_type: str
    statuses: _containers.RepeatedScalarFieldContainer[_workflow_execution_pb2.WorkflowStatus]
    created_after: _timestamp_pb2.Timestamp
    created_before: _timestamp_pb2.Timestamp
    include_total: bool
    def __init__(self, user_id: _Optional[str] = ..., all_users: bool = ..., workflow_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[_workflow_execution_pb2.WorkflowStatus, str]]] = ..., created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., include_total: bool = ...) -> None: ...

class ExportWorkflowExecutionsResponse(_message.Message):
    __slots__ = ("executions", "total")
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    executions: _containers.RepeatedCompositeFieldContainer[_workflow_archive_pb2.ArchivedExecution]
    total: int
    def __init__(self, executions: _Optional[_Iterable[_Union[_workflow_archive_pb2.ArchivedExecution, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...

class ImportWorkflowExecutionsRequest(_message.Message):
    __slots__ = ("executions",)
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    executions: _containers.RepeatedCompositeFieldContainer[_workflow_archive_pb2.ArchivedExecution]
    def __init__(self, executions: _Optional[_Iterable[_Union[_workflow_archive_pb2.ArchivedExecution, _Mapping]]] = ...) -> None: ...

class ImportWorkflowExecutionsResponse(_message.Message):
    __slots__ = ("outcomes",)
    OUTCOMES_FIELD_NUMBER: _ClassVar[int]
    outcomes: _containers.RepeatedCompositeFieldContainer[SaveOutcome]
    def __init__(self, outcomes: _Optional[_Iterable[_Union[SaveOutcome, _Mapping]]] = ...) -> None: ...

class GetWorkflowExecutionRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class GetWorkflowExecutionResponse(_message.Message):
    __slots__ = ("execution",)
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    execution: _workflow_execution_pb2.WorkflowExecution
    def __init__(self, execution: _Optional[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]] = ...) -> None: ...

class GetUserWorkflowHistoryRequest(_message.Message):
    __slots__ = ("user_id", "workflow_id", "workflow_type", "statuses", "created_after", "created_before", "page_size", "page_token", "offset", "view", "include_total", "abandoned_only")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_TOTAL_FIELD_NUMBER: _ClassVar[int]
    ABANDONED_ONLY_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    workflow_id: str
    workflow_type: str
    statuses: _containers.RepeatedScalarFieldContainer[_workflow_execution_pb2.WorkflowStatus]
    created_after: _timestamp_pb2.Timestamp
    created_before: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    offset: int
    view: WorkflowExecutionView
    include_total: bool
    abandoned_only: bool
    def __init__(self, user_id: _Optional[str] = ..., workflow_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[_workflow_execution_pb2.WorkflowStatus, str]]] = ..., created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., offset: _Optional[int] = ..., view: _Optional[_Union[WorkflowExecutionView, str]] = ..., include_total: bool = ..., abandoned_only: bool = ...) -> None: ...

class GetUserWorkflowHistoryResponse(_message.Message):
    __slots__ = ("executions", "next_page_token", "total")
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    executions: _containers.RepeatedCompositeFieldContainer[_workflow_execution_pb2.WorkflowExecution]
    next_page_token: str
    total: int
    def __init__(self, executions: _Optional[_Iterable[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., total: _Optional[int] = ...) -> None: ...

class GetWorkflowStatisticsRequest(_message.Message):
    __slots__ = ("user_id", "workflow_type", "days")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    workflow_type: str
    days: int
    def __init__(self, user_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., days: _Optional[int] = ...) -> None: ...

class GetWorkflowStatisticsResponse(_message.Message):
    __slots__ = ("statistics",)
    STATISTICS_FIELD_NUMBER: _ClassVar[int]
    statistics: _workflow_statistics_pb2.WorkflowStatistics
    def __init__(self, statistics: _Optional[_Union[_workflow_statistics_pb2.WorkflowStatistics, _Mapping]] = ...) -> None: ...

class GetPerformanceMetricsRequest(_message.Message):
    __slots__ = ("user_id", "workflow_type", "days")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    workflow_type: str
    days: int
    def __init__(self, user_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., days: _Optional[int] = ...) -> None: ...

class GetPerformanceMetricsResponse(_message.Message):
    __slots__ = ("metrics",)
    METRICS_FIELD_NUMBER: _ClassVar[int]
    metrics: _workflow_statistics_pb2.PerformanceMetrics
    def __init__(self, metrics: _Optional[_Union[_workflow_statistics_pb2.PerformanceMetrics, _Mapping]] = ...) -> None: ...

class UpdateWorkflowExecutionRequest(_message.Message):
    __slots__ = ("execution", "update_mask", "expected_version", "allow_reopen")
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    ALLOW_REOPEN_FIELD_NUMBER: _ClassVar[int]
    execution: _workflow_execution_pb2.WorkflowExecution
    update_mask: _field_mask_pb2.FieldMask
    expected_version: int
    allow_reopen: bool
    def __init__(self, execution: _Optional[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., expected_version: _Optional[int] = ..., allow_reopen: bool = ...) -> None: ...

class UpdateWorkflowExecutionResponse(_message.Message):
    __slots__ = ("execution",)
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    execution: _workflow_execution_pb2.WorkflowExecution
    def __init__(self, execution: _Optional[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]] = ...) -> None: ...

class HeartbeatWorkflowExecutionRequest(_message.Message):
    __slots__ = ("id", "timeout_seconds")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    timeout_seconds: int
    def __init__(self, id: _Optional[str] = ..., timeout_seconds: _Optional[int] = ...) -> None: ...

class HeartbeatWorkflowExecutionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class DeleteWorkflowExecutionRequest(_message.Message):
    __slots__ = ("id", "expected_version")
    ID_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    expected_version: int
    def __init__(self, id: _Optional[str] = ..., expected_version: _Optional[int] = ...) -> None: ...

class DeleteWorkflowExecutionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
