"""Attacks by connections that do nothing, or not what they should."""

import contextlib
import dataclasses
import random
import resource
import socket
import struct
import time
from collections.abc import Callable

from attacks import frames
from attacks.connection import PATIENCE, Connection
from attacks.memory import descriptors
from attacks.outcome import Outcome
from attacks.target import Target
from attacks.waiting import ready
from harness.wire import tls_context

# The first record of a TLS client: a handshake's, of 512 bytes, and its beginning.
HALF_CLIENT_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100)


@dataclasses.dataclass(frozen=True)
class Stalled:
    """A connection on which nothing more is said."""

    socket: socket.socket
    # Before it was opened, on the monotonic clock: the server can have taken it no sooner.
    since: float


def stalled(target: Target) -> dict[str, Stalled]:
    """One connection for each place at which a client may stop before it is one."""
    opened = {}

    def stall(place: str, connect: Callable[[], socket.socket], sent: bytes = b""):
        since = time.monotonic()
        opened[place] = Stalled(_after(connect(), sent), since)

    for place, connect in {
        "TLS": lambda: target.tcp(tls=True),
        "plain TCP": target.tcp,
        "Unix": target.unix,
    }.items():
        stall(f"{place}: nothing", connect)
        if place != "plain TCP":
            stall(f"{place}: half a ClientHello", connect, HALF_CLIENT_HELLO)
        if place != "TLS":
            stall(f"{place}: half a preface", connect, frames.PREFACE[:12])
            stall(f"{place}: no SETTINGS", connect, frames.PREFACE)
    stall("TLS: no preface", lambda: _over_tls(target))
    return opened


def _after(connected: socket.socket, sent: bytes) -> socket.socket:
    connected.sendall(sent)
    return connected


def _over_tls(target: Target) -> socket.socket:
    raw = target.tcp(tls=True)
    return tls_context(target.ca, ["h2"]).wrap_socket(raw, server_hostname="localhost")


def seconds_until_closed(opened: dict[str, Stalled], limit: float) -> dict[str, float]:
    """After how long the server closed each, as far as it did within the limit from now on."""
    end = time.monotonic() + limit
    by_socket = {one.socket: name for name, one in opened.items()}
    closed = {}
    while by_socket and (left := end - time.monotonic()) > 0:
        for readable in ready(by_socket, [], left)[0]:
            try:
                received = readable.recv(1 << 16)
            except ConnectionResetError:
                received = b""
            if not received:
                name = by_socket.pop(readable)
                closed[name] = time.monotonic() - opened[name].since
    return closed


def slow_handshakes(target: Target, hold: float) -> Outcome:
    """Clients that stop before their connection is established."""
    opened = [stalled(target) for _ in range(20)]
    outcome = Outcome()
    for some in opened:
        outcome.closed |= bool(seconds_until_closed(some, hold / len(opened)))
        for one in some.values():
            one.socket.close()
    return outcome


@contextlib.contextmanager
def few_descriptors(target: Target, spare: int = 16, connections: int = 64):
    """Leaves the server so few descriptors, and opens more connections than that."""
    _, hard = limits = resource.prlimit(target.pid, resource.RLIMIT_NOFILE)
    most = descriptors(target.pid) + spare
    resource.prlimit(target.pid, resource.RLIMIT_NOFILE, (most, hard))
    opened = []
    try:
        opened = [target.tcp() for _ in range(connections)]
        for connected in opened:
            connected.sendall(frames.PREFACE + frames.settings())
        yield opened
    finally:
        for connected in opened:
            connected.close()
        resource.prlimit(target.pid, resource.RLIMIT_NOFILE, limits)


def exhausted_descriptors(target: Target, hold: float) -> Outcome:
    """CVE-2023-4785: more connections than the process may have."""
    outcome = Outcome()
    with few_descriptors(target) as opened:
        time.sleep(hold)
        answered = len(ready(opened, [], 0)[0])
        outcome.pressed_back = answered < len(opened)
    return outcome


def idle_connections(target: Target, hold: float, count: int = 500) -> Outcome:
    """Connections that are established, and do nothing."""
    opened = []
    try:
        for _ in range(count):
            opened.append(target.connect())
        time.sleep(hold)
        outcome = Outcome()
        for attacker in opened:
            attacker.take(lambda: False, 0)
            outcome.add(attacker.outcome)
        return outcome
    finally:
        for attacker in opened:
            attacker.socket.close()


def half_open(target: Target, hold: float, count: int = 100) -> Outcome:
    """Clients that have said that they will say no more, in the midst of a call."""
    outcome = Outcome()
    for _ in range(count):
        with target.connect() as attacker:
            attacker.send(frames.headers(1, target.head()))
            attacker.socket.shutdown(socket.SHUT_WR)
            attacker.take(lambda: attacker.outcome.closed)
            outcome.add(attacker.outcome)
    return outcome


def vanishing(target: Target, hold: float, count: int = 60) -> Outcome:
    """Clients of HTTP/1.1 that ask for more than fits on the way, with part of one more request
    behind, and reset the connection while they are answered."""
    asked = b"GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n" * 8
    asked += b"GET / HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * 30_000
    for number in range(count):
        tls = number % 2 == 1
        connected = target.tcp(tls)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if tls:
            context = tls_context(target.ca, ["http/1.1"])
            connected = context.wrap_socket(connected, server_hostname="localhost")
        # It may be closed already: there is more here than is taken at once.
        with contextlib.suppress(OSError):
            connected.sendall(asked)
            if number % 3 > 0:
                connected.recv(1 << 10)
        connected.close()
    return Outcome()


def garbage(target: Target, hold: float, seed: int = 1, connections: int = 100) -> Outcome:
    """Frames of chance: real ones with changes, and bytes that are none."""
    chance = random.Random(seed)
    outcome = Outcome()
    for _ in range(connections):
        with Connection(target.tcp(), opening=frames.settings()) as attacker:
            attacker.send(b"".join(_random_frame(target, chance) for _ in range(50)))
            # What is not answered at once is waited for until one was.
            seen = outcome.frames[frames.GOAWAY] > 0
            attacker.take(lambda: attacker.is_over, 0.01 if seen else PATIENCE)
            attacker.finish(0.01)
            outcome.add(attacker.outcome)
    return outcome


def _random_frame(target: Target, chance: random.Random) -> bytes:
    stream = chance.choice([0, 1, 2, 3, 5, 7, 2**31 - 1])
    good = [
        lambda: target.call(stream),
        lambda: frames.data(stream, chance.randbytes(chance.randrange(64))),
        lambda: frames.headers(stream, chance.randbytes(chance.randrange(64))),
        lambda: frames.window_update(stream, chance.getrandbits(31)),
        lambda: frames.reset(stream),
        lambda: frames.frame(
            chance.randrange(256),
            stream,
            chance.randbytes(chance.randrange(64)),
            chance.randrange(256),
        ),
    ]
    made = bytearray(chance.choice(good)())
    for _ in range(chance.randrange(3)):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)
