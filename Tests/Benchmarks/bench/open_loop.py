"""Calls that are due at random moments, however long the ones before them take.

h2load can't do that: it looks every 10 ms which calls are due, and begins them all at once. Here a
call is a few bytes that are always the same but for its stream's number, so that Python is quick
enough: once HPACK has the headers in its table, they are the same bytes too.
"""

import collections
import dataclasses
import random
import select
import socket
import ssl
import struct
import time

from hpack import Encoder

from harness.server import Server
from harness.wire import PATIENCE, tls_context

CONNECTIONS = 8
# Of a connection, until its headers stay the same.
FIRST_CALLS = 2
# The types and flags of RFC 9113, section 6.
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
ACK, END_STREAM, END_HEADERS = 1, 1, 4
HEADER_TABLE_SIZE = 1
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DEFAULT_WINDOW, LARGEST_WINDOW = 65_535, (1 << 31) - 1


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


class Connection:
    """One connection over TLS, and the calls under way on it."""

    def __init__(self, port: int, context: ssl.SSLContext, headers: list[tuple], message: bytes):
        raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(raw, server_hostname="localhost")
        self.socket.setblocking(False)
        self.headers, self.message = headers, message
        self.encoder = Encoder()
        self.stream = -1
        self.window = DEFAULT_WINDOW
        self.latencies: list[float] = []
        # By stream, when the call was due; and the streams on which a message has come.
        self.due: dict[int, float] = {}
        self.answered: set[int] = set()
        self.waiting: collections.deque[float] = collections.deque()
        self.has_settings = False
        self.unsent, self.unread = bytearray(), b""
        # All that may come in a run, let in at once.
        more = struct.pack(">I", LARGEST_WINDOW - DEFAULT_WINDOW)
        self.unsent += PREFACE + frame(SETTINGS, 0, 0, b"") + frame(WINDOW_UPDATE, 0, 0, more)

    def prepare(self):
        """Makes two calls, the second of which has the headers that all others have."""
        self.wait_until(lambda: self.has_settings)
        for _ in range(FIRST_CALLS):
            block = self.encoder.encode(self.headers)
            self.parts = (
                frame(HEADERS, END_HEADERS, 0, block)[:5],
                block + frame(DATA, END_STREAM, 0, self.message)[:5],
            )
            self.begin(time.perf_counter())
            self.wait_until(lambda: not self.due)
        self.latencies.clear()

    def wait_until(self, condition):
        end = time.perf_counter() + PATIENCE
        while not condition():
            self.flush()
            if not select.select([self.socket], [], [], end - time.perf_counter())[0]:
                raise SystemExit(f"a connection was silent for {PATIENCE} s")
            self.receive()

    def begin(self, due: float):
        """Begins the call that was due then, once the server's window lets it."""
        self.waiting.append(due)
        self.begin_waiting()

    def begin_waiting(self):
        while self.waiting and self.window >= len(self.message):
            self.window -= len(self.message)
            self.stream += 2
            self.due[self.stream] = self.waiting.popleft()
            number = struct.pack(">I", self.stream)
            head, middle = self.parts
            self.unsent += head + number + middle + number + self.message

    def flush(self):
        try:
            while self.unsent:
                del self.unsent[: self.socket.send(self.unsent)]
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass

    def receive(self):
        """Reads all that has come."""
        while True:
            try:
                piece = self.socket.recv(1 << 18)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            if not piece:
                raise SystemExit("the server has closed a connection")
            self.take(self.unread + piece, time.perf_counter())

    def take(self, data: bytes, now: float):
        position = 0
        while len(data) - position >= 9:
            length = int.from_bytes(data[position : position + 3], "big")
            start, end = position + 9, position + 9 + length
            if end > len(data):
                break
            kind, flags = data[position + 3], data[position + 4]
            stream = int.from_bytes(data[position + 5 : start], "big")
            if kind == DATA:
                self.answered.add(stream)
            elif kind == HEADERS:
                if flags & END_STREAM:
                    self.finish(stream, now)
            else:
                self.control(kind, flags, stream, data[start:end])
            position = end
        self.unread = data[position:]

    def finish(self, stream: int, now: float):
        if stream not in self.answered:
            raise SystemExit("a call was refused")
        self.answered.remove(stream)
        self.latencies.append((now - self.due.pop(stream)) * 1e3)

    def control(self, kind: int, flags: int, stream: int, payload: bytes):
        if kind in (RST_STREAM, GOAWAY):
            raise SystemExit(f"the server has sent a frame of type {kind}")
        if kind == WINDOW_UPDATE and stream == 0:
            self.window += int.from_bytes(payload, "big")
            self.begin_waiting()
        elif kind == PING and not flags & ACK:
            self.unsent += frame(PING, ACK, 0, payload)
        elif kind == SETTINGS and not flags & ACK:
            for name, value in struct.iter_unpack(">HI", payload):
                if name == HEADER_TABLE_SIZE:
                    self.encoder.header_table_size = min(value, 4096)
            self.unsent += frame(SETTINGS, ACK, 0, b"")
            self.has_settings = True


@dataclasses.dataclass(frozen=True)
class Run:
    """Calls that were due, and with them the first two of each connection."""

    calls: int
    per_second: float
    # How long each took from when it was due, in ms; not of the first two.
    latencies: list[float]


def run(
    server: Server, path: str, headers: list[tuple], message: bytes, rate: float, calls: int
) -> Run:
    """Makes so many calls, so many a second on average, over a few connections."""
    context = tls_context(server.data / "tls" / "ca.pem", ["h2"])
    pseudo = [(":method", "POST"), (":scheme", "https"), (":path", path)]
    pseudo.append((":authority", "localhost"))
    connections = [
        Connection(server.port, context, pseudo + headers, message) for _ in range(CONNECTIONS)
    ]
    for connection in connections:
        connection.prepare()
    began = time.perf_counter()
    drive(connections, rate, calls)
    seconds = time.perf_counter() - began
    for connection in connections:
        connection.socket.close()
    latencies = [latency for connection in connections for latency in connection.latencies]
    return Run(calls + FIRST_CALLS * CONNECTIONS, calls / seconds, latencies)


def drive(connections: list[Connection], rate: float, calls: int):
    chance = random.Random(1)
    due = time.perf_counter()
    begun = 0
    by_socket = {connection.socket: connection for connection in connections}
    while begun < calls or any(one.due or one.waiting for one in connections):
        now = time.perf_counter()
        while begun < calls and due <= now:
            connections[begun % len(connections)].begin(due)
            begun += 1
            due += chance.expovariate(rate)
        for connection in connections:
            if connection.unsent:
                connection.flush()
        blocked = [connection.socket for connection in connections if connection.unsent]
        patience = max(0.0, due - time.perf_counter()) if begun < calls else PATIENCE
        readable, _, _ = select.select(by_socket, blocked, [], patience)
        if not readable and begun == calls and patience == PATIENCE:
            raise SystemExit(f"a call was not answered in {PATIENCE} s")
        for one in readable:
            by_socket[one].receive()
