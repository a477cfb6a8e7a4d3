"""Executions that are still run, and those whose heartbeats have stopped."""

from concurrent import futures

import grpc
import pytest

from harness import command_line, tokens
from harness.client import (
    COMPLETED,
    FAILED,
    FULL,
    PAUSED,
    PENDING,
    RUNNING,
    document,
    refused,
    violated_fields,
)
from harness.identifiers import fresh_user, uuid7
from harness.server import wait_until
from harness.stubs import service_pb2


def silence(server, *ids: str) -> None:
    """Has the last heartbeats of these executions be a day and more ago."""
    listed = ", ".join(f"'{id}'" for id in ids)
    server.postgres().psql(
        "UPDATE heartbeats SET beat_at = beat_at - interval '25 hours'"
        f" WHERE execution_id IN ({listed})"
    )


def kept(server, *ids: str) -> int:
    listed = ", ".join(f"'{id}'" for id in ids)
    found = server.postgres().psql(
        f"SELECT count(*) FROM heartbeats WHERE execution_id IN ({listed})"
    )
    return int(found)


def test_an_execution_is_abandoned_once_its_time_is_over_until_the_next_heartbeat(any_client):
    saved = any_client.save(input_data=document({"rows": 10}))
    assert any_client.heartbeat(saved.id, timeout_seconds=1) == (
        service_pb2.HeartbeatWorkflowExecutionResponse()
    )
    wait_until(lambda: any_client.get(saved.id).abandoned)
    assert [one.abandoned for one in any_client.history().executions] == [True]
    any_client.heartbeat(saved.id)
    # Nothing else has changed.
    assert any_client.get(saved.id) == saved
    assert list(any_client.history(view=FULL).executions) == [saved]


def test_its_status_stays_running_and_no_figure_changes(server, client):
    saved = client.save()
    before = client.statistics().total_executions, client.statistics().running_executions
    client.heartbeat(saved.id)
    silence(server, saved.id)
    abandoned = client.get(saved.id)
    assert (abandoned.status, abandoned.abandoned) == (RUNNING, True)
    assert (abandoned.version, abandoned.updated_at) == (saved.version, saved.updated_at)
    statistics = client.statistics()
    assert (statistics.total_executions, statistics.running_executions) == before == (1, 1)


def test_one_that_never_had_a_heartbeat_is_never_abandoned(server, client):
    old = client.save()
    assert kept(server, old.id) == 0
    assert not client.get(old.id).abandoned
    assert client.history(abandoned_only=True, include_total=True).total == 0


def test_what_is_sent_as_abandoned_is_ignored(client):
    saved = client.save(abandoned=True)
    assert not saved.abandoned
    assert client.get(saved.id) == saved
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, abandoned=True)
    assert violated_fields(caught.value) == ["update_mask"]


def test_the_filter_finds_those_that_are_abandoned_page_by_page(server, client):
    rows = [client.save(workflow_type=f"type-{n % 2}") for n in range(12)]
    for row in rows[:9]:
        client.heartbeat(row.id)
    silence(server, *(row.id for row in rows[:7]))
    found = [one.id for one in client.walk(abandoned_only=True, page_size=2)]
    assert found == [row.id for row in reversed(rows[:7])]
    page = client.history(
        abandoned_only=True, workflow_type="type-0", include_total=True, view=FULL, page_size=3
    )
    assert [one.id for one in page.executions] == [rows[n].id for n in (6, 4, 2)]
    assert all(one.abandoned for one in page.executions)
    assert page.total == 4
    assert client.history(abandoned_only=True, statuses=[COMPLETED]).executions == []
    last = client.history(abandoned_only=True, offset=6)
    assert [one.id for one in last.executions] == [rows[0].id]
    # A token is good for the same filters alone.
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        client.history(workflow_type="type-0", page_token=page.next_page_token)


@pytest.mark.parametrize("status", [PENDING, COMPLETED, FAILED, PAUSED])
def test_an_executor_learns_that_its_run_was_ended_by_another(server, client, status):
    saved = client.save()
    client.heartbeat(saved.id)
    client.update(saved.id, status=status)
    assert kept(server, saved.id) == 0
    with refused(grpc.StatusCode.FAILED_PRECONDITION) as caught:
        client.heartbeat(saved.id)
    assert "not RUNNING" in caught.value.details()
    # One that runs again begins anew.
    again = client.update(saved.id, status=RUNNING, allow_reopen=True)
    assert not again.abandoned
    client.heartbeat(saved.id)


def test_an_abandoned_execution_is_ended_by_whoever_knows(server, client):
    saved = client.save()
    client.heartbeat(saved.id)
    silence(server, saved.id)
    ended = client.update(saved.id, status=FAILED, error_message="its executor is gone")
    assert (ended.status, ended.abandoned) == (FAILED, False)
    assert client.get(saved.id) == ended
    assert client.history(abandoned_only=True).executions == []


def test_a_heartbeat_of_no_execution_or_of_anothers_is_refused(server, client, stranger, operator):
    saved = client.save()
    with refused(grpc.StatusCode.NOT_FOUND):
        client.heartbeat(uuid7())
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        stranger.heartbeat(saved.id)
    reader = server.client(client.user, scope=None)
    with refused(grpc.StatusCode.PERMISSION_DENIED) as caught:
        reader.heartbeat(saved.id)
    assert "history:write" in caught.value.details()
    assert kept(server, saved.id) == 0
    operator.heartbeat(saved.id)
    assert kept(server, saved.id) == 1
    assert client.history(abandoned_only=True).executions == []


def test_a_field_that_is_refused_is_named(client):
    saved = client.save()
    for seconds in (-1, 86_401):
        with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
            client.heartbeat(saved.id, timeout_seconds=seconds)
        assert violated_fields(caught.value) == ["timeout_seconds"]
    for bad_id in ("", "not-a-uuid"):
        with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
            client.heartbeat(bad_id)
        assert violated_fields(caught.value) == ["id"]


def test_a_deletion_and_an_erasure_take_heartbeats_along(server, client):
    rows = [client.save() for _ in range(3)]
    for row in rows:
        client.heartbeat(row.id)
    client.delete(rows[0].id)
    assert kept(server, *(row.id for row in rows)) == 2
    forgotten = command_line.run("forget", "--user", client.user, "--data-dir", server.data)
    assert forgotten.returncode == 0, forgotten.stderr
    assert kept(server, *(row.id for row in rows)) == 0


def test_many_executors_at_once_are_all_heard(server, client):
    rows = [client.save() for _ in range(64)]
    with futures.ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda row: client.heartbeat(row.id), rows * 5))
        ended = list(pool.map(lambda row: client.update(row.id, status=COMPLETED), rows[:32]))
    assert all(one.status == COMPLETED for one in ended)
    assert kept(server, *(row.id for row in rows)) == 32


def test_the_command_line_sends_heartbeats_and_lists_what_is_abandoned(server):
    user = fresh_user()
    caller = {
        "WORKFLOW_HISTORY_DATA_DIR": str(server.data),
        "WORKFLOW_HISTORY_TOKEN": server.token(user, tokens.READ_WRITE),
    }
    client = server.client(user)
    gone, alive = client.save(), client.save()
    said = command_line.output("heartbeat", gone.id, "--next-within", "90", **caller)
    assert said == f"id\toutcome\n{gone.id}\trunning\n"
    assert command_line.answer("heartbeat", alive.id, **caller) == {}
    silence(server, gone.id)
    listed = command_line.answer("history", "--abandoned", "--total", **caller)
    assert [(one["id"], one["abandoned"]) for one in listed["executions"]] == [(gone.id, True)]
    assert listed["total"] == "1"
    shown = command_line.in_terminal("history", **caller)
    assert shown.count("RUNNING, abandoned") == 1
    client.update(alive.id, status=FAILED)
    ended = command_line.run("heartbeat", alive.id, **caller)
    assert (ended.returncode, "FAILED_PRECONDITION" in ended.stderr) == (1, True)
