"""The heartbeats of the Python client's recorder."""

import asyncio
import contextlib
import logging
import signal

import grpc
import pytest
from workflow_history_client import ExecutionRecorder, WorkflowHistoryService

from harness.heartbeats import beat_times
from harness.python_client import connect
from harness.server import wait_until

FIELDS = {"workflow_type": "nightly", "workflow_id": "wf-1"}
# Executions are abandoned a second after their last heartbeat.
QUICK = 0.3


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


class Beats(grpc.aio.UnaryUnaryClientInterceptor):
    """Notes of which executions heartbeats were sent."""

    def __init__(self):
        self.sent: list[str] = []
        self.under_way = self.most_at_once = 0

    async def intercept_unary_unary(self, continuation, details, request):
        if not details.method.endswith(b"/HeartbeatWorkflowExecution"):
            return await continuation(details, request)
        self.sent.append(request.id)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        call = await continuation(details, request)
        call.add_done_callback(lambda _: self._note_end())
        return call

    def _note_end(self):
        self.under_way -= 1


@contextlib.asynccontextmanager
async def noting(server, user):
    beats = Beats()
    credentials = grpc.ssl_channel_credentials(server.ca)
    async with grpc.aio.secure_channel(
        server.address, credentials, interceptors=[beats]
    ) as channel:
        yield beats, WorkflowHistoryService(channel, server.token(user))


async def until(condition) -> None:
    await asyncio.to_thread(wait_until, condition)


async def test_a_run_has_heartbeats_from_when_the_server_knows_it_until_it_ends(
    server, user, spool
):
    async with (
        noting(server, user) as (beats, history),
        ExecutionRecorder(history, spool, heartbeat_interval=QUICK) as recorder,
    ):
        async with recorder.execution(**FIELDS) as run:
            await until(lambda: len(beats.sent) >= 3)
        # None is about to be sent any more, and none is due yet.
        await recorder.delivered()
        enough = beats.sent.count(run.execution_id)
        async with recorder.execution(**FIELDS) as other:
            await until(lambda: beats.sent.count(other.execution_id) >= 4)
    assert beats.sent.count(run.execution_id) == enough
    assert set(beats.sent) == {run.execution_id, other.execution_id}
    assert recorder.counts.ended_elsewhere == 0


async def test_of_many_runs_a_few_are_told_of_at_once(server, user, spool):
    async with (
        noting(server, user) as (beats, history),
        ExecutionRecorder(history, spool) as recorder,
        contextlib.AsyncExitStack() as stack,
    ):
        runs = [await stack.enter_async_context(recorder.execution(**FIELDS)) for _ in range(100)]
        # Those of the first may be due again by then.
        await until(lambda: len(set(beats.sent)) == 100)
    assert set(beats.sent) == {run.execution_id for run in runs}
    assert beats.most_at_once <= 8


async def test_a_run_that_somebody_has_ended_has_no_more_heartbeats(server, user, spool, caplog):
    async with (
        noting(server, user) as (beats, history),
        ExecutionRecorder(history, spool, heartbeat_interval=0.05) as recorder,
        recorder.execution(**FIELDS) as ended,
        recorder.execution(**FIELDS) as deleted,
        recorder.execution(**FIELDS) as other,
    ):
        await until(lambda: {*beats.sent} >= {ended.execution_id, deleted.execution_id})
        await history.update_workflow_execution(ended.execution_id, status="FAILED")
        await history.delete_workflow_execution(deleted.execution_id)
        await until(lambda: recorder.counts.ended_elsewhere == 2)
        before = list(beats.sent)
        await until(lambda: len(beats.sent) >= len(before) + 4)
        assert set(beats.sent[len(before) :]) == {other.execution_id}
    for run in (ended, deleted):
        assert f"somebody else has ended execution {run.execution_id}" in caplog.text
    assert recorder.counts.ended_elsewhere == 2


async def test_a_server_that_is_away_fails_no_run_and_is_told_when_it_is_back(
    own_server, user, spool, caplog
):
    caplog.set_level(logging.WARNING)
    async with (
        connect(own_server, own_server.token(user)) as history,
        ExecutionRecorder(history, spool, heartbeat_interval=QUICK) as recorder,
    ):
        async with recorder.execution(**FIELDS) as run:
            await recorder.delivered()
            await until(lambda: beat_times(own_server, [run.execution_id]))
            last = beat_times(own_server, [run.execution_id])
            own_server.stop(signal.SIGKILL)
            async with recorder.execution(**FIELDS):
                pass
            await asyncio.to_thread(own_server.start)
            await until(lambda: beat_times(own_server, [run.execution_id]) > last)
        await recorder.delivered()
        page = await history.get_user_workflow_history(user)
    assert [one["status"] for one in page["executions"]] == ["COMPLETED"] * 2
    assert "heartbeat" not in caplog.text


async def test_heartbeats_can_be_turned_off(server, user, spool):
    async with (
        noting(server, user) as (beats, history),
        ExecutionRecorder(history, spool, heartbeat_interval=None) as recorder,
    ):
        async with recorder.execution(**FIELDS):
            await recorder.delivered()
        await recorder.delivered()
    assert beats.sent == []
