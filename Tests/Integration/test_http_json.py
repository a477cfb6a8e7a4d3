"""JSON by HTTP: every call by its rule, on the port of gRPC."""

import datetime
import email.utils
import gzip
import json

import pytest

from harness import curl
from harness.server import Server
from test_validation import BAD_JSON

RUNNING = "WORKFLOW_STATUS_RUNNING"
# An id of nobody's.
UNKNOWN = "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f"
GRPC_PATH = "/workflow_history.v1.WorkflowHistoryService/GetWorkflowExecution"


@pytest.fixture(params=curl.WAYS, ids="-".join)
def way(request):
    return request.param


@pytest.fixture
def caller(server, way):
    return curl.Caller(server, way)


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


@pytest.mark.parametrize("kind", BAD_JSON)
def test_a_bad_document_is_refused_by_its_fields_name(server, kind):
    # What comes after a value, whatever it is the value of, is no part of it.
    expected = [] if kind == "two values" else ["execution.input_data"]
    body = '{"workflowId": "w", "workflowType": "t", "status": 1, "inputData": %s}'
    caller = curl.Caller(server, ("tls", "2"))
    answer = caller.ask("POST", "/v1/executions", data=(body % BAD_JSON[kind]).encode())
    assert (answer.status, list(answer.violations())) == (400, expected)


def test_every_answer_says_when_it_was_made(caller):
    for method, target in [
        ("GET", "/v1/statistics"),
        ("GET", "/v1/none"),
        ("PUT", "/v1/executions"),
    ]:
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

        def told_by(method: str, *options: str, fields=fields) -> curl.Answer:
            answer = caller.ask(method, target, fields=fields, options=options)
            assert answer.status == status
            answer.fields["date"] = ""
            return answer

        for _ in range(5):
            got = told_by("GET")
            # Curl writes the head, and would write a body behind it.
            head = told_by("HEAD", "--head")
            assert head.body.endswith(b"\r\n\r\n")
            # A window ends now: of one time in a thousand, fewer digits are told than of the next.
            if len(got.body) == int(head.fields["content-length"]):
                break
        assert int(head.fields["content-length"]) == len(got.body)
        assert got.fields == head.fields


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
    read = caller.ask("GET", "/api/workflows/history", fields=fields)
    assert (read.status, set(read.json)) == (431, {"detail"}), read


@pytest.mark.parametrize(
    ("target", "fields", "status"),
    [
        ("history?workflow_type=" + "x" * 20_000, (), 414),
        ("history", ("content-length: 9999999",), 413),
        ("history", ("host: a/b",), 400),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.parametrize("way", [way for way in curl.WAYS if way[1] == "1.1"], ids="-".join)
def test_what_is_refused_unread_is_told_as_its_path_has_it(caller, target, fields, status):
    for path, name in (("/api/workflows/", "detail"), ("/v1/", "code")):
        answer = caller.ask("GET", path + target, fields=fields)
        assert answer.status == status and name in answer.json, answer


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
    reader = curl.Caller(server, way, scope="")
    assert reader.ask("POST", target, data=data).status == 400


def test_who_asks_too_often_is_told_to_wait_whatever_they_ask():
    server = Server("--caller-calls-per-second", "1")
    try:
        caller = curl.Caller(server.start(), ("unix", "1.1"))
        refused = curl.first_refusal(
            lambda: caller.ask("POST", "/v1/executions", data=b"{"), good=400
        )
        assert refused.status == 429 and int(refused.fields["retry-after"]) > 0
    finally:
        server.remove()


def test_nobody_reads_what_is_anothers(server, way, caller):
    saved = caller.save()
    other = curl.Caller(server, way)
    answer = other.ask("GET", f"/v1/executions/{saved['id']}")
    assert answer.status == 403 and saved["workflowId"] not in answer.body.decode()
    reader = curl.Caller(server, way, scope="")
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
