"""What a deletion takes away, and from whom."""

from concurrent import futures

import grpc
import pytest

from harness import command_line, oracle
from harness.client import COMPLETED, FAILED, FULL, PAUSED, document, refused, violated_fields
from harness.folding import fold, unfolded
from harness.identifiers import fresh_user, uuid7
from harness.server import Server
from harness.stubs import service_pb2


def figures(client):
    """What is counted of the user's executions, without the bounds of the window."""
    statistics, metrics = client.statistics(days=30), client.metrics(days=30)
    for message in (statistics, metrics):
        message.ClearField("window_start")
        message.ClearField("window_end")
    return statistics, metrics, client.history(include_total=True).total


def test_a_deleted_execution_is_nowhere_any_more(any_client):
    kept = any_client.save(workflow_id="wf-1")
    deleted = any_client.save(workflow_id="wf-1", input_data=document(1))
    assert any_client.delete(deleted.id) == service_pb2.DeleteWorkflowExecutionResponse()
    for call in (any_client.get, any_client.delete):
        with refused(grpc.StatusCode.NOT_FOUND):
            call(deleted.id)
    with refused(grpc.StatusCode.NOT_FOUND):
        any_client.update(deleted.id, status=COMPLETED)
    page = any_client.history(workflow_id="wf-1", view=FULL, include_total=True)
    assert (list(page.executions), page.total) == ([kept], 1)
    assert any_client.get(kept.id) == kept


def test_deletion_of_what_never_was_is_not_found(client):
    with refused(grpc.StatusCode.NOT_FOUND):
        client.delete(uuid7())


@pytest.mark.parametrize("version", [1, 3])
def test_another_version_than_the_expected_one_aborts(client, version):
    saved = client.save()
    updated = client.update(saved.id, status=PAUSED)
    with refused(grpc.StatusCode.ABORTED):
        client.delete(saved.id, expected_version=version)
    assert client.get(saved.id) == updated
    client.delete(saved.id, expected_version=2)
    with refused(grpc.StatusCode.NOT_FOUND):
        client.get(saved.id)


@pytest.mark.parametrize("bad_id", ["", "not-a-uuid", uuid7().replace("-", "")])
def test_an_id_that_is_none_is_refused_by_name(client, bad_id):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.delete(bad_id)
    assert violated_fields(caught.value) == ["id"]


def test_a_negative_version_is_refused_by_name(client):
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.delete(saved.id, expected_version=-1)
    assert violated_fields(caught.value) == ["expected_version"]
    assert client.get(saved.id) == saved


def test_of_concurrent_deletions_one_succeeds(client):
    saved = client.save()

    def attempt(_):
        try:
            return client.delete(saved.id, expected_version=1) and grpc.StatusCode.OK
        except grpc.RpcError as error:
            return error.code()

    with futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(attempt, range(16)))
    assert answers.count(grpc.StatusCode.OK) == 1
    assert answers.count(grpc.StatusCode.NOT_FOUND) == 15


@pytest.mark.parametrize("content", ["old", "new"])
def test_a_later_save_with_the_same_id_makes_a_new_execution(client, content):
    sent = {"id": uuid7(), "workflow_type": "old"}
    client.save(**sent)
    client.update(sent["id"], error_message="from before")
    client.delete(sent["id"])
    saved = client.save(**sent | {"workflow_type": content})
    assert (saved.workflow_type, saved.version, saved.error_message) == (content, 1, "")
    assert client.get(saved.id) == saved
    assert client.statistics().total_executions == 1


def test_the_id_of_a_deleted_execution_is_anybodys(client, stranger):
    saved = client.save()
    client.delete(saved.id)
    assert stranger.save(id=saved.id).user_id == stranger.user
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        client.get(saved.id)


def save_and_update_more(client) -> list[str]:
    """Executions of every status, type, duration and error, some of them changed since."""
    rows = oracle.random_rows(seed=8, count=60, days=20)
    oracle.save_all(client, rows)
    for row in rows[::3]:
        client.update(row.id, workflow_type="gone", status=FAILED, error_message="gone 7")
    return [row.id for row in rows]


def test_figures_before_the_fold_are_as_if_it_had_never_been():
    late = Server("--fold-interval", "1d")
    try:
        client = late.start().client(fresh_user())
        oracle.save_all(client, oracle.random_rows(seed=7, count=60, days=20))
        before = figures(client)
        deleted = save_and_update_more(client)
        assert figures(client)[2] == 120
        for execution_id in deleted:
            client.delete(execution_id)
        assert unfolded(late) >= 60 + 60 + 20 + 60
        assert figures(client) == before
    finally:
        late.remove()


def test_figures_after_the_fold_are_as_if_it_had_never_been(own_server):
    client = own_server.client(fresh_user())
    oracle.save_all(client, oracle.random_rows(seed=7, count=60, days=20))
    before = figures(client)
    deleted = save_and_update_more(client)
    fold(own_server)
    assert figures(client)[2] == 120
    for execution_id in deleted:
        client.delete(execution_id)
    assert figures(client) == before
    fold(own_server)
    assert figures(client) == before
    verified = command_line.run("rollups", "verify", "--data-dir", own_server.data)
    assert verified.returncode == 0, verified.stdout
