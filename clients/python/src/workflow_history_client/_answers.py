"""What the server answers, as a caller gets it: dicts in place of messages."""

import datetime
import functools
import json
import operator
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import DoubleValue

from workflow_history_client._protos.workflow_execution_pb2 import JsonDocument
from workflow_history_client._values import EPOCH

# Texts of which the empty one says that there is none.
_OPTIONAL_TEXTS = {"error_message", "most_common_type", "subject", "workflow_type"}


def as_dict(message: Message) -> dict[str, Any]:
    """The fields of a message under their names in Protos/. Absent ones are None, enums their names
    without the prefix, times aware datetimes in UTC, and documents what they hold."""
    return {name: read(message) for name, read in _readers(message.DESCRIPTOR)}


@functools.cache
def _readers(kind: Descriptor) -> list[tuple[str, Callable[[Message], Any]]]:
    """How each field of such a message is read."""
    return [(field.name, _reader(field)) for field in kind.fields]


def _reader(field: Any) -> Callable[[Message], Any]:
    name, get, convert = field.name, operator.attrgetter(field.name), _converter(field)
    if field.is_repeated:
        return lambda message: [convert(value) for value in get(message)]
    if field.message_type is not None:
        return lambda message: convert(get(message)) if message.HasField(name) else None
    if name in _OPTIONAL_TEXTS:
        return lambda message: get(message) or None
    return lambda message: convert(get(message))


def _converter(field: Any) -> Callable[[Any], Any]:
    """How one value of the field is shown."""
    if field.enum_type is not None:
        return functools.partial(_enum_name, field.enum_type)
    # By their names: whoever has generated code of Protos/ too has other classes of the same.
    match field.message_type and field.message_type.full_name:
        case None:
            return lambda value: value
        case JsonDocument.DESCRIPTOR.full_name:
            return lambda document: json.loads(document.json)
        case Timestamp.DESCRIPTOR.full_name:
            return _instant
        case DoubleValue.DESCRIPTOR.full_name:
            return operator.attrgetter("value")
        case _:
            return as_dict


def _instant(timestamp: Timestamp) -> datetime.datetime:
    return EPOCH + datetime.timedelta(
        seconds=timestamp.seconds, microseconds=timestamp.nanos // 1000
    )


def _enum_name(kind: EnumDescriptor, number: int) -> str:
    """Its name; for one that came after this client, its number."""
    named = kind.values_by_number.get(number)
    prefix = kind.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return str(number) if named is None else named.name.removeprefix(prefix)
