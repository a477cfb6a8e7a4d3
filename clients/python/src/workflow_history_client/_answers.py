"""What the server answers, as a caller gets it: dicts in place of messages."""

import datetime
import json
from typing import Any

from google.protobuf.descriptor import EnumDescriptor
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
    return {field.name: _field(message, field) for field in message.DESCRIPTOR.fields}


def _field(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    if field.is_repeated:
        return [_value(field, one) for one in value]
    if field.message_type is not None and not message.HasField(field.name):
        return None
    if field.name in _OPTIONAL_TEXTS and value == "":
        return None
    return _value(field, value)


def _value(field: Any, value: Any) -> Any:
    if field.enum_type is not None:
        return _enum_name(field.enum_type, value)
    # By their names: whoever has generated code of Protos/ too has other classes of the same.
    match field.message_type and field.message_type.full_name:
        case None:
            return value
        case JsonDocument.DESCRIPTOR.full_name:
            return json.loads(value.json)
        case Timestamp.DESCRIPTOR.full_name:
            return EPOCH + datetime.timedelta(
                seconds=value.seconds, microseconds=value.nanos // 1000
            )
        case DoubleValue.DESCRIPTOR.full_name:
            return value.value
        case _:
            return as_dict(value)


def _enum_name(kind: EnumDescriptor, number: int) -> str:
    """Its name; for one that came after this client, its number."""
    named = kind.values_by_number.get(number)
    prefix = kind.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return str(number) if named is None else named.name.removeprefix(prefix)
