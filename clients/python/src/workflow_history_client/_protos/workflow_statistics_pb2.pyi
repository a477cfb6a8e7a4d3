import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import wrappers_pb2 as _wrappers_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ErrorTrend(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_TREND_UNSPECIFIED: _ClassVar[ErrorTrend]
    ERROR_TREND_NEW: _ClassVar[ErrorTrend]
    ERROR_TREND_RISING: _ClassVar[ErrorTrend]
    ERROR_TREND_STEADY: _ClassVar[ErrorTrend]
    ERROR_TREND_FALLING: _ClassVar[ErrorTrend]

class TipSeverity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIP_SEVERITY_UNSPECIFIED: _ClassVar[TipSeverity]
    TIP_SEVERITY_INFO: _ClassVar[TipSeverity]
    TIP_SEVERITY_WARNING: _ClassVar[TipSeverity]
    TIP_SEVERITY_CRITICAL: _ClassVar[TipSeverity]

class TipKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIP_KIND_UNSPECIFIED: _ClassVar[TipKind]
    TIP_KIND_HEALTHY: _ClassVar[TipKind]
    TIP_KIND_SLOW_EXECUTIONS: _ClassVar[TipKind]
    TIP_KIND_REPEATED_ERROR: _ClassVar[TipKind]
    TIP_KIND_BOTTLENECK_TASK: _ClassVar[TipKind]
    TIP_KIND_REGRESSION: _ClassVar[TipKind]
    TIP_KIND_RETRY_STORM: _ClassVar[TipKind]
    TIP_KIND_FAILURE_CAUSE: _ClassVar[TipKind]
ERROR_TREND_UNSPECIFIED: ErrorTrend
ERROR_TREND_NEW: ErrorTrend
ERROR_TREND_RISING: ErrorTrend
ERROR_TREND_STEADY: ErrorTrend
ERROR_TREND_FALLING: ErrorTrend
TIP_SEVERITY_UNSPECIFIED: TipSeverity
TIP_SEVERITY_INFO: TipSeverity
TIP_SEVERITY_WARNING: TipSeverity
TIP_SEVERITY_CRITICAL: TipSeverity
TIP_KIND_UNSPECIFIED: TipKind
TIP_KIND_HEALTHY: TipKind
TIP_KIND_SLOW_EXECUTIONS: TipKind
TIP_KIND_REPEATED_ERROR: TipKind
TIP_KIND_BOTTLENECK_TASK: TipKind
TIP_KIND_REGRESSION: TipKind
TIP_KIND_RETRY_STORM: TipKind
TIP_KIND_FAILURE_CAUSE: TipKind

class WorkflowTypeStatistics(_message.Message):
    __slots__ = ("workflow_type", "total_executions", "pending_executions", "running_executions", "completed_executions", "failed_executions", "paused_executions", "success_rate", "average_duration_seconds", "p50_duration_seconds", "p95_duration_seconds", "p99_duration_seconds", "first_execution_at", "last_execution_at")
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    PENDING_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    FAILED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    PAUSED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P50_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P95_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P99_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    FIRST_EXECUTION_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_EXECUTION_AT_FIELD_NUMBER: _ClassVar[int]
    workflow_type: str
    total_executions: int
    pending_executions: int
    running_executions: int
    completed_executions: int
    failed_executions: int
    paused_executions: int
    success_rate: float
    average_duration_seconds: _wrappers_pb2.DoubleValue
    p50_duration_seconds: _wrappers_pb2.DoubleValue
    p95_duration_seconds: _wrappers_pb2.DoubleValue
    p99_duration_seconds: _wrappers_pb2.DoubleValue
    first_execution_at: _timestamp_pb2.Timestamp
    last_execution_at: _timestamp_pb2.Timestamp
    def __init__(self, workflow_type: _Optional[str] = ..., total_executions: _Optional[int] = ..., pending_executions: _Optional[int] = ..., running_executions: _Optional[int] = ..., completed_executions: _Optional[int] = ..., failed_executions: _Optional[int] = ..., paused_executions: _Optional[int] = ..., success_rate: _Optional[float] = ..., average_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p50_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p95_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p99_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., first_execution_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_execution_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WorkflowStatistics(_message.Message):
    __slots__ = ("user_id", "workflow_type", "window_start", "window_end", "total_executions", "pending_executions", "running_executions", "completed_executions", "failed_executions", "paused_executions", "success_rate", "average_duration_seconds", "p50_duration_seconds", "p95_duration_seconds", "p99_duration_seconds", "first_execution_at", "last_execution_at", "most_common_type", "by_type", "workflow_type_count")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_FIELD_NUMBER: _ClassVar[int]
    WINDOW_END_FIELD_NUMBER: _ClassVar[int]
    TOTAL_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    PENDING_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    FAILED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    PAUSED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P50_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P95_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P99_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    FIRST_EXECUTION_AT_FIELD_NUMBER: _ClassVar[int]
    LAST_EXECUTION_AT_FIELD_NUMBER: _ClassVar[int]
    MOST_COMMON_TYPE_FIELD_NUMBER: _ClassVar[int]
    BY_TYPE_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_COUNT_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    workflow_type: str
    window_start: _timestamp_pb2.Timestamp
    window_end: _timestamp_pb2.Timestamp
    total_executions: int
    pending_executions: int
    running_executions: int
    completed_executions: int
    failed_executions: int
    paused_executions: int
    success_rate: float
    average_duration_seconds: _wrappers_pb2.DoubleValue
    p50_duration_seconds: _wrappers_pb2.DoubleValue
    p95_duration_seconds: _wrappers_pb2.DoubleValue
    p99_duration_seconds: _wrappers_pb2.DoubleValue
    first_execution_at: _timestamp_pb2.Timestamp
    last_execution_at: _timestamp_pb2.Timestamp
    most_common_type: str
    by_type: _containers.RepeatedCompositeFieldContainer[WorkflowTypeStatistics]
    workflow_type_count: int
    def __init__(self, user_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., window_start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., total_executions: _Optional[int] = ..., pending_executions: _Optional[int] = ..., running_executions: _Optional[int] = ..., completed_executions: _Optional[int] = ..., failed_executions: _Optional[int] = ..., paused_executions: _Optional[int] = ..., success_rate: _Optional[float] = ..., average_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p50_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p95_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p99_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., first_execution_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_execution_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., most_common_type: _Optional[str] = ..., by_type: _Optional[_Iterable[_Union[WorkflowTypeStatistics, _Mapping]]] = ..., workflow_type_count: _Optional[int] = ...) -> None: ...

class SpeedClass(_message.Message):
    __slots__ = ("category", "executions", "average_duration_seconds")
    CATEGORY_FIELD_NUMBER: _ClassVar[int]
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    category: str
    executions: int
    average_duration_seconds: _wrappers_pb2.DoubleValue
    def __init__(self, category: _Optional[str] = ..., executions: _Optional[int] = ..., average_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ...) -> None: ...

class ErrorPattern(_message.Message):
    __slots__ = ("fingerprint", "frequency", "first_seen", "last_seen", "trend", "sample_message", "sample_execution_ids", "share", "input_associations")
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEEN_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_FIELD_NUMBER: _ClassVar[int]
    TREND_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_EXECUTION_IDS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    INPUT_ASSOCIATIONS_FIELD_NUMBER: _ClassVar[int]
    fingerprint: str
    frequency: int
    first_seen: _timestamp_pb2.Timestamp
    last_seen: _timestamp_pb2.Timestamp
    trend: ErrorTrend
    sample_message: str
    sample_execution_ids: _containers.RepeatedScalarFieldContainer[str]
    share: float
    input_associations: _containers.RepeatedCompositeFieldContainer[InputAssociation]
    def __init__(self, fingerprint: _Optional[str] = ..., frequency: _Optional[int] = ..., first_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., last_seen: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., trend: _Optional[_Union[ErrorTrend, str]] = ..., sample_message: _Optional[str] = ..., sample_execution_ids: _Optional[_Iterable[str]] = ..., share: _Optional[float] = ..., input_associations: _Optional[_Iterable[_Union[InputAssociation, _Mapping]]] = ...) -> None: ...

class InputAssociation(_message.Message):
    __slots__ = ("field", "value", "executions", "error_rate", "baseline_error_rate", "p_value")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    ERROR_RATE_FIELD_NUMBER: _ClassVar[int]
    BASELINE_ERROR_RATE_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    field: str
    value: str
    executions: int
    error_rate: float
    baseline_error_rate: float
    p_value: float
    def __init__(self, field: _Optional[str] = ..., value: _Optional[str] = ..., executions: _Optional[int] = ..., error_rate: _Optional[float] = ..., baseline_error_rate: _Optional[float] = ..., p_value: _Optional[float] = ...) -> None: ...

class TipEvidence(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: float
    def __init__(self, name: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...

class OptimizationTip(_message.Message):
    __slots__ = ("kind", "severity", "text", "executions", "subject", "evidence", "sample_execution_ids")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_EXECUTION_IDS_FIELD_NUMBER: _ClassVar[int]
    kind: TipKind
    severity: TipSeverity
    text: str
    executions: int
    subject: str
    evidence: _containers.RepeatedCompositeFieldContainer[TipEvidence]
    sample_execution_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, kind: _Optional[_Union[TipKind, str]] = ..., severity: _Optional[_Union[TipSeverity, str]] = ..., text: _Optional[str] = ..., executions: _Optional[int] = ..., subject: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[TipEvidence, _Mapping]]] = ..., sample_execution_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class EfficiencyPoint(_message.Message):
    __slots__ = ("date", "executions", "median_duration_seconds", "baseline_median_seconds", "ratio")
    DATE_FIELD_NUMBER: _ClassVar[int]
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    BASELINE_MEDIAN_SECONDS_FIELD_NUMBER: _ClassVar[int]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    date: str
    executions: int
    median_duration_seconds: float
    baseline_median_seconds: _wrappers_pb2.DoubleValue
    ratio: _wrappers_pb2.DoubleValue
    def __init__(self, date: _Optional[str] = ..., executions: _Optional[int] = ..., median_duration_seconds: _Optional[float] = ..., baseline_median_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., ratio: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ...) -> None: ...

class DailyFigures(_message.Message):
    __slots__ = ("date", "total_executions", "completed_executions", "failed_executions", "success_rate", "p50_duration_seconds", "p95_duration_seconds", "p99_duration_seconds")
    DATE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    FAILED_EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_RATE_FIELD_NUMBER: _ClassVar[int]
    P50_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P95_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P99_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    date: str
    total_executions: int
    completed_executions: int
    failed_executions: int
    success_rate: float
    p50_duration_seconds: _wrappers_pb2.DoubleValue
    p95_duration_seconds: _wrappers_pb2.DoubleValue
    p99_duration_seconds: _wrappers_pb2.DoubleValue
    def __init__(self, date: _Optional[str] = ..., total_executions: _Optional[int] = ..., completed_executions: _Optional[int] = ..., failed_executions: _Optional[int] = ..., success_rate: _Optional[float] = ..., p50_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p95_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p99_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ...) -> None: ...

class DurationBucket(_message.Message):
    __slots__ = ("lower_seconds", "upper_seconds", "executions")
    LOWER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    UPPER_SECONDS_FIELD_NUMBER: _ClassVar[int]
    EXECUTIONS_FIELD_NUMBER: _ClassVar[int]
    lower_seconds: float
    upper_seconds: float
    executions: int
    def __init__(self, lower_seconds: _Optional[float] = ..., upper_seconds: _Optional[float] = ..., executions: _Optional[int] = ...) -> None: ...

class TaskMetrics(_message.Message):
    __slots__ = ("task_name", "runs", "failed_runs", "average_duration_seconds", "time_share", "failure_share")
    TASK_NAME_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    FAILED_RUNS_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    TIME_SHARE_FIELD_NUMBER: _ClassVar[int]
    FAILURE_SHARE_FIELD_NUMBER: _ClassVar[int]
    task_name: str
    runs: int
    failed_runs: int
    average_duration_seconds: _wrappers_pb2.DoubleValue
    time_share: float
    failure_share: float
    def __init__(self, task_name: _Optional[str] = ..., runs: _Optional[int] = ..., failed_runs: _Optional[int] = ..., average_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., time_share: _Optional[float] = ..., failure_share: _Optional[float] = ...) -> None: ...

class PerformanceMetrics(_message.Message):
    __slots__ = ("user_id", "workflow_type", "window_start", "window_end", "execution_time_distribution", "error_patterns", "optimization_tips", "efficiency_trend", "p50_duration_seconds", "p95_duration_seconds", "p99_duration_seconds", "duration_histogram", "slowest_tasks", "daily")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_FIELD_NUMBER: _ClassVar[int]
    WINDOW_END_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_TIME_DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    ERROR_PATTERNS_FIELD_NUMBER: _ClassVar[int]
    OPTIMIZATION_TIPS_FIELD_NUMBER: _ClassVar[int]
    EFFICIENCY_TREND_FIELD_NUMBER: _ClassVar[int]
    P50_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P95_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P99_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_HISTOGRAM_FIELD_NUMBER: _ClassVar[int]
    SLOWEST_TASKS_FIELD_NUMBER: _ClassVar[int]
    DAILY_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    workflow_type: str
    window_start: _timestamp_pb2.Timestamp
    window_end: _timestamp_pb2.Timestamp
    execution_time_distribution: _containers.RepeatedCompositeFieldContainer[SpeedClass]
    error_patterns: _containers.RepeatedCompositeFieldContainer[ErrorPattern]
    optimization_tips: _containers.RepeatedCompositeFieldContainer[OptimizationTip]
    efficiency_trend: _containers.RepeatedCompositeFieldContainer[EfficiencyPoint]
    p50_duration_seconds: _wrappers_pb2.DoubleValue
    p95_duration_seconds: _wrappers_pb2.DoubleValue
    p99_duration_seconds: _wrappers_pb2.DoubleValue
    duration_histogram: _containers.RepeatedCompositeFieldContainer[DurationBucket]
    slowest_tasks: _containers.RepeatedCompositeFieldContainer[TaskMetrics]
    daily: _containers.RepeatedCompositeFieldContainer[DailyFigures]
    def __init__(self, user_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., window_start: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window_end: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., execution_time_distribution: _Optional[_Iterable[_Union[SpeedClass, _Mapping]]] = ..., error_patterns: _Optional[_Iterable[_Union[ErrorPattern, _Mapping]]] = ..., optimization_tips: _Optional[_Iterable[_Union[OptimizationTip, _Mapping]]] = ..., efficiency_trend: _Optional[_Iterable[_Union[EfficiencyPoint, _Mapping]]] = ..., p50_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p95_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p99_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., duration_histogram: _Optional[_Iterable[_Union[DurationBucket, _Mapping]]] = ..., slowest_tasks: _Optional[_Iterable[_Union[TaskMetrics, _Mapping]]] = ..., daily: _Optional[_Iterable[_Union[DailyFigures, _Mapping]]] = ...) -> None: ...
