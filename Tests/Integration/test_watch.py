"""Changes that are told as they happen, by a stock client."""

import contextlib
import threading

import grpc
import pytest

from harness import tokens
from harness.client import (
    COMPLETED,
    FAILED,
    PATIENCE,
    RUNNING,
    Client,
    execution,
    refused,
    violated_fields,
)
from harness.identifiers import fresh_user, uuid7
from harness.server import Server
from harness.stubs import changes_pb2

CREATED = changes_pb2.CHANGE_KIND_CREATED
UPDATED = changes_pb2.CHANGE_KIND_UPDATED
DELETED = changes_pb2.CHANGE_KIND_DELETED


class Watch:
    """A watch that has begun: what happens from here on is told, and the token it began with."""

    def __init__(self, client: Client, **fields):
        request = changes_pb2.WatchWorkflowExecutionsRequest(**fields)
        self.call = client.stub.WatchWorkflowExecutions(
            request, metadata=client.metadata, timeout=PATIENCE
        )
        first = next(self.call)
        assert list(first.changes) == []
        self.token = first.resume_token

    def take(self, count: int) -> list:
        """The next changes, which are so many at least."""
        changes = []
        while len(changes) < count:
            response = next(self.call)
            changes += response.changes
            self.token = response.resume_token
        return changes


@contextlib.contextmanager
def watching(client: Client, **fields):
    watch = Watch(client, **fields)
    try:
        yield watch
    finally:
        watch.call.cancel()


def told(changes) -> list:
    return [(change.kind, change.execution_id, change.version, change.status) for change in changes]


def test_saves_updates_and_deletions_are_told_with_the_execution(any_client):
    with watching(any_client) as watch:
        saved = any_client.save(status=RUNNING, workflow_id="wf-9", workflow_type="etl")
        [created] = watch.take(1)
        assert told([created]) == [(CREATED, saved.id, 1, RUNNING)]
        assert created.user_id == any_client.user
        assert created.workflow_type == "etl"
        assert created.execution.workflow_id == "wf-9"
        assert not created.execution.HasField("execution_metadata")
        assert created.changed_at.ToMicroseconds() > 0
        any_client.update(saved.id, status=COMPLETED)
        [updated] = watch.take(1)
        assert told([updated]) == [(UPDATED, saved.id, 2, COMPLETED)]
        assert updated.execution.version == 2
        any_client.delete(saved.id)
        [deleted] = watch.take(1)
        assert told([deleted]) == [(DELETED, saved.id, 2, COMPLETED)]
        assert not deleted.HasField("execution")


def test_only_what_meets_every_filter_is_told(client):
    wanted = {"workflow_id": "a", "workflow_type": "etl", "status": FAILED}
    filters = {"workflow_id": "a", "workflow_type": "etl", "statuses": [FAILED]}
    with watching(client, **filters) as watch:
        for other in ({"workflow_id": "b"}, {"workflow_type": "ml"}, {"status": RUNNING}):
            client.save(**wanted | other)
        saved = client.save(**wanted)
        assert told(watch.take(1)) == [(CREATED, saved.id, 1, FAILED)]
        client.update(saved.id, status=RUNNING, allow_reopen=True)
        client.update(saved.id, status=FAILED)
        assert told(watch.take(1)) == [(UPDATED, saved.id, 3, FAILED)]


def test_a_watch_that_goes_on_with_a_token_misses_nothing_and_tells_nothing_twice(client):
    with watching(client) as watch:
        first = [client.save() for _ in range(5)]
        changes = watch.take(5)
    after = [client.save() for _ in range(40)]
    everything = [one.id for one in first + after]
    assert [change.execution_id for change in changes] == everything[:5]
    # From between any two of them, and from where the response ended.
    for number, change in enumerate(changes):
        with watching(client, resume_token=change.resume_token) as again:
            rest = everything[number + 1 :]
            assert [one.execution_id for one in again.take(len(rest))] == rest
    with watching(client, resume_token=watch.token) as again:
        assert [one.execution_id for one in again.take(40)] == everything[5:]
        live = client.save()
        assert [one.execution_id for one in again.take(1)] == [live.id]


def test_one_who_reads_slowly_loses_nothing(client):
    with watching(client) as watch:
        portions = [[uuid7() for _ in range(500)] for _ in range(8)]
        # More than a connection holds.
        long = {"workflow_id": "w" * 255, "workflow_type": "t" * 255}
        client.save_many([execution(id=id, **long) for id in portion] for portion in portions)
        changes = watch.take(4000)
    ids = [change.execution_id for change in changes]
    assert sorted(ids) == sorted(id for portion in portions for id in portion)


def test_what_another_server_writes_is_told_too(own_server):
    user = fresh_user()
    other = Server("--database", own_server.postgres().conninfo)
    try:
        other.start()
        other_client = own_server.client(user)
        with watching(own_server.client(user)) as watch:
            writer = Client(other.channel(), user, other.token(user))
            ids = [writer.save().id for _ in range(20)]
            assert [change.execution_id for change in watch.take(20)] == ids
            token = watch.token
        ids = [other_client.save().id for _ in range(3)]
        # A token of one server is good on the other.
        reader = Client(other.channel(), user, other.token(user))
        with watching(reader, resume_token=token) as watch:
            assert [change.execution_id for change in watch.take(3)] == ids
        assert other.stop() == 0
    finally:
        other.remove()


def test_nobody_is_told_of_anothers_executions(client, stranger, operator):
    request = changes_pb2.WatchWorkflowExecutionsRequest
    for asked in (request(user_id=client.user), request(all_users=True)):
        with refused(grpc.StatusCode.PERMISSION_DENIED):
            next(
                stranger.stub.WatchWorkflowExecutions(
                    asked, metadata=stranger.metadata, timeout=PATIENCE
                )
            )
    with (
        watching(stranger) as own,
        watching(operator, user_id=client.user) as of_one,
        watching(operator, all_users=True) as of_all,
    ):
        theirs, mine = client.save(), stranger.save()
        assert [change.execution_id for change in own.take(1)] == [mine.id]
        assert [change.execution_id for change in of_one.take(1)] == [theirs.id]
        seen = set()
        while not seen >= {theirs.id, mine.id}:
            seen |= {change.execution_id for change in of_all.take(1)}


@pytest.mark.parametrize(
    "fields", [{"resume_token": "AAAA"}, {"resume_token": "x" * 2000}, {"workflow_id": "x" * 300}]
)
def test_a_field_that_is_wrong_is_named(client, fields):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        Watch(client, **fields)
    assert violated_fields(caught.value) == list(fields)


def test_a_token_of_other_filters_is_refused(client):
    token = Watch(client).token
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        Watch(client, workflow_type="etl", resume_token=token)
    assert violated_fields(caught.value) == ["resume_token"]


def test_a_token_from_before_what_is_kept_is_out_of_range(own_server):
    client = own_server.client(fresh_user())
    token = Watch(client).token
    client.save()
    own_server.postgres().psql("UPDATE change_log_horizon SET horizon = pg_current_xact_id()")
    with refused(grpc.StatusCode.OUT_OF_RANGE):
        Watch(client, resume_token=token)


def test_a_server_that_stops_ends_watches_and_another_goes_on(own_server):
    user = fresh_user()
    client = own_server.client(user)
    watch = Watch(client)
    saved = client.save()
    assert len(watch.take(1)) == 1
    failed = []

    def wait():
        try:
            # It may say meanwhile how far it has come.
            assert not any(told.changes for told in watch.call)
        except grpc.RpcError as error:
            failed.append(error.code())

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert own_server.stop() == 0
    waiting.join()
    assert failed == [grpc.StatusCode.UNAVAILABLE]
    own_server.start()
    client = own_server.client(user)
    client.update(saved.id, status=COMPLETED)
    with watching(client, resume_token=watch.token) as again:
        assert told(again.take(1)) == [(UPDATED, saved.id, 2, COMPLETED)]


def test_a_stream_without_a_token_is_unauthenticated(server):
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        Watch(Client(server.channel(), "", None))


def test_watches_of_others_need_the_scope_for_any_user(server, client):
    both = {"user_id": client.user, "all_users": True}
    operator = server.client(fresh_user(), scope=tokens.ANY_USER)
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        Watch(operator, **both)
    assert violated_fields(caught.value) == ["user_id"]
