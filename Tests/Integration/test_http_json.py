"""JSON by HTTP: every call by its rule, on the port of gRPC."""

import datetime
import email.utils
import gzip
import http.client
import json
import socket
import ssl
import subprocess
import urllib.request

import pytest

from harness import curl, tokens
from harness.identifiers import fresh_user
from harness.server import Server


RUNNING = "WORKFLOW_STATUS_RUNNING"
# An id of nobody's.
UNKNOWN = "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f"
GRPC_PATH = "/workflow_history.v1.WorkflowHistoryService/GetWorkflowExecution"


@pytest.fixture(params=curl.WAYS, ids="-".join)
def way(request):
    return request.param


class Caller:
    """A user who asks by HTTP."""

    def __init__(self, server, way, user: str | None = None, scope: str = tokens.READ_WRITE):
        self.server, self.way, self.user = server, way, user or fresh_user()
        self.token = server.token(self.user, scope)

    def ask(self, method: str, target: str, body: object = None, **more) -> curl.Answer:
        return curl.ask(
            self.server, method, target, token=self.token, body=body, way=self.way, **more
        )

    def save(self, **fields: object) -> dict:
        """The execution that was saved, RUNNING unless the fields say otherwise."""
        defaults = {"workflowId": "wf-1", "workflowType": "etl", "status": RUNNING}
        answer = self.ask("POST", "/v1/executions", defaults | fields)
        assert answer.status == 200, answer
        return answer.json["execution"]


@pytest.fixture
def caller(server, way):
    return Caller(server, way)


def test_an_execution_is_saved_read_changed_and_deleted(caller, way):
    saved = caller.save(inputData={"rows": [1, 2.5, "é"]})
    assert saved["inputData"] == {"rows": [1, 2.5, "é"]}
    assert saved["userId"] == caller.user and saved["version"] == 1
    path = f"/v1/executions/{saved['id']}"
    read = caller.ask("GET", path)
    assert read.status == 200 and read.json == {"execution": saved}
    assert read.version == {"1.1": "HTTP/1.1", "2": "HTTP/2"}[way[1]]
    assert read.fields["content-type"] == "application/json"
    assert int(read.fields["content-length"]) == len(read.body)
    change = {"status": "WORKFLOW_STATUS_COMPLETED", "outputData": None}
    changed = caller.ask("PATCH", f"{path}?updateMask=status,outputData&expectedVersion=1", change)
    assert changed.status == 200, changed
    assert changed.json["execution"]["status"] == "WORKFLOW_STATUS_COMPLETED"
    assert caller.ask("DELETE", path).json == {}
    assert caller.ask("GET", path).status == 404


def test_every_other_call_is_answered_as_grpc_answers_it(server, caller):
    saved = caller.save()
    client = server.client(caller.user)
    page = caller.ask("GET", "/v1/executions?pageSize=5&includeTotal=true&statuses=2").json
    assert page["total"] == "1" and [one["id"] for one in page["executions"]] == [saved["id"]]
    assert caller.ask("GET", "/v1/statistics?days=7").json["statistics"]["totalExecutions"] == "1"
    assert len(caller.ask("GET", "/v1/metrics").json["metrics"]["executionTimeDistribution"]) == 5
    assert caller.ask("GET", "/v1/patterns").json["patterns"] == []
    beat = caller.ask("POST", f"/v1/executions/{saved['id']}:heartbeat", {"timeoutSeconds": 60})
    assert beat.status == 200, beat
    estimate = caller.ask("POST", "/v1/executions:estimate", {"workflowType": "etl"})
    assert estimate.json["estimate"]["workflowType"] == "etl"
    assert caller.ask("GET", f"/v1/executions/{saved['id']}:estimate").status == 200
    assert client.get(saved["id"]).user_id == caller.user


@pytest.mark.parametrize(
    ("method", "target", "body", "status", "code", "field"),
    [
        ("POST", "/v1/executions", {"workflowId": ""}, 400, 3, "execution.workflow_id"),
        ("POST", "/v1/executions", {"status": "LOST"}, 400, 3, "execution.status"),
        ("POST", "/v1/executions", {"colour": 1}, 400, 3, None),
        ("GET", "/v1/executions/1", None, 400, 3, "id"),
        ("GET", f"/v1/executions/{UNKNOWN}", None, 404, 5, None),
        ("GET", "/v1/executions?pageSize=1000000", None, 400, 3, "page_size"),
        ("GET", "/v1/executions?pageSize=x", None, 400, 3, "page_size"),
        ("GET", "/v1/executions?colour=1", None, 400, 3, "colour"),
        ("GET", "/v1/executions?userId=somebody", None, 403, 7, None),
        ("GET", "/v1/elsewhere", None, 404, 5, None),
        ("PUT", "/v1/executions", {}, 405, 12, None),
        ("POST", GRPC_PATH, {}, 415, 3, None),
    ],
)
def test_what_is_refused_is_told_as_grpc_tells_it(
    caller, method, target, body, status, code, field
):
    answer = caller.ask(method, target, body)
    assert (answer.status, answer.json["code"]) == (status, code), answer
    assert answer.fields["content-type"] == "application/json"
    if field is not None:
        assert field in answer.violations()


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b'{"workflowId": "a\xff"}', b'"' * 70, b"[" * 100_000]
)
def test_a_body_that_is_no_message_is_refused(caller, data):
    answer = caller.ask("POST", "/v1/executions", data=data)
    assert answer.status == 400 and answer.json["code"] == 3


def test_every_answer_says_when_it_was_made(caller):
    for method, target in [("GET", "/v1/statistics"), ("GET", "/v1/none"), ("PUT", "/v1/executions")]:
        dated = caller.ask(method, target).fields["date"]
        made = email.utils.parsedate_to_datetime(dated)
        assert abs((datetime.datetime.now(datetime.UTC) - made).total_seconds()) < 60


@pytest.mark.parametrize("target", ["/v1/executions", "/api/workflows/history"])
def test_a_page_is_gzipped_for_who_takes_that(caller, target):
    for _ in range(3):
        caller.save(workflowId="w" * 200)
    plain = caller.ask("GET", target)
    assert plain.fields["vary"] == "accept-encoding" and "content-encoding" not in plain.fields
    packed = caller.ask("GET", target, fields=("accept-encoding: br;q=1, gzip;q=0.8",))
    assert packed.fields["content-encoding"] == "gzip"
    assert packed.fields["vary"] == "accept-encoding"
    assert int(packed.fields["content-length"]) == len(packed.body) < len(plain.body) / 2
    assert gzip.decompress(packed.body) == plain.body
    refused = caller.ask("GET", target, fields=("accept-encoding: gzip;q=0",))
    assert refused.body == plain.body


def test_a_heartbeat_of_nothing_needs_no_type(caller):
    path = f"/v1/executions/{caller.save()['id']}:heartbeat"
    # As a browser does that was told to by a page of ours, with its token.
    for fields in ((), ("origin: https://localhost",)):
        beat = caller.ask("POST", path, fields=fields)
        assert beat.status == 200, beat


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1/executions", 200),
        ("/v1/statistics", 200),
        (f"/v1/executions/{UNKNOWN}", 404),
        ("/v1/executions?pageSize=x", 400),
        ("/v1/none", 404),
        ("/api/workflows/history", 200),
        ("/api/workflows/history?limit=0", 422),
    ],
)
def test_by_head_is_told_what_get_is_told_but_for_the_body(caller, target, status):
    for _ in range(3):
        caller.save(inputData="x" * 1_000)
    for accepted in ("identity", "gzip"):
        fields = (f"accept-encoding: {accepted}",)
        got = caller.ask("GET", target, fields=fields)
        # Curl writes the head, and would write a body behind it.
        head = caller.ask("HEAD", target, fields=fields, options=("--head",))
        assert (got.status, head.status) == (status, status)
        assert head.body.endswith(b"\r\n\r\n")
        assert int(head.fields["content-length"]) == len(got.body)
        assert got.fields | {"date": ""} == head.fields | {"date": ""}


def test_the_head_of_a_stream_is_not_there_without_the_stream(caller):
    for target in ("/v1/executions:watch", "/v1/executions:export"):
        answer = caller.ask("HEAD", target, options=("--head",))
        assert answer.status == 405 and answer.fields["allow"] == "GET, OPTIONS"


def test_by_options_is_told_what_a_path_is_there_for(server, way):
    """To anybody, as it is in the OpenAPI document."""
    for target, allowed in [
        ("/v1/executions", "POST, GET, HEAD, OPTIONS"),
        (f"/v1/executions/{UNKNOWN}", "GET, HEAD, PATCH, DELETE, OPTIONS"),
        (f"/v1/executions/{UNKNOWN}:heartbeat", "POST, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ]:
        answer = curl.ask(server, "OPTIONS", target, way=way)
        assert (answer.status, answer.body, answer.fields["allow"]) == (204, b"", allowed)
        # What a browser asks before it lets another site's page call: it may not.
        assert not any(name.startswith("access-control-") for name in answer.fields)
    whole = curl.ask(server, "OPTIONS", "/", way=way, options=("--request-target", "*"))
    assert whole.status == 204 and "PATCH" in whole.fields["allow"]
    assert curl.ask(server, "OPTIONS", "/v1/none", way=way).status == 404


def test_a_body_of_another_type_is_refused(caller):
    for field in ("content-type: text/plain", "content-type: application/x-www-form-urlencoded"):
        assert caller.ask("POST", "/v1/executions", {}, fields=(field,)).status == 415


def test_a_body_that_is_too_large_is_refused(caller):
    answer = caller.ask("POST", "/v1/executions", data=b" " * (5 << 20))
    assert answer.status == 413


@pytest.mark.parametrize(
    "fields",
    [("x-large: " + "x" * 40_000,), tuple(f"x-{number}: 1" for number in range(200))],
    ids=["large", "many"],
)
@pytest.mark.parametrize(("method", "body"), [("GET", None), ("POST", {})])
def test_a_head_that_is_too_large_is_refused(caller, method, body, fields):
    answer = caller.ask(method, "/v1/executions", body, fields=fields)
    assert (answer.status, answer.json["code"]) == (431, 8), answer


@pytest.mark.parametrize(
    ("field", "challenge"),
    [
        (None, "Bearer"),
        ("authorization: Basic YTpi", "Bearer"),
        ("authorization: Bearer nonsense", 'Bearer error="invalid_token"'),
        ("authorization: bearer a.b.c", 'Bearer error="invalid_token"'),
    ],
)
@pytest.mark.parametrize("target", ["/v1/executions", "/v1/executions:watch", "/metrics"])
def test_who_brings_no_good_token_is_told_to(server, way, target, field, challenge):
    answer = curl.ask(server, "GET", target, fields=(field,) if field else (), way=way)
    assert answer.status == 401 and answer.json["code"] == 16
    assert answer.fields["www-authenticate"] == challenge


@pytest.mark.parametrize(
    ("target", "data"), [("/v1/executions", b"{"), ("/v1/executions?colour=1", b"{}")]
)
def test_what_is_wrong_is_told_to_who_may_call(server, way, target, data):
    answer = curl.ask(server, "POST", target, data=data, way=way)
    assert answer.status == 401 and answer.json["code"] == 16
    reader = Caller(server, way, scope="")
    assert reader.ask("POST", target, data=data).status == 400


def test_who_asks_too_often_is_told_to_wait_whatever_they_ask():
    server = Server("--caller-calls-per-second", "1")
    try:
        caller = Caller(server.start(), ("unix", "1.1"))
        answers = (caller.ask("POST", "/v1/executions", data=b"{") for _ in range(50))
        refused = next(answer for answer in answers if answer.status != 400)
        assert refused.status == 429 and int(refused.fields["retry-after"]) > 0
    finally:
        server.remove()


def test_nobody_reads_what_is_anothers(server, way, caller):
    saved = caller.save()
    other = Caller(server, way)
    answer = other.ask("GET", f"/v1/executions/{saved['id']}")
    assert answer.status == 403 and saved["workflowId"] not in answer.body.decode()
    reader = Caller(server, way, scope="")
    assert reader.ask("POST", "/v1/executions", {"workflowId": "w"}).status == 403


def test_an_export_comes_as_lines_or_as_events(caller):
    ids = {caller.save()["id"] for _ in range(3)}
    lines = caller.ask("GET", "/v1/executions:export")
    assert lines.fields["content-type"] == "application/x-ndjson"
    assert exported(lines.body.decode().splitlines()) == ids
    events = caller.ask("GET", "/v1/executions:export", fields=("accept: text/event-stream",))
    assert events.fields["content-type"] == "text/event-stream"
    blocks = events.body.decode().removesuffix("\n\n").split("\n\n")
    assert all(block.startswith("data: ") for block in blocks)
    assert exported(block.removeprefix("data: ") for block in blocks) == ids
    refused = caller.ask("GET", "/v1/executions:export?allUsers=true")
    assert refused.status == 403


def exported(messages) -> set[str]:
    return {
        one["execution"]["id"]
        for message in messages
        for one in json.loads(message).get("executions", [])
    }


def test_a_connection_of_http_client_serves_one_request_after_the_other(server):
    context = ssl.create_default_context(cafile=str(server.data / "tls" / "ca.pem"))
    context.set_alpn_protocols(["http/1.1"])
    connection = http.client.HTTPSConnection("localhost", server.port, context=context, timeout=60)
    connection.sock = context.wrap_socket(
        socket.create_connection(("127.0.0.1", server.port)), server_hostname="localhost"
    )
    one_socket = connection.sock
    headers = {"authorization": f"Bearer {server.token(fresh_user())}"}
    for target, status in [("/v1/statistics", 200), ("/v1/none", 404), ("/v1/executions", 200)]:
        connection.request("GET", target, headers=headers)
        answer = connection.getresponse()
        assert answer.status == status and json.loads(answer.read())
        assert connection.sock is one_socket
    connection.close()


def test_a_client_without_alpn_speaks_http_1_1(server):
    # As urllib does, where it is given a context of its caller's.
    context = ssl.create_default_context(cafile=str(server.data / "tls" / "ca.pem"))
    headers = {"authorization": f"Bearer {server.token(fresh_user())}"}
    url = f"https://localhost:{server.port}/v1/statistics"
    asked = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(asked, context=context, timeout=60) as answer:
        assert answer.version == 11 and json.load(answer)["statistics"]["totalExecutions"] == "0"


def test_who_closes_both_sides_leaves_no_connection_behind():
    narrow = Server("--max-connections", "2")
    try:
        narrow.start()
        context = ssl.create_default_context(cafile=str(narrow.data / "tls" / "ca.pem"))
        context.set_alpn_protocols(["http/1.1"])
        # Each takes the place of one that is gone, though that was answered.
        for _ in range(20):
            raw = socket.create_connection(("127.0.0.1", narrow.port), timeout=20)
            tls = context.wrap_socket(raw, server_hostname="localhost")
            tls.sendall(b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n")
            tls.close()
    finally:
        narrow.remove()


def test_who_closes_its_side_behind_a_request_is_answered(server):
    token = server.token(fresh_user())
    request = f"GET /v1/statistics HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\r\n"
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(60)
        plain.connect(str(server.socket))
        plain.sendall(request.encode())
        plain.shutdown(socket.SHUT_WR)
        assert complete(plain.makefile("rb").read())["statistics"]["userId"]
    # By TLS it is said by close_notify.
    context = ssl.create_default_context(cafile=str(server.data / "tls" / "ca.pem"))
    context.set_alpn_protocols(["http/1.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as raw:

        def until_read(ask):
            while True:
                try:
                    return ask()
                except ssl.SSLWantReadError:
                    raw.sendall(outgoing.read())
                    received = raw.recv(1 << 16)
                    incoming.write(received) if received else incoming.write_eof()

        until_read(tls.do_handshake)
        tls.write(request.encode())
        with pytest.raises(ssl.SSLWantReadError):
            tls.unwrap()
        answer = b""
        # The server says so too.
        with pytest.raises(ssl.SSLZeroReturnError):
            while True:
                answer += until_read(lambda: tls.read(1 << 16))
        assert complete(answer)["statistics"]["userId"]


def complete(answer: bytes) -> dict:
    """The body of an answer to HTTP/1.1."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    return json.loads(body)


@pytest.mark.parametrize("version", ["--http1.1", "--http2-prior-knowledge"])
def test_a_watch_tells_of_each_change_as_it_happens_until_the_server_stops(own_server, version):
    caller = Caller(own_server, ("unix", "1.1"))
    command = ["curl", "--silent", "--no-buffer", "--max-time", "60", version]
    command += ["--unix-socket", str(own_server.socket), "--write-out", "%{http_code}"]
    command += ["--header", f"authorization: Bearer {caller.token}"]
    command += ["--header", "accept: text/event-stream", "http://localhost/v1/executions:watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watch:
        # The first event says from where the watch goes on.
        first = watch.stdout.readline().removeprefix("id: ").strip()
        assert watch.stdout.readline().startswith('data: {"changes":[]')
        saved = caller.save()
        line = watch.stdout.readline()
        while saved["id"] not in line:
            line = watch.stdout.readline()
        (change,) = json.loads(line.removeprefix("data: "))["changes"]
        assert change["kind"] == "CHANGE_KIND_CREATED"
        # Another goes on after that event, whatever its own address says.
        again = [*command[:-1], "--header", f"last-event-id: {first}"]
        again += ["http://localhost/v1/executions:watch?resumeToken=nonsense"]
        with subprocess.Popen(again, stdout=subprocess.PIPE, text=True) as resumed:
            line = resumed.stdout.readline()
            while saved["id"] not in line:
                assert line.startswith(("id: ", "data: {", "\n"))
                line = resumed.stdout.readline()
            resumed.kill()
        assert own_server.stop() == 0
        rest = watch.stdout.read()
        assert rest.endswith("200") and "event: error" in rest
    assert watch.returncode == 0


def test_as_many_connections_are_served_as_may_be_open():
    server = Server("--max-connections", "2")
    try:
        server.start()
        open_ones = [socket.socket(socket.AF_UNIX) for _ in range(2)]
        for one in open_ones:
            one.connect(str(server.socket))
            one.sendall(b"GET /v1/none HTTP/1.1\r\nhost: a\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.1 404 ")
        third = socket.socket(socket.AF_UNIX)
        third.settimeout(60)
        third.connect(str(server.socket))
        third.sendall(b"GET /v1/none HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        open_ones[0].close()
        assert third.recv(100).startswith(b"HTTP/1.1 404 ")
        third.close()
        open_ones[1].close()
        assert server.stop() == 0
    finally:
        server.remove()
