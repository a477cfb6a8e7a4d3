from google.protobuf import wrappers_pb2 as _wrappers_pb2
from . import workflow_execution_pb2 as _workflow_execution_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PatternKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PATTERN_KIND_UNSPECIFIED: _ClassVar[PatternKind]
    PATTERN_KIND_FAILURE: _ClassVar[PatternKind]
    PATTERN_KIND_RECOVERY: _ClassVar[PatternKind]
    PATTERN_KIND_DURATION: _ClassVar[PatternKind]
    PATTERN_KIND_DURATION_CHANGE: _ClassVar[PatternKind]
    PATTERN_KIND_FAILURE_CHANGE: _ClassVar[PatternKind]
    PATTERN_KIND_SLOW_TASK: _ClassVar[PatternKind]
    PATTERN_KIND_SEQUENCE: _ClassVar[PatternKind]
    PATTERN_KIND_ERROR: _ClassVar[PatternKind]
PATTERN_KIND_UNSPECIFIED: PatternKind
PATTERN_KIND_FAILURE: PatternKind
PATTERN_KIND_RECOVERY: PatternKind
PATTERN_KIND_DURATION: PatternKind
PATTERN_KIND_DURATION_CHANGE: PatternKind
PATTERN_KIND_FAILURE_CHANGE: PatternKind
PATTERN_KIND_SLOW_TASK: PatternKind
PATTERN_KIND_SEQUENCE: PatternKind
PATTERN_KIND_ERROR: PatternKind

class LearnedPattern(_message.Message):
    __slots__ = ("pattern_id", "kind", "workflow_type", "rule", "description", "support", "confidence", "baseline", "lift", "p_value", "q_value", "first_confirmed", "last_confirmed", "validated", "active", "sample_execution_ids")
    PATTERN_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SUPPORT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    BASELINE_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    Q_VALUE_FIELD_NUMBER: _ClassVar[int]
    FIRST_CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    LAST_CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    VALIDATED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    SAMPLE_EXECUTION_IDS_FIELD_NUMBER: _ClassVar[int]
    pattern_id: str
    kind: PatternKind
    workflow_type: str
    rule: _workflow_execution_pb2.JsonDocument
    description: str
    support: int
    confidence: float
    baseline: float
    lift: float
    p_value: float
    q_value: float
    first_confirmed: str
    last_confirmed: str
    validated: bool
    active: bool
    sample_execution_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, pattern_id: _Optional[str] = ..., kind: _Optional[_Union[PatternKind, str]] = ..., workflow_type: _Optional[str] = ..., rule: _Optional[_Union[_workflow_execution_pb2.JsonDocument, _Mapping]] = ..., description: _Optional[str] = ..., support: _Optional[int] = ..., confidence: _Optional[float] = ..., baseline: _Optional[float] = ..., lift: _Optional[float] = ..., p_value: _Optional[float] = ..., q_value: _Optional[float] = ..., first_confirmed: _Optional[str] = ..., last_confirmed: _Optional[str] = ..., validated: bool = ..., active: bool = ..., sample_execution_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ListLearnedPatternsRequest(_message.Message):
    __slots__ = ("user_id", "workflow_type", "kinds", "include_retired", "page_size", "page_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_RETIRED_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    workflow_type: str
    kinds: _containers.RepeatedScalarFieldContainer[PatternKind]
    include_retired: bool
    page_size: int
    page_token: str
    def __init__(self, user_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., kinds: _Optional[_Iterable[_Union[PatternKind, str]]] = ..., include_retired: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLearnedPatternsResponse(_message.Message):
    __slots__ = ("patterns", "next_page_token")
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    patterns: _containers.RepeatedCompositeFieldContainer[LearnedPattern]
    next_page_token: str
    def __init__(self, patterns: _Optional[_Iterable[_Union[LearnedPattern, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class EstimateWorkflowExecutionRequest(_message.Message):
    __slots__ = ("user_id", "workflow_type", "input_data", "execution_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    INPUT_DATA_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    workflow_type: str
    input_data: _workflow_execution_pb2.JsonDocument
    execution_id: str
    def __init__(self, user_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., input_data: _Optional[_Union[_workflow_execution_pb2.JsonDocument, _Mapping]] = ..., execution_id: _Optional[str] = ...) -> None: ...

class EstimateWorkflowExecutionResponse(_message.Message):
    __slots__ = ("estimate",)
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    estimate: ExecutionEstimate
    def __init__(self, estimate: _Optional[_Union[ExecutionEstimate, _Mapping]] = ...) -> None: ...

class ExecutionEstimate(_message.Message):
    __slots__ = ("workflow_type", "p50_duration_seconds", "p90_duration_seconds", "duration_support", "failure_probability", "failure_support", "conditions", "running")
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    P50_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    P90_DURATION_SECONDS_FIELD_NUMBER: _ClassVar[int]
    DURATION_SUPPORT_FIELD_NUMBER: _ClassVar[int]
    FAILURE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    FAILURE_SUPPORT_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    RUNNING_FIELD_NUMBER: _ClassVar[int]
    workflow_type: str
    p50_duration_seconds: _wrappers_pb2.DoubleValue
    p90_duration_seconds: _wrappers_pb2.DoubleValue
    duration_support: int
    failure_probability: _wrappers_pb2.DoubleValue
    failure_support: int
    conditions: _containers.RepeatedScalarFieldContainer[str]
    running: RunningTime
    def __init__(self, workflow_type: _Optional[str] = ..., p50_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., p90_duration_seconds: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., duration_support: _Optional[int] = ..., failure_probability: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ..., failure_support: _Optional[int] = ..., conditions: _Optional[_Iterable[str]] = ..., running: _Optional[_Union[RunningTime, _Mapping]] = ...) -> None: ...

class RunningTime(_message.Message):
    __slots__ = ("elapsed_seconds", "longer_percent")
    ELAPSED_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LONGER_PERCENT_FIELD_NUMBER: _ClassVar[int]
    elapsed_seconds: float
    longer_percent: _wrappers_pb2.DoubleValue
    def __init__(self, elapsed_seconds: _Optional[float] = ..., longer_percent: _Optional[_Union[_wrappers_pb2.DoubleValue, _Mapping]] = ...) -> None: ...
