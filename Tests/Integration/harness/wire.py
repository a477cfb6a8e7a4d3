"""HTTP/2 by hand: requests that no gRPC library would send, and answers frame by frame."""

import dataclasses
import pathlib
import socket
import ssl
import urllib.parse

import h2.config
import h2.connection
import h2.events

SERVICE = "/workflow_history.v1.WorkflowHistoryService"
PATIENCE = 30
GOAWAY = 7


def framed(message: bytes, flag: int = 0) -> bytes:
    """A length-prefixed message."""
    return bytes([flag]) + len(message).to_bytes(4, "big") + message


@dataclasses.dataclass
class Answer:
    """All that came on one stream."""

    headers: list[dict[str, str]] = dataclasses.field(default_factory=list)
    data: bytes = b""
    ended: bool = False
    reset: int | None = None

    @property
    def is_trailers_only(self) -> bool:
        return len(self.headers) == 1 and not self.data and self.ended

    @property
    def trailers(self) -> dict[str, str]:
        return self.headers[-1]

    @property
    def http_status(self) -> str:
        return self.headers[0][":status"]

    @property
    def status(self) -> int:
        """The grpc-status."""
        return int(self.trailers["grpc-status"])

    @property
    def message(self) -> str:
        """The grpc-message, decoded."""
        return urllib.parse.unquote(self.trailers.get("grpc-message", ""))

    @property
    def messages(self) -> list[tuple[int, bytes]]:
        """Each message that has come whole, with the flag that says whether it is compressed."""
        messages, rest = [], self.data
        while len(rest) >= 5 and len(rest) >= (end := 5 + int.from_bytes(rest[1:5], "big")):
            messages.append((rest[0], rest[5:end]))
            rest = rest[end:]
        return messages

    @property
    def body(self) -> bytes:
        """The one message that came."""
        assert self.data[0] == 0
        assert int.from_bytes(self.data[1:5], "big") == len(self.data) - 5
        return self.data[5:]


class Wire:
    """One HTTP/2 connection."""

    def __init__(self, connected: socket.socket):
        self.socket = connected
        self.socket.settimeout(PATIENCE)
        config = h2.config.H2Configuration(header_encoding="utf-8", validate_outbound_headers=False)
        self.h2 = h2.connection.H2Connection(config)
        self.answers: dict[int, Answer] = {}
        self.goaway: int | None = None
        self.pongs: list[bytes] = []
        self.closed = False
        self._unread = b""
        self.h2.initiate_connection()
        self.flush()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def begin(self, method: str, token: str | None, *more, **changes: str | None) -> int:
        """Sends a request's headers, changed as said (None leaves one out); returns its stream."""
        headers = {
            ":method": "POST",
            ":scheme": "https",
            ":path": method if "/" in method else f"{SERVICE}/{method}",
            ":authority": "localhost",
            "content-type": "application/grpc",
            "te": "trailers",
            "authorization": None if token is None else f"Bearer {token}",
        }
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        headers = [(name, value) for name, value in headers.items() if value is not None]
        stream = self.h2.get_next_available_stream_id()
        self.answers[stream] = Answer()
        self.h2.send_headers(stream, headers + list(more))
        self.flush()
        return stream

    def send(self, stream: int, data: bytes, end: bool = False):
        """Sends this data within the windows, each as large as they let it."""
        while data and not self.answers[stream].ended:
            window = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if window == 0:
                self.receive()
                continue
            self.h2.send_data(stream, data[:window])
            data = data[window:]
            self.flush()
        if end and not self.answers[stream].ended:
            self.h2.end_stream(stream)
            self.flush()

    def call(self, method: str, token: str | None, request: bytes, **changes) -> Answer:
        """A whole unary call."""
        stream = self.begin(method, token, **changes)
        self.send(stream, framed(request), end=True)
        return self.answer(stream)

    def answer(self, stream: int) -> Answer:
        """Waits until the stream has ended or was reset."""
        answer = self.answers[stream]
        while not answer.ended and answer.reset is None and not self.closed:
            self.receive()
        assert answer.ended or answer.reset is not None, f"closed; GOAWAY {self.goaway}"
        return answer

    def receive(self):
        """Reads once, and files what came."""
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            data = b""
        if not data:
            self.closed = True
            return
        for event in self.h2.receive_data(self._without_goaway(data)):
            self._file(event)
        self.flush()

    def _without_goaway(self, data: bytes) -> bytes:
        """The whole frames among what has come, but for each GOAWAY, which is kept here: h2 takes
        one for the end of the connection, whose streams yet go on to their own."""
        self._unread += data
        frames = b""
        while len(self._unread) >= 9:
            end = 9 + int.from_bytes(self._unread[:3], "big")
            if len(self._unread) < end:
                break
            frame, self._unread = self._unread[:end], self._unread[end:]
            if frame[3] == GOAWAY:
                self.goaway = int.from_bytes(frame[13:17], "big")
            else:
                frames += frame
        return frames

    def _file(self, event: h2.events.Event):
        match event:
            case h2.events.ResponseReceived() | h2.events.TrailersReceived():
                self.answers[event.stream_id].headers.append(dict(event.headers))
            case h2.events.DataReceived():
                self.answers[event.stream_id].data += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                self.answers[event.stream_id].ended = True
            case h2.events.StreamReset():
                self.answers[event.stream_id].reset = event.error_code
            case h2.events.PingAckReceived():
                self.pongs.append(event.ping_data)

    def wait_for_close(self):
        while not self.closed:
            self.receive()


def tls_context(ca: pathlib.Path, alpn: list[str] | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=ca)
    if alpn is not None:
        context.set_alpn_protocols(alpn)
    return context


def over_tls(server) -> Wire:
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    context = tls_context(server.data / "tls" / "ca.pem", ["h2"])
    return Wire(context.wrap_socket(raw, server_hostname="localhost"))


def over_unix(server) -> Wire:
    """Prior knowledge: no TLS."""
    raw = socket.socket(socket.AF_UNIX)
    raw.connect(str(server.socket))
    return Wire(raw)
