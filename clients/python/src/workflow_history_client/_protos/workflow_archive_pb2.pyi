from . import workflow_execution_pb2 as _workflow_execution_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ArchivedExecution(_message.Message):
    __slots__ = ("execution", "save_digest")
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    SAVE_DIGEST_FIELD_NUMBER: _ClassVar[int]
    execution: _workflow_execution_pb2.WorkflowExecution
    save_digest: bytes
    def __init__(self, execution: _Optional[_Union[_workflow_execution_pb2.WorkflowExecution, _Mapping]] = ..., save_digest: _Optional[bytes] = ...) -> None: ...
