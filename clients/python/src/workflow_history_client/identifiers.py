"""Ids of executions, made by the client."""

import os
import time
import uuid


def new_execution_id() -> str:
    """A UUIDv7 (RFC 9562) of now.

    The 12 bits after the millisecond are its fraction (method 3 of section 6.2), so that ids which
    one process makes in turn are in that order.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = rest * 4096 // 1_000_000
    random = int.from_bytes(os.urandom(8)) >> 2
    return str(uuid.UUID(int=milliseconds << 80 | 7 << 76 | fraction << 64 | 2 << 62 | random))
