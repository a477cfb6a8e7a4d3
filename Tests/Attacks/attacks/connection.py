"""An attacker's connection: sends anything, and notes what comes back."""

import socket
import time
from collections.abc import Callable

import hpack

from attacks import frames
from attacks.outcome import Outcome
from attacks.waiting import ready

# How long a server that goes on reading takes, at the most, for the next byte.
PATIENCE = 20.0
# After how long without a byte taken a server counts as not reading on.
PRESSED_BACK = 0.3


class Connection:
    """HTTP/2 with no rules. Where it does not take answers, none is read from the socket after the
    server's SETTINGS until `finish`."""

    def __init__(self, connected: socket.socket, takes_answers: bool = True, opening: bytes = b""):
        self.socket = connected
        self.socket.setblocking(False)
        self.takes_answers = takes_answers
        self.outcome = Outcome()
        # The grpc-status of each stream that has one, and the code of each that was reset.
        self.statuses: dict[int, int] = {}
        self.resets: dict[int, int] = {}
        # What each PING held that the server has answered.
        self.pongs: set[bytes] = set()
        # How many bytes of DATA the server lets come now: on all streams, and on each.
        self._window = 65_535
        self._stream_windows: dict[int, int] = {}
        self._initial_window: int | None = None
        self._decoder = hpack.Decoder()
        self._unread = b""
        self.send(frames.PREFACE + (opening or frames.settings()))

    def established(self, acknowledges: bool = True) -> "Connection":
        """As it is once the server's SETTINGS have come, and were acknowledged. Until then a client
        is not held to them: of streams, it may believe in any number."""
        self.take(lambda: self._initial_window is not None)
        if acknowledges:
            self.send(frames.frame(frames.SETTINGS, flags=frames.ACK))
        return self

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_):
        self.socket.close()

    @property
    def is_over(self) -> bool:
        """Whether the server will hear no more."""
        return self.outcome.closed or self.outcome.goaway is not None

    # -- sending

    def send(self, data: bytes) -> bool:
        """Sends it; returns whether the server goes on with this connection, as far as is seen."""
        left = memoryview(data)
        progress = time.monotonic()
        while left and not self.is_over:
            readers = [self.socket] if self.takes_answers else []
            readable, writable = ready(readers, [self.socket], PRESSED_BACK)
            if readable:
                self._receive()
            if writable:
                progress = time.monotonic()
                left = left[self._write(left) :]
            elif time.monotonic() - progress >= (PATIENCE if readers else PRESSED_BACK):
                self.outcome.pressed_back = True
                return False
        return not self.is_over

    def _write(self, data: memoryview) -> int:
        try:
            return self.socket.send(data)
        except BlockingIOError:
            return 0
        except (BrokenPipeError, ConnectionResetError):
            self.outcome.closed = True
            return 0

    def upload(self, stream: int, data: bytes):
        """Sends it as DATA within the windows, unless the server ends the stream before."""
        while data and not self.has_ended(stream):
            self.take(lambda: self._room(stream) > 0 or self.has_ended(stream))
            piece = data[: self._room(stream)]
            data = data[len(piece) :]
            self._window -= len(piece)
            self._stream_windows[stream] = self._stream_window(stream) - len(piece)
            self.send(frames.data(stream, piece))

    def has_ended(self, stream: int) -> bool:
        """Whether the server has said its last word on this stream."""
        return stream in self.statuses or stream in self.resets or self.is_over

    def _stream_window(self, stream: int) -> int:
        return self._stream_windows.get(stream, self._initial_window)

    def _room(self, stream: int) -> int:
        return max(min(self._window, self._stream_window(stream)), 0)

    def ping(self):
        """Returns when the server has handled all that was sent before, or has had enough."""
        # One of its own: a flood may be of others.
        payload = b"ping%04d" % len(self.pongs)
        self.send(frames.frame(frames.PING, payload=payload))
        self.take(lambda: payload in self.pongs or self.is_over)

    def flood(self, chunk: Callable[[int], bytes], chunks: int, seconds: float = 0.1) -> Outcome:
        """Sends the chunks 0, 1, ... until the server has enough; returns what came back until
        it had handled them all, and within so many seconds after that where the server goes on."""
        for at in range(chunks):
            if not self.send(chunk(at)):
                break
        else:
            self.ping()
        return self.finish(seconds)

    # -- receiving

    def answered(self, count: int, seconds: float = PATIENCE) -> Outcome:
        """Takes answers until so many streams have ended; returns what came back."""
        self.take(lambda: len(self.statuses | self.resets) >= count or self.is_over, seconds)
        return self.outcome

    def take(self, until: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Takes answers until the condition is true; returns whether it came true in time."""
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            if self.outcome.closed or left <= 0:
                return until()
            if ready([self.socket], [], left)[0]:
                self._receive()
        return True

    def finish(self, seconds: float = 1.0) -> Outcome:
        """Takes what is left: all until the end where there is one, else what comes soon."""
        self.take(lambda: False, seconds if not self.is_over else PATIENCE)
        return self.outcome

    def _receive(self):
        try:
            received = self.socket.recv(1 << 18)
        except BlockingIOError:
            return
        except (ConnectionResetError, BrokenPipeError):
            received = b""
        if not received:
            self.outcome.closed = True
            return
        self._unread += received
        at = 0
        while len(self._unread) >= at + 9:
            head = self._unread[at : at + 9]
            end = at + 9 + int.from_bytes(head[:3], "big")
            if len(self._unread) < end:
                break
            stream = int.from_bytes(head[5:9], "big")
            self._file(head[3], stream, self._unread[at + 9 : end])
            at = end
        self._unread = self._unread[at:]

    def _file(self, kind: int, stream: int, payload: bytes):
        self.outcome.frames[kind] += 1
        match kind:
            case frames.GOAWAY:
                self.outcome.goaway = int.from_bytes(payload[4:8], "big")
            case frames.PING:
                self.pongs.add(payload)
            case frames.RST_STREAM:
                self.resets[stream] = code = int.from_bytes(payload, "big")
                self.outcome.resets[code] += 1
            case frames.SETTINGS:
                for at in range(0, len(payload), 6):
                    if int.from_bytes(payload[at : at + 2], "big") == frames.INITIAL_WINDOW_SIZE:
                        self._initial_window = int.from_bytes(payload[at + 2 : at + 6], "big")
            case frames.WINDOW_UPDATE if stream == 0:
                self._window += int.from_bytes(payload, "big")
            case frames.WINDOW_UPDATE:
                more = int.from_bytes(payload, "big")
                self._stream_windows[stream] = self._stream_window(stream) + more
            case frames.HEADERS:
                for name, value in self._decoder.decode(payload):
                    if name == "grpc-status":
                        self.statuses[stream] = int(value)
                        self.outcome.statuses[int(value)] += 1
