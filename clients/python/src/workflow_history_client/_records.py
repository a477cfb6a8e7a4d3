"""Records in a file that is only ever appended to."""

import dataclasses
import enum
import pathlib
import struct
import zlib

# The bytes of the kind and the content together, and their CRC-32.
_HEAD = struct.Struct("<II")


class Kind(enum.IntEnum):
    """What the content of a record is, serialized."""

    # A SaveWorkflowExecutionRequest.
    SAVE = 1
    # An UpdateWorkflowExecutionRequest.
    UPDATE = 2


@dataclasses.dataclass(frozen=True)
class Record:
    kind: Kind
    content: bytes

    def framed(self) -> bytes:
        body = bytes((self.kind,)) + self.content
        return _HEAD.pack(len(body), zlib.crc32(body)) + body


@dataclasses.dataclass(frozen=True)
class Contents:
    """What a file holds."""

    records: list[Record]
    # What comes after them, where it is more than a write that was cut short.
    damaged: bytes


def read(path: pathlib.Path) -> Contents:
    data = path.read_bytes()
    records: list[Record] = []
    at = 0
    while at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        body = data[at + _HEAD.size : at + _HEAD.size + length]
        if length == 0 or len(body) < length or zlib.crc32(body) != checksum:
            break
        if body[0] not in set(Kind):
            break
        records.append(Record(Kind(body[0]), body[1:]))
        at += _HEAD.size + length
    rest = data[at:]
    return Contents(records, rest if _is_whole(rest) else b"")


def _is_whole(rest: bytes) -> bool:
    """Whether as many bytes stand there as a record that can't be read says that it has. Zeros are
    what a file system leaves of a write that it didn't finish."""
    if len(rest) < _HEAD.size or not any(rest):
        return False
    length, _ = _HEAD.unpack_from(rest)
    return _HEAD.size + int(length) <= len(rest)
