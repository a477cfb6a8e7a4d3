"""What a caller passes, as it is sent."""

import datetime
import enum
import json
import uuid
from collections.abc import Iterable
from typing import Any, cast

from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import DoubleValue

from workflow_history_client._protos.workflow_execution_pb2 import JsonDocument, WorkflowStatus
from workflow_history_client._protos.workflow_patterns_pb2 import PatternKind
from workflow_history_client.errors import InvalidArgument

# A JSON value: a dict, a list, a str, a number, a bool.
Document = Any
# What names a workflow, an execution or a user. It is sent as text.
Identifier = str | int | uuid.UUID

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_encode = json.JSONEncoder(allow_nan=False).encode
_MICROSECOND = datetime.timedelta(microseconds=1)


def document(field: str, value: Document) -> JsonDocument:
    try:
        return JsonDocument(json=_encode(value))
    except (TypeError, ValueError, RecursionError) as failure:
        raise InvalidArgument.field(field, f"is not JSON: {failure}") from failure


def text(field: str, value: object) -> str:
    """The value as text, which protobuf has as UTF-8. A lone surrogate has none: Python makes one
    of each byte of a file name or an output that is no UTF-8."""
    try:
        result = str(value)
        result.encode()
    except ValueError as failure:
        raise InvalidArgument.field(field, f"is no text: {failure}") from failure
    return result


def timestamp(field: str, value: object, naive_times: datetime.tzinfo | None) -> Timestamp:
    """The instant, to the microsecond. A time without a zone is one of naive_times."""
    if not isinstance(value, datetime.datetime):
        raise InvalidArgument.field(field, f"is no datetime: {value!r}")
    if value.utcoffset() is None:
        if naive_times is None:
            raise InvalidArgument.field(
                field,
                "has no time zone: use datetime.now(UTC), or say naive_times=UTC to the service",
            )
        value = value.replace(tzinfo=naive_times)
    result = Timestamp()
    result.FromMicroseconds((value - EPOCH) // _MICROSECOND)
    return result


def seconds(field: str, value: object) -> DoubleValue:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidArgument.field(field, f"is no number: {value!r}")
    try:
        return DoubleValue(value=value)
    except OverflowError as failure:
        raise InvalidArgument.field(field, f"is too large: {failure}") from failure


def version(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 31:
        raise InvalidArgument.field(field, f"is no version: {value!r}")
    return value


def digest(field: str, value: object) -> bytes:
    if not isinstance(value, bytes):
        raise InvalidArgument.field(field, f"is no bytes: {value!r}")
    return value


def status(field: str, value: object) -> WorkflowStatus:
    name = _enum_name(field, value, "WORKFLOW_STATUS_", WorkflowStatus.keys())
    return cast(WorkflowStatus, WorkflowStatus.Value(name))


def statuses(field: str, value: object) -> list[WorkflowStatus]:
    """Of one status, or several, or none."""
    if value is None:
        return []
    several = [value] if isinstance(value, str) or not isinstance(value, Iterable) else value
    return [status(f"{field}[{index}]", one) for index, one in enumerate(several)]


def status_name(number: int) -> str:
    return WorkflowStatus.Name(number).removeprefix("WORKFLOW_STATUS_")


def pattern_kinds(field: str, value: Iterable[str]) -> list[PatternKind]:
    names = [
        _enum_name(f"{field}[{index}]", one, "PATTERN_KIND_", PatternKind.keys())
        for index, one in enumerate(value)
    ]
    return [cast(PatternKind, PatternKind.Value(name)) for name in names]


def _enum_name(field: str, value: object, prefix: str, known: list[str]) -> str:
    """The name in the protos for one in letters of any case, or for an Enum with such a value."""
    plain = value.value if isinstance(value, enum.Enum) else value
    name = f"{prefix}{plain}".upper()
    unspecified = f"{prefix}UNSPECIFIED"
    if name not in known or name == unspecified:
        names = ", ".join(one.removeprefix(prefix) for one in known if one != unspecified)
        raise InvalidArgument.field(field, f"is {plain!r}, and none of {names}")
    return name
