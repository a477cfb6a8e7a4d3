"""Ids and times, as a client makes them."""

import datetime
import itertools
import os
import time
import uuid

from google.protobuf import timestamp_pb2

_users = itertools.count(1)


def fresh_user() -> str:
    """A user that no other test knows."""
    return f"user-{next(_users)}-{os.urandom(4).hex()}"


def uuid7(at: float | None = None) -> str:
    """A UUIDv7 of this time, in seconds since 1970; of now if none is given."""
    milliseconds = int((time.time() if at is None else at) * 1000)
    value = milliseconds << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def created_at_ms(execution_id: str) -> int:
    """The millisecond in a UUIDv7."""
    return uuid.UUID(execution_id).int >> 80


def timestamp(at: float | str) -> timestamp_pb2.Timestamp:
    """From seconds since 1970, to the microsecond, or from RFC 3339."""
    result = timestamp_pb2.Timestamp()
    if isinstance(at, str):
        result.FromJsonString(at)
    else:
        result.FromMicroseconds(round(at * 1e6))
    return result


def utc_day(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()
