"""HTTP/2 frames by hand (RFC 9113, RFC 7541), those among them that no library would send."""

import enum

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# The most of a frame's payload that a server takes by default.
MAX_PAYLOAD = 16_384

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 6, 7, 8, 9
ACK, END_STREAM, END_HEADERS = 1, 1, 4
INITIAL_WINDOW_SIZE = 4
# The first entry after HPACK's static table: what was put into the dynamic one last.
NEWEST_ENTRY = 62


class ErrorCode(enum.IntEnum):
    """RFC 9113, section 7."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    ENHANCE_YOUR_CALM = 11


def frame(kind: int, stream: int = 0, payload: bytes = b"", flags: int = 0) -> bytes:
    head = len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
    return head + payload


def number(value: int) -> bytes:
    return value.to_bytes(4, "big")


def settings(window: int | None = None) -> bytes:
    """SETTINGS that are empty, or say how much may be sent on each stream at first."""
    entry = b"" if window is None else INITIAL_WINDOW_SIZE.to_bytes(2, "big") + number(window)
    return frame(SETTINGS, payload=entry)


def headers(stream: int, block: bytes, end_stream: bool = False, end_headers: bool = True) -> bytes:
    flags = END_STREAM * end_stream | END_HEADERS * end_headers
    return frame(HEADERS, stream, block, flags)


def data(stream: int, payload: bytes = b"", end_stream: bool = False) -> bytes:
    """As many DATA frames as it takes."""
    cuts = range(0, max(len(payload), 1), MAX_PAYLOAD)
    pieces = [payload[at : at + MAX_PAYLOAD] for at in cuts]
    last = len(pieces) - 1
    return b"".join(
        frame(DATA, stream, piece, END_STREAM * (end_stream and at == last))
        for at, piece in enumerate(pieces)
    )


def reset(stream: int, code: ErrorCode = ErrorCode.CANCEL) -> bytes:
    return frame(RST_STREAM, stream, number(code))


def window_update(stream: int, increment: int) -> bytes:
    return frame(WINDOW_UPDATE, stream, number(increment))


# -- HPACK, without Huffman codes


def integer(value: int, bits: int, pattern: int = 0) -> bytes:
    """An integer whose first byte has so many bits left beside the pattern."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([pattern | value])
    encoded = bytearray([pattern | most])
    value -= most
    while value >= 128:
        encoded.append(value % 128 | 128)
        value //= 128
    encoded.append(value)
    return bytes(encoded)


def string(value: str | bytes) -> bytes:
    value = value.encode() if isinstance(value, str) else value
    return integer(len(value), 7) + value


def literal(name: str, value: str | bytes, indexed: bool = False) -> bytes:
    """A field written out; where `indexed`, the peer puts it into its dynamic table."""
    return (b"\x40" if indexed else b"\0") + string(name) + string(value)


def reference(index: int) -> bytes:
    """A field of a table, by a byte or two."""
    return integer(index, 7, 0x80)


def repeatable(fields: list[tuple[str, str]]) -> tuple[bytes, bytes]:
    """A block that puts its fields into the peer's dynamic table, and the short one that says the
    same again."""
    first = b"".join(literal(name, value, indexed=True) for name, value in fields)
    return first, b"".join(reference(NEWEST_ENTRY + at) for at in reversed(range(len(fields))))


def block(fields: list[tuple[str, str]]) -> bytes:
    return b"".join(literal(name, value) for name, value in fields)
