import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from . import workflow_execution_pb2 as _workflow_execution_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHANGE_KIND_UNSPECIFIED: _ClassVar[ChangeKind]
    CHANGE_KIND_CREATED: _ClassVar[ChangeKind]
    CHANGE_KIND_UPDATED: _ClassVar[ChangeKind]
    CHANGE_KIND_DELETED: _ClassVar[ChangeKind]
CHANGE_KIND_UNSPECIFIED: ChangeKind
CHANGE_KIND_CREATED: ChangeKind
CHANGE_KIND_UPDATED: ChangeKind
CHANGE_KIND_DELETED: ChangeKind

class ExecutionChange(_message.Message):
    __slots__ = ("kind", "execution_id", "user_id", "version", "workflow_type", "status", "changed_at", "execution", "resume_token")
    KIND_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CHANGED_AT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    kind: ChangeKind
    execution_id: str
    user_id: str
    version: int
    workflow_type: str
    status: _workflow_execution_pb2.WorkflowStatus
    changed_at: _timestamp_pb2.Timestamp
    execution: _workflow_execution_pb2.WorkflowExecution
    resume_token: str
    def __init__(self, kind: _Optional[_Union[ChangeKind, str]] = ..., execution_id: _Optional[str] = ..., user_id: _Optional[str] = ..., version: _Optional[int] = ..., workflow_type: _Optional[str] = ..., status: _Optional[_Union[_workflow_execution_pb2.WorkflowStatus, str]] = ..., changed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., execution: _Optional[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchWorkflowExecutionsRequest(_message.Message):
    __slots__ = ("user_id", "all_users", "workflow_id", "workflow_type", "statuses", "created_after", "created_before", "resume_token")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ALL_USERS_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_ID_FIELD_NUMBER: _ClassVar[int]
    WORKFLOW_TYPE_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    CREATED_AFTER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BEFORE_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    all_users: bool
    workflow_id: str
    workflow_type: str
    statuses: _containers.RepeatedScalarFieldContainer[_workflow_execution_pb2.WorkflowStatus]
    created_after: _timestamp_pb2.Timestamp
    created_before: _timestamp_pb2.Timestamp
    resume_token: str
    def __init__(self, user_id: _Optional[str] = ..., all_users: bool = ..., workflow_id: _Optional[str] = ..., workflow_type: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[_workflow_execution_pb2.WorkflowStatus, str]]] = ..., created_after: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., created_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchWorkflowExecutionsResponse(_message.Message):
    __slots__ = ("changes", "resume_token")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[ExecutionChange]
    resume_token: str
    def __init__(self, changes: _Optional[_Iterable[_Union[ExecutionChange, _Mapping]]] = ..., resume_token: _Optional[str] = ...) -> None: ...
