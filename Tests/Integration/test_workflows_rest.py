"""The five reads under /api/workflows, as the callers of the FastAPI service know them."""

import datetime
import os
import signal
import types
import typing

import pytest
from workflow_history_client import shapes

from harness import curl, tokens
from harness.client import COMPLETED, FAILED, RUNNING, STATUSES, document
from harness.identifiers import fresh_user, timestamp
from harness.server import Server, wait_until

VERSIONS = [("tls", "2"), ("unix", "1.1")]
UNKNOWN = "0198c5f2-7c1e-7a52-9a0d-3b1f0c2d4e5f"
ENDPOINTS = [
    "history",
    "statistics",
    "performance-metrics",
    f"{UNKNOWN}/details",
    "wf-1/history",
]
PAGE = ["executions", "total", "limit", "offset", "next_offset"]


@pytest.fixture(params=VERSIONS, ids="-".join)
def way(request):
    return request.param


@pytest.fixture
def read(server, client, way):
    """Reads as the user that `client` saves as."""

    def ask(target: str, status: int = 200) -> object:
        answer = curl.ask(server, "GET", f"/api/workflows/{target}", token=client.token, way=way)
        assert answer.status == status, answer
        assert answer.fields["content-type"] == "application/json"
        return answer.json

    return ask


def faults(body: dict) -> list[tuple]:
    """Where each thing is that is wrong, and of which kind it is."""
    assert all(set(one) == {"loc", "msg", "type"} and one["msg"] for one in body["detail"])
    return [(*one["loc"], one["type"]) for one in body["detail"]]


def holds(value: object, kind: object) -> bool:
    """Whether a JSON value is what a hint of `shapes` says: times as RFC 3339 in UTC, and names in
    lower case."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in (typing.Any, shapes.Document):
        return True
    if kind is datetime.datetime:
        return value.endswith("Z") and datetime.datetime.fromisoformat(value) is not None
    if typing.is_typeddict(kind):
        hints = typing.get_type_hints(kind)
        assert set(value) == set(hints)
        return all(holds(value[name], hint) for name, hint in hints.items())
    if origin in (typing.Union, types.UnionType):
        return any(kind is type(None) for kind in arguments) and value is None or any(
            holds(value, one) for one in arguments if one is not type(None)
        )
    if origin is list:
        return isinstance(value, list) and all(holds(one, arguments[0]) for one in value)
    if origin is typing.Literal:
        return value in [name.lower() for name in arguments]
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return type(value) is kind


# -- the shapes


def test_an_execution_has_all_that_was_saved(client, read):
    saved = client.save(
        workflow_id="wf-ü",
        status=FAILED,
        input_data=document({"rows": 10, "deep": [1.5, None, {"ü": True}]}),
        output_data=document(["anything"]),
        task_results=document([{"task_name": "load", "status": "FAILED"}]),
        error_message="disk full",
        start_time=timestamp("2026-03-29T03:30:00.5+02:00"),
        end_time=timestamp("2026-03-29T01:30:03.75Z"),
        duration_seconds={"value": 59.723323822021484},
        execution_metadata=document({"host": "a"}),
    )
    details = read(f"{saved.id}/details")
    assert holds(details, shapes.WorkflowExecution)
    assert details == {
        "id": saved.id,
        "workflow_id": "wf-ü",
        "workflow_type": "etl",
        "user_id": client.user,
        "status": "failed",
        "input_data": {"rows": 10, "deep": [1.5, None, {"ü": True}]},
        "output_data": ["anything"],
        "task_results": [{"task_name": "load", "status": "FAILED"}],
        "error_message": "disk full",
        "start_time": "2026-03-29T01:30:00.500Z",
        "end_time": "2026-03-29T01:30:03.750Z",
        "duration_seconds": 59.723323822021484,
        "execution_metadata": {"host": "a"},
        "version": 1,
        "created_at": details["created_at"],
        "updated_at": details["updated_at"],
        "abandoned": False,
    }


def test_what_is_absent_is_null(client, read):
    details = read(f"{client.save().id}/details")
    assert holds(details, shapes.WorkflowExecution)
    absent = ["input_data", "output_data", "error_message", "end_time", "duration_seconds"]
    assert [details[name] for name in absent] == [None] * 5
    assert (details["task_results"], details["execution_metadata"]) == ([], {})


def test_a_page_says_what_was_asked(client, read):
    saved = [client.save(input_data=document(n)).id for n in range(3)]
    page = read("history?limit=2")
    assert set(page) == {*PAGE, "status_filter"}
    assert holds(page["executions"], list[shapes.WorkflowExecution])
    assert [one["id"] for one in page["executions"]] == saved[:0:-1]
    assert [one["input_data"] for one in page["executions"]] == [2, 1]
    assert (page["total"], page["limit"], page["offset"]) == (3, 2, 0)
    assert (page["status_filter"], page["next_offset"]) == (None, 2)
    rest = read("history?limit=2&offset=2")
    assert [one["id"] for one in rest["executions"]] == saved[:1]
    assert (rest["limit"], rest["offset"], rest["next_offset"]) == (2, 2, None)
    assert read("history")["limit"] == 20


def test_statistics_and_metrics_have_all_their_figures(client, read):
    for seconds in (2.0, 400.0):
        client.save(status=COMPLETED, duration_seconds={"value": seconds})
    for n in range(4):
        client.save(
            status=FAILED,
            error_message=f"no route to host {n}",
            task_results=document([{"task_name": "load", "duration_seconds": 1.5}]),
        )
    statistics = read("statistics")
    assert holds(statistics, shapes.WorkflowStatistics)
    assert (statistics["user_id"], statistics["workflow_type"]) == (client.user, None)
    assert (statistics["total_executions"], statistics["failed_executions"]) == (6, 4)
    assert (statistics["success_rate"], statistics["most_common_type"]) == (33.33, "etl")
    metrics = read("performance-metrics?days=7")
    assert holds(metrics, shapes.PerformanceMetrics)
    classes = metrics["execution_time_distribution"]
    speeds = ["very_fast", "fast", "normal", "slow", "very_slow"]
    assert [one["category"] for one in classes] == speeds
    assert classes[4]["executions"] == 1
    assert metrics["error_patterns"][0]["frequency"] == 4
    assert metrics["optimization_tips"] == [tip["text"] for tip in metrics["tips"]]
    assert any("very_slow" in tip for tip in metrics["optimization_tips"])


def test_a_user_of_whom_nothing_is_known_has_empty_figures(read):
    statistics = read("statistics")
    assert holds(statistics, shapes.WorkflowStatistics)
    assert (statistics["total_executions"], statistics["by_type"]) == (0, [])
    metrics = read("performance-metrics")
    assert holds(metrics, shapes.PerformanceMetrics)
    assert metrics["optimization_tips"] == ["Performance is good! Continue monitoring."]
    assert read("wf-1/history")["executions"] == []


# -- the codes


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "claims", [None, {}, {"exp": 4_000_000_000, "type": "refresh"}, {"exp": 1_000_000_000}]
)
def test_who_brings_no_good_token_is_told_to(server, way, endpoint, claims):
    """A token without `exp`, and one to refresh with, are none."""
    token = None if claims is None else tokens.sign(server.secret, {"sub": "ann"} | claims)
    # Who calls is asked first.
    for target in (endpoint, f"{endpoint}?colour=1"):
        answer = curl.ask(server, "GET", f"/api/workflows/{target}", token=token, way=way)
        assert answer.status == 401 and isinstance(answer.json["detail"], str)
        challenge = "Bearer" if token is None else 'Bearer error="invalid_token"'
        assert answer.fields["www-authenticate"] == challenge


def test_an_execution_that_is_anothers_is_forbidden_and_one_that_is_none_not_found(
    client, stranger, read
):
    theirs = stranger.save(workflow_id="secret")
    refused = read(f"{theirs.id}/details", status=403)
    assert set(refused) == {"detail"} and "secret" not in refused["detail"]
    # Also an id of the service before, which no execution has here.
    for execution_id in (UNKNOWN, "7f9c24e8-3b1d-4c5a-9d2f-0a1b2c3d4e5f"):
        assert isinstance(read(f"{execution_id}/details", status=404)["detail"], str)
    assert read("secret/history")["total"] == 0
    for path in ("", "nothing", "a/b/history"):
        assert read(path, status=404) == {"detail": "Not Found"}


@pytest.mark.parametrize(
    ("target", "faulty"),
    [
        ("history?limit=0", [("query", "limit", "greater_than_equal")]),
        ("history?limit=101", [("query", "limit", "less_than_equal")]),
        (
            "history?limit=x&offset=-1",
            [("query", "limit", "int_parsing"), ("query", "offset", "greater_than_equal")],
        ),
        ("history?status_filter=CANCELLED", [("query", "status_filter", "enum")]),
        ("history?workflow_type=" + "x" * 256, [("query", "workflow_type", "value_error")]),
        ("statistics?days=366", [("query", "days", "less_than_equal")]),
        ("statistics?days=", [("query", "days", "int_parsing")]),
        ("performance-metrics?days=0", [("query", "days", "greater_than_equal")]),
        ("wf-123/details", [("path", "execution_id", "uuid_parsing")]),
        ("%27%3B%20DROP%20TABLE/details", [("path", "execution_id", "uuid_parsing")]),
        ("x" * 256 + "/history", [("path", "workflow_id", "value_error")]),
        ("wf/history?limit=-1", [("query", "limit", "greater_than_equal")]),
    ],
)
def test_bad_parameters_are_told_all_at_once_and_where_they_are(read, target, faulty):
    assert faults(read(target, status=422)) == faulty


@pytest.mark.parametrize(
    "target",
    [
        "history?page_size=x&_=1700000000",
        "history?status_filter=",
        "history?status=&workflow_type=",
        "history?limit=x&limit=20",
        "history?limit=20&%FF=1&=",
    ],
)
def test_what_fastapi_passes_over_is_passed_over(client, read, target):
    client.save()
    assert read(target) == read("history")


@pytest.mark.parametrize(
    "field",
    [
        "content-type: text/plain",
        "content-type: application/x-www-form-urlencoded",
        "content-type: multipart/form-data",
        "content-encoding: gzip",
    ],
)
def test_a_read_may_say_of_its_body_what_it_likes(server, client, way, field):
    for target in ("/api/workflows/history", "/v1/executions"):
        answer = curl.ask(server, "GET", target, token=client.token, way=way, fields=(field,))
        assert answer.status == 200, answer


def test_a_bad_deadline_is_told_as_everything_else(server, client, way):
    fields = ("grpc-timeout: soon",)
    for target, status in (("history", 422), ("wf-1/history", 422), ("none", 404)):
        answer = curl.ask(
            server, "GET", f"/api/workflows/{target}", token=client.token, way=way, fields=fields
        )
        assert answer.status == status and set(answer.json) == {"detail"}
        if status == 422:
            assert faults(answer.json) == [("header", "grpc-timeout", "value_error")]


def test_other_methods_are_not_allowed(server, client, way):
    answer = curl.ask(server, "POST", "/api/workflows/history", token=client.token, way=way)
    assert (answer.status, answer.json) == (405, {"detail": "Method Not Allowed"})
    assert answer.fields["allow"] == "GET, HEAD, OPTIONS"
    for method, status in (("HEAD", 200), ("OPTIONS", 204)):
        answer = curl.ask(
            server,
            method,
            "/api/workflows/history",
            token=client.token,
            way=way,
            options=("--head",),
        )
        assert answer.status == status


def test_who_asks_too_often_is_told_when_to_come_back():
    server = Server("--caller-calls-per-second", "1")
    try:
        token = server.start().token(fresh_user())
        refused = curl.first_refusal(
            lambda: curl.ask(server, "GET", "/api/workflows/statistics", token=token), good=200
        )
        assert refused.status == 429 and int(refused.fields["retry-after"]) > 0
        assert "a second" in refused.json["detail"]
    finally:
        server.remove()


def test_a_database_that_is_away_is_told_with_when_to_come_back(own_server):
    token = own_server.token(fresh_user())
    (postmaster,) = own_server.postmasters()
    os.kill(postmaster, signal.SIGKILL)

    def refusal():
        answer = curl.ask(own_server, "GET", "/api/workflows/statistics", token=token)
        return answer if answer.status != 200 else None

    refused = wait_until(refusal, what="a refusal")
    assert refused.status == 503 and int(refused.fields["retry-after"]) > 0
    assert set(refused.json) == {"detail"} and isinstance(refused.json["detail"], str)
    wait_until(lambda: refusal() is None, what="recovery")


# -- the bugs of the service before, as far as they show here


def test_one_document_that_is_null_fails_no_page(client, read):
    client.save(input_data=document({"a": None}))
    client.save()
    page = read("history")
    assert [one["input_data"] for one in page["executions"]] == [None, {"a": None}]


@pytest.mark.parametrize("name", ["status_filter", "status"])
def test_a_status_filter_answers_and_its_total_counts_the_filter(client, read, name):
    for status in [*STATUSES, FAILED]:
        client.save(status=status)
    for text in ("failed", "FAILED"):
        page = read(f"history?{name}={text}&limit=1")
        assert [one["status"] for one in page["executions"]] == ["failed"]
        assert (page["total"], page["status_filter"]) == (2, "failed")


def test_a_workflows_history_is_filtered_before_it_is_paged(client, read):
    for n in range(60):
        client.save(workflow_id="wanted" if n % 3 == 0 else "other")
    page = read("wanted/history?limit=15")
    assert set(page) == {*PAGE, "workflow_id"}
    assert holds(page["executions"], list[shapes.WorkflowExecution])
    assert {one["workflow_id"] for one in page["executions"]} == {page["workflow_id"]} == {"wanted"}
    assert (len(page["executions"]), page["total"], page["next_offset"]) == (15, 20, 15)
    rest = read("wanted/history?limit=15&offset=15")
    assert (len(rest["executions"]), rest["total"], rest["next_offset"]) == (5, 20, None)


def test_a_type_is_no_error_in_statistics_and_metrics(client, read):
    for name in ("a", "b c"):
        client.save(workflow_type=name)
    statistics = read("statistics?workflow_type=b%20c")
    assert (statistics["workflow_type"], statistics["total_executions"]) == ("b c", 1)
    assert read("performance-metrics?workflow_type=b+c")["workflow_type"] == "b c"
    assert read("history?workflow_type=a")["total"] == 1


def test_no_duration_is_no_class_and_a_duration_of_0_is_a_fast_one(client, read):
    client.save(status=RUNNING)
    zero = client.save(status=COMPLETED, duration_seconds={"value": 0.0})
    assert read(f"{zero.id}/details")["duration_seconds"] == 0
    classes = read("performance-metrics")["execution_time_distribution"]
    assert [one["executions"] for one in classes] == [1, 0, 0, 0, 0]


def test_the_total_is_the_same_past_the_end(client, read):
    client.save()
    page = read("history?offset=100")
    assert (page["executions"], page["total"], page["offset"]) == ([], 1, 100)
    assert page["next_offset"] is None


def test_an_update_to_completed_sets_the_end(client, read):
    saved = client.save(status=RUNNING)
    client.update(saved.id, status=COMPLETED)
    details = read(f"{saved.id}/details")
    assert details["status"] == "completed"
    assert details["end_time"] is not None and details["duration_seconds"] is not None


def test_text_that_looks_like_sql_is_text(client, read):
    client.save()
    for text, encoded in [("'; --", "%27%3B%20--"), ("%", "%25"), ("_", "_"), ("$1", "$1")]:
        saved = client.save(workflow_id=text, workflow_type=text)
        page = read(f"{encoded}/history")
        assert [one["id"] for one in page["executions"]] == [saved.id]
        assert read(f"history?workflow_type={encoded}")["total"] == 1


def test_a_page_of_large_documents_says_where_the_next_begins(client, read):
    saved = [client.save(input_data=document("x" * 900_000)).id for _ in range(5)]
    seen, offset = [], 0
    while offset is not None:
        page = read(f"history?limit=5&offset={offset}")
        seen += [one["id"] for one in page["executions"]]
        assert page["total"] == 5 and page["limit"] == 5
        offset = page["next_offset"]
    assert seen == saved[::-1]
