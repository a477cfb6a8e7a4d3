"""Requests of HTTP by curl, of either version and by either way to the server."""

import dataclasses
import json
import subprocess
import tempfile
from collections.abc import Callable
from concurrent import futures

from harness import tokens
from harness.identifiers import fresh_user
from harness.server import Server

# (how, version): over TLS by ALPN, and over the Unix socket with prior knowledge.
WAYS = [("tls", "2"), ("unix", "2"), ("tls", "1.1"), ("unix", "1.1")]

_VERSIONS = {
    ("tls", "2"): "--http2",
    ("unix", "2"): "--http2-prior-knowledge",
    ("tls", "1.1"): "--http1.1",
    ("unix", "1.1"): "--http1.1",
}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a request was answered."""

    version: str
    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    def violations(self) -> dict[str, str]:
        """The fields that are to blame, and what is wrong with each."""
        details = self.json.get("details", [])
        return {
            violation["field"]: violation["description"]
            for detail in details
            for violation in detail.get("fieldViolations", [])
        }


def ask(
    server: Server,
    method: str,
    target: str,
    *,
    token: str | None = None,
    body: object = None,
    data: bytes | None = None,
    fields: tuple[str, ...] = (),
    way: tuple[str, str] = ("tls", "2"),
    options: tuple[str, ...] = (),
) -> Answer:
    """Asks, with `body` as JSON, or `data` as it is."""
    if body is not None:
        data = json.dumps(body).encode()
    with tempfile.NamedTemporaryFile() as head:
        command = ["curl", "--silent", "--show-error", "--max-time", "60", _VERSIONS[way]]
        command += ["--request", method, "--dump-header", head.name, *options]
        if token is not None:
            command += ["--header", f"authorization: Bearer {token}"]
        if data is not None:
            command += ["--data-binary", "@-"]
            if not any(field.lower().startswith("content-type:") for field in fields):
                command += ["--header", "content-type: application/json"]
        for field in fields:
            command += ["--header", field]
        if way[0] == "unix":
            command += ["--unix-socket", str(server.socket), f"http://localhost{target}"]
        else:
            command += ["--cacert", str(server.data / "tls" / "ca.pem")]
            command += ["--connect-to", f"localhost:{server.port}:127.0.0.1:{server.port}"]
            command += [f"https://localhost:{server.port}{target}"]
        asked = subprocess.run(command, input=data or b"", capture_output=True, check=True)
        # Before the answer's there may be heads of interim ones.
        block = head.read().decode().replace("\r\n", "\n").strip().split("\n\n")[-1].split("\n")
    version, status = block[0].split()[:2]
    return Answer(
        version=version,
        status=int(status),
        fields={
            name.lower(): value.strip()
            for name, _, value in (field.partition(":") for field in block[1:])
        },
        body=asked.stdout,
    )


def first_refusal(ask_once: Callable[[], Answer], good: int) -> Answer:
    """The first answer of another status to requests of which each is the same. Some are made at
    once: one after the other a busy machine might make too few in a second to be over a limit."""
    with futures.ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: ask_once(), range(50))
        return next(answer for answer in answers if answer.status != good)


class Caller:
    """A user who asks by HTTP."""

    def __init__(self, server, way, user: str | None = None, scope: str = tokens.READ_WRITE):
        self.server, self.way, self.user = server, way, user or fresh_user()
        self.token = server.token(self.user, scope)

    def ask(self, method: str, target: str, body: object = None, **more) -> Answer:
        return ask(self.server, method, target, token=self.token, body=body, way=self.way, **more)

    def save(self, **fields: object) -> dict:
        """The execution that was saved, RUNNING unless the fields say otherwise."""
        defaults = {"workflowId": "wf-1", "workflowType": "etl"}
        defaults["status"] = "WORKFLOW_STATUS_RUNNING"
        answer = self.ask("POST", "/v1/executions", defaults | fields)
        assert answer.status == 200, answer
        return answer.json["execution"]
