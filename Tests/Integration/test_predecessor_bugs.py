"""Each bug of the service that this one replaces, and the behaviour that is right: by gRPC, and by
HTTP with JSON."""

import dataclasses
import subprocess
import time

import grpc
import pytest

from harness import tokens
from harness.client import (
    COMPLETED,
    FAILED,
    RUNNING,
    STATUSES,
    Client,
    document,
    parsed,
    refused,
    violated_fields,
)
from harness.identifiers import fresh_user, timestamp, uuid7
from harness.json_client import JSONClient
from harness.server import executable


@pytest.fixture(params=["grpc", "json"])
def client(server, request):
    user = fresh_user()
    if request.param == "grpc":
        return server.client(user)
    return JSONClient(None, user, server.token(user), server)


def test_a_document_is_saved_as_json_and_read_back_as_json(client):
    """Saves failed without a jsonb codec."""
    saved = client.save(input_data=document({"a": [1, {"b": None}]}))
    assert parsed(client.get(saved.id).input_data) == {"a": [1, {"b": None}]}


def test_a_status_filter_answers_and_its_total_counts_the_filter(client):
    """A status filter answered 500, and the total ignored it."""
    for status in [*STATUSES, FAILED]:
        client.save(status=status)
    page = client.history(statuses=[FAILED], include_total=True)
    assert [execution.status for execution in page.executions] == [FAILED, FAILED]
    assert page.total == 2


def test_a_workflows_history_is_filtered_before_it_is_paged(client):
    """It was filtered after paging: a total of 1 where there were 5,001."""
    for n in range(60):
        client.save(workflow_id="wanted" if n % 3 == 0 else "other")
    page = client.history(workflow_id="wanted", page_size=15, include_total=True)
    assert len(page.executions) == 15
    assert page.total == 20
    assert len(list(client.walk(workflow_id="wanted", page_size=15))) == 20


@pytest.mark.parametrize("method", ["statistics", "metrics"])
def test_statistics_and_metrics_answer_for_one_type(client, method):
    """With a type they answered 500."""
    client.save(workflow_type="a")
    client.save(workflow_type="b")
    assert getattr(client, method)(workflow_type="a").workflow_type == "a"
    assert client.statistics(workflow_type="a").total_executions == 1


def test_a_missing_duration_is_in_no_speed_class(client):
    """It counted as very_slow."""
    client.save(status=RUNNING)
    assert [e.executions for e in client.metrics().execution_time_distribution] == [0] * 5


def test_absent_documents_do_not_fail_a_page(client):
    """One NULL document failed a whole page."""
    client.save(input_data=document(1))
    client.save()
    assert len(client.history(view=2).executions) == 2


def test_an_id_that_is_no_uuid_is_invalid(client):
    """It answered 500."""
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.get("wf-123")
    assert violated_fields(caught.value) == ["id"]


def test_an_unknown_status_is_refused(client):
    """It gave an empty list."""
    client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.history(statuses=[99])
    assert violated_fields(caught.value) == ["statuses[0]"]


def test_times_are_instants(client):
    """Naive and aware times were mixed."""
    start, end = "2026-03-29T03:30:00.5+02:00", "2026-03-29T01:30:01.5Z"
    saved = client.save(start_time=timestamp(start), end_time=timestamp(end))
    assert saved.duration_seconds.value == 1.0
    assert client.get(saved.id).start_time == timestamp("2026-03-29T01:30:00.5Z")


def test_an_end_before_the_start_is_refused(client):
    """It was stored and averaged."""
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.save(start_time=timestamp(1.7e9), end_time=timestamp(1.7e9 - 1))
    assert violated_fields(caught.value) == ["execution.end_time"]
    assert client.statistics().total_executions == 0


@pytest.mark.parametrize("path", ["user_id", "status = 'FAILED', user_id", 'status"; --'])
def test_an_update_changes_listed_fields_alone(client, path):
    """Update keys went into SQL unescaped, and could change user_id."""
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, mask=[path], user_id="somebody-else")
    assert violated_fields(caught.value) == ["update_mask"]
    assert client.get(saved.id) == saved


@pytest.mark.parametrize("text", ["'; DROP TABLE workflow_executions; --", "%", "_", "\\", "$1"])
def test_text_that_looks_like_sql_is_text(client, text):
    saved = client.save(workflow_id=text, workflow_type=text, error_message=text)
    client.save()
    assert client.get(saved.id).workflow_id == text
    page = client.history(workflow_id=text, workflow_type=text, include_total=True)
    assert ([execution.id for execution in page.executions], page.total) == ([saved.id], 1)


def test_an_update_to_completed_sets_the_end(client):
    """It left end_time empty."""
    saved = client.save(status=RUNNING)
    updated = client.update(saved.id, status=COMPLETED)
    assert updated.HasField("end_time")
    assert updated.HasField("duration_seconds")


@pytest.mark.parametrize("seconds", [59.723323822021484, 59.7233238220, 0.1, 1e-6, 1e9 - 1e-6])
def test_a_duration_keeps_its_last_bit(client, seconds):
    """REAL returned 59.723323822021484 for 59.72332."""
    saved = client.save(duration_seconds={"value": seconds})
    assert client.get(saved.id).duration_seconds.value == seconds


def test_the_total_is_the_same_past_the_end(client):
    """It was 0 when the offset was past the end."""
    for _ in range(3):
        client.save()
    page = client.history(offset=100, include_total=True)
    assert (list(page.executions), page.next_page_token, page.total) == ([], "", 3)


def test_a_save_that_is_sent_twice_is_made_once(client):
    """There was no idempotency."""
    sent = {"id": uuid7(), "input_data": document(1)}
    assert client.save(**sent) == client.save(**sent)
    assert client.statistics().total_executions == 1


def test_a_duration_of_0_is_0(client):
    """It became NULL."""
    saved = client.save(duration_seconds={"value": 0.0})
    assert client.get(saved.id).HasField("duration_seconds")
    instant = timestamp(time.time())
    saved = client.save(start_time=instant, end_time=instant)
    assert saved.HasField("duration_seconds")
    assert client.metrics().execution_time_distribution[0].executions == 2


@pytest.mark.parametrize("claims", [{}, {"exp": 4_000_000_000, "type": "refresh"}])
def test_a_token_without_exp_and_a_refresh_token_are_refused(server, client, claims):
    """The first was accepted, and the second once was."""
    token = tokens.sign(server.secret, {"sub": client.user} | claims)
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        dataclasses.replace(client, token=token).statistics()


def test_each_data_directory_has_a_secret_of_its_own(server, own_server):
    """A default secret was built in."""
    assert len(server.secret) >= 32
    assert server.secret != own_server.secret
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        Client(own_server.channel(), "ann", server.token("ann")).statistics()


def test_no_switch_turns_authentication_off(server):
    """A development switch did."""
    serve_help = subprocess.run(
        [executable(), "serve", "--help"], capture_output=True, text=True, check=True
    ).stdout.lower()
    assert "--jwt-secret-file" in serve_help
    for word in ("no-auth", "disable-auth", "--dev", "--debug"):
        assert word not in serve_help
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        Client(server.channel("unix"), "", None).statistics()
