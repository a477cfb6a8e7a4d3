"""The server's log: what it looks like, that it has a line for each refused call, and that nobody
who does not read it can hold the server up."""

import json
import os
import pty
import re
import socket

import grpc
import pytest

from harness import command_line, curl
from harness.client import PATIENCE, Client, refused
from harness.identifiers import fresh_user
from harness.server import Server, wait_until
from harness.stubs import service_pb2

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACED = ("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01")


def lines(server: Server) -> list[dict]:
    return [json.loads(line) for line in server.output if line.startswith("{")]


def refusals(server: Server) -> list[dict]:
    return [line for line in lines(server) if line["message"] == "a call was refused"]


@pytest.fixture
def talkative():
    own = Server("--log-level", "trace")
    try:
        yield own.start()
    finally:
        own.remove()


def test_each_line_in_a_pipe_is_a_json_object(talkative):
    talkative.client(fresh_user()).save()
    assert talkative.stop() == 0
    others = [line for line in talkative.output if not line.startswith("{")]
    assert len(others) == 1 and "accepts calls on" in others[0]
    found = lines(talkative)
    assert len(found) > 3
    for line in found:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", line["time"])
        assert line["level"] in ("trace", "debug", "info", "notice", "warning", "error")
        assert line["logger"].startswith("workflow-history") and line["message"]
    assert found[-1]["message"]


def test_what_is_no_request_of_http_has_a_line_too(own_server):
    with socket.socket(socket.AF_UNIX) as plain:
        plain.settimeout(60)
        plain.connect(str(own_server.socket))
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert plain.recv(100).startswith(b"HTTP/1.1 400 ")
    assert own_server.stop() == 0
    (line,) = refusals(own_server)
    assert (line["carrier"], line["status"]) == ("http/1.1", "INVALID_ARGUMENT")
    assert line["http.response.status_code"] == 400
    # What was asked for can't be told where it could not be read.
    assert not {"method", "http.request.method", "url.path"} & line.keys()
    assert "Host" in line["reason"]


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_a_query_is_not_told_as_it_may_name_users(own_server, version):
    fields = ("content-type: application/grpc",)
    curl.ask(own_server, "POST", "/v1/none?userId=bob", fields=fields, way=("unix", version))
    assert own_server.stop() == 0
    (line,) = refusals(own_server)
    path = line["method"] if version == "2" else line["url.path"]
    assert path == "/v1/none" and "bob" not in own_server.log


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_a_call_by_http_is_told_as_http_has_it(own_server, version):
    way = ("unix", version)
    user = own_server.token(fresh_user())
    asked = [
        ("GET", "/v1/executions/0199a7a0-5b1c-7000-8000-000000000000", user, 404),
        ("GET", "/v1/executions?pageSize=1000", user, 400),
        ("GET", "/v1/executions", None, 401),
        ("DELETE", "/v1/executions", user, 405),
        ("GET", "/no/such/path", user, 404),
        ("GET", "/api/workflows/history?limit=1000", user, 422),
    ]
    for method, target, token, status in asked:
        assert curl.ask(own_server, method, target, token=token, way=way).status == status
    assert own_server.stop() == 0
    told = refusals(own_server)
    assert [
        (line["http.request.method"], line["url.path"], line["http.response.status_code"])
        for line in told
    ] == [(method, target.split("?")[0], status) for method, target, _, status in asked]
    assert {line["carrier"] for line in told} == {f"http/{version}"}
    called = [line.get("method", "").rpartition("/")[2] for line in told]
    history = "GetUserWorkflowHistory"
    assert called == ["GetWorkflowExecution", history, history, "", "", history]


def test_each_refused_call_has_a_line(own_server):
    owner, stranger = (own_server.client(fresh_user()) for _ in range(2))
    saved = owner.save()
    owner.get(saved.id)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        stranger.stub.GetWorkflowExecution(
            service_pb2.GetWorkflowExecutionRequest(id=saved.id),
            metadata=(*stranger.metadata, TRACED),
        )
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        Client(own_server.channel(), "", "planted-token").statistics()
    channel = own_server.channel()
    with refused(grpc.StatusCode.UNIMPLEMENTED):
        channel.unary_unary("/no.Service/Method")(b"", metadata=[TRACED], timeout=30)
    wait_until(lambda: len(refusals(own_server)) == 3, what="the lines")
    denied, nobody, unknown = refusals(own_server)
    assert (denied["level"], denied["status"]) == ("notice", "PERMISSION_DENIED")
    assert denied["method"].endswith("/GetWorkflowExecution")
    assert (denied["caller"], denied["trace"]) == (stranger.user, TRACE)
    assert denied["peer"].startswith("127.0.0.1:") and denied["reason"]
    assert nobody["status"] == "UNAUTHENTICATED" and not {"caller", "trace"} & nobody.keys()
    assert (unknown["method"], unknown["status"]) == ("/no.Service/Method", "UNIMPLEMENTED")
    assert unknown["trace"] == TRACE
    assert "planted-token" not in own_server.log


def test_a_flood_of_refusals_does_not_flood_it(own_server):
    stub = Client(own_server.channel(), "", None).stub
    # At once: of those that come slowly each has its line.
    calls = [
        stub.GetWorkflowStatistics.future(
            service_pb2.GetWorkflowStatisticsRequest(), timeout=PATIENCE
        )
        for _ in range(200)
    ]
    assert {call.code() for call in calls} == {grpc.StatusCode.UNAUTHENTICATED}
    assert own_server.stop() == 0
    told = len(refusals(own_server))
    assert 20 <= told < 100
    omitted = [line for line in lines(own_server) if "leaves out" in line["message"]]
    assert {line["status"] for line in omitted} == {"UNAUTHENTICATED"}
    assert told + sum(int(line["count"]) for line in omitted) == 200


def test_a_flood_by_one_peer_leaves_lines_to_another(own_server):
    flood = Client(own_server.channel(), "", "garbage")
    for _ in range(200):
        with refused(grpc.StatusCode.UNAUTHENTICATED):
            flood.statistics()
    curl.ask(own_server, "GET", "/v1/statistics", way=("unix", "2"))
    assert own_server.stop() == 0
    assert refusals(own_server)[-1]["peer"].startswith("unix uid ")


@pytest.fixture
def writing_to():
    """Starts a talkative server that writes to a file descriptor, which is closed here then."""
    servers = []

    def started(descriptor: int) -> Server:
        own = Server("--log-level", "trace", "--insecure-listen", "127.0.0.1:0")
        servers.append(own)
        own.launch(stdout=descriptor, stderr=descriptor)
        os.close(descriptor)
        wait_until(lambda: (own.data / "address").exists(), seconds=120, what="the server")
        return own

    yield started
    for own in servers:
        own.remove()


def test_a_server_whose_output_nobody_reads_serves_on(writing_to):
    reading, writing = os.pipe()
    own = writing_to(writing)
    client = own.client(fresh_user())
    # More is logged than a pipe and what waits for it can take.
    for _ in range(6000):
        client.history()
    assert client.save().version == 1
    # Whoever reads it at last is told what is missing.
    own.process.terminate()
    with os.fdopen(reading) as output:
        text = output.read()
    assert own.process.wait(timeout=60) == 0
    assert "lines of the log are left out" in text


def test_a_server_whose_output_is_closed_serves_on(writing_to):
    reading, writing = os.pipe()
    os.close(reading)
    own = writing_to(writing)
    assert own.client(fresh_user()).save().version == 1
    own.process.terminate()
    assert own.process.wait(timeout=60) == 0


def test_it_is_coloured_text_in_a_terminal(writing_to):
    ours, theirs = pty.openpty()
    own = writing_to(theirs)
    own.process.terminate()
    shown = command_line.read_terminal(ours)
    assert own.process.wait(timeout=60) == 0
    (warning,) = (line for line in shown.splitlines() if "no TLS" in line)
    assert re.search(r"\x1b\[33mWARNING\x1b\[0m calls and tokens are readable", warning)
