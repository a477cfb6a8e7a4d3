"""The server under attack, and what an attacker knows of it."""

import contextlib
import dataclasses
import pathlib
import socket

from attacks import frames
from attacks.connection import Connection
from harness.client import document
from harness.server import Server, held_port
from harness.stubs import service_pb2
from harness.wire import SERVICE, framed

GET = f"{SERVICE}/GetWorkflowExecution"
# Close to the most that an execution may have.
LARGE = 3_900_000


@dataclasses.dataclass(frozen=True)
class Target:
    """A server with a user of the attacker's on it, who has one small execution and a large one."""

    server: Server
    plain: tuple[str, int]
    user: str
    token: str
    small: str
    large: str

    @property
    def pid(self) -> int:
        return self.server.process.pid

    @property
    def ca(self) -> pathlib.Path:
        return self.server.data / "tls" / "ca.pem"

    def tcp(self, tls: bool = False) -> socket.socket:
        """To where there is no TLS, or to where there must be."""
        address = ("127.0.0.1", self.server.port) if tls else self.plain
        connected = socket.create_connection(address, timeout=30)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected

    def unix(self) -> socket.socket:
        connected = socket.socket(socket.AF_UNIX)
        connected.settimeout(30)
        connected.connect(str(self.server.socket))
        return connected

    def connect(
        self, takes_answers: bool = True, opening: bytes = b"", acknowledges: bool = True
    ) -> Connection:
        """A connection to attack on, established."""
        return Connection(self.tcp(), takes_answers, opening).established(acknowledges)

    def fields(self, path: str = GET, token: str | None = "", **more: str) -> list[tuple[str, str]]:
        """A request's fields, with the attacker's own token, another one, or none."""
        fields = [(":method", "POST"), (":scheme", "http"), (":path", path)]
        fields += [("content-type", "application/grpc"), ("te", "trailers")]
        if token is not None:
            fields.append(("authorization", f"Bearer {token or self.token}"))
        fields += [(name.replace("_", "-"), value) for name, value in more.items()]
        return fields

    def head(self, **changes: str | None) -> bytes:
        """The same as a header block."""
        return frames.block(self.fields(**changes))

    def body(self, execution_id: str | None = None) -> bytes:
        """What asks for the small execution, or for another one."""
        return framed(get_request(execution_id or self.small))

    def call(self, stream: int, execution_id: str | None = None, **more: str) -> bytes:
        """A whole call."""
        return frames.headers(stream, self.head(**more)) + frames.data(
            stream, self.body(execution_id), end_stream=True
        )


def get_request(execution_id: str) -> bytes:
    return service_pb2.GetWorkflowExecutionRequest(id=execution_id).SerializeToString()


@contextlib.contextmanager
def running_target(*flags: str):
    """A server of its own on one loop: whoever is served shares it with the attacker."""
    with held_port() as held:
        plain = held.getsockname()
        server = Server("--loops", "1", "--insecure-listen", f"{plain[0]}:{plain[1]}", *flags)
        try:
            server.start()
            user = server.client("attacker")
            small = user.save(input_data=document({"n": 1})).id
            large = user.save(input_data=document("x" * LARGE)).id
            yield Target(server, plain, user.user, user.token, small, large)
            assert server.stop() == 0, server.log
        finally:
            server.remove()
