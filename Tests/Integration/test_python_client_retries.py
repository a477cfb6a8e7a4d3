"""What the Python client does when a call fails: it tries again where that is safe, and tells."""

import asyncio
import signal

import grpc
import pytest
from workflow_history_client import (
    Aborted,
    DeadlineExceeded,
    ResourceExhausted,
    RetryPolicy,
    Unauthenticated,
    Unavailable,
    WorkflowHistoryService,
)

from harness.python_client import FewRetries, LostCalls, connect, losing, save
from harness.server import Server

# Long enough for a server to start on a busy machine.
PATIENCE = 120


class Waits:
    """The waits of a client between its attempts, and what happens in the first of them."""

    def __init__(self, meanwhile=None):
        self.seconds: list[float] = []
        self._meanwhile = meanwhile

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        if self._meanwhile is not None:
            meanwhile, self._meanwhile = self._meanwhile, None
            await asyncio.to_thread(meanwhile)
        await asyncio.sleep(seconds)

    @property
    def policy(self) -> RetryPolicy:
        return RetryPolicy(sleep=self)


async def test_a_save_while_the_server_is_away_is_made_when_it_is_back(own_server, user):
    waits = Waits(meanwhile=own_server.start)
    token = own_server.token(user)
    async with connect(own_server, token, retry=waits.policy, timeout=PATIENCE) as history:
        await save(history, user)
        own_server.stop(signal.SIGKILL)
        execution_id = await save(history, user)
        assert waits.seconds
        assert (await history.get_workflow_execution_details(execution_id))["version"] == 1
        assert (await history.get_workflow_statistics(user))["total_executions"] == 2


async def test_saves_amid_a_restart_are_each_made_once(own_server, user):
    async with connect(own_server, own_server.token(user), timeout=PATIENCE) as history:
        under_way = asyncio.Event()

        async def executor() -> list[str]:
            saved = []
            for _ in range(50):
                saved.append(await save(history, user))
                if len(saved) == 10:
                    under_way.set()
            return saved

        async def restart():
            await under_way.wait()
            await asyncio.to_thread(own_server.stop, signal.SIGKILL)
            await asyncio.to_thread(own_server.start)

        *saved, _ = await asyncio.gather(*(executor() for _ in range(8)), restart())
        ids = {execution_id for executor in saved for execution_id in executor}
        kept = {one["id"] async for one in history.iterate_user_workflow_history(user)}
        assert (len(ids), kept) == (400, ids)


async def test_without_retries_a_server_that_is_away_is_unavailable_at_once(own_server, user):
    async with connect(own_server, own_server.token(user), retry=None) as history:
        own_server.stop()
        with pytest.raises(Unavailable) as caught:
            await save(history, user)
        assert caught.value.code is grpc.StatusCode.UNAVAILABLE
        assert caught.value.in_doubt


async def test_a_call_ends_with_its_last_error_before_its_deadline(own_server, user):
    waits = Waits()
    retry = FewRetries(sleep=waits)
    async with connect(own_server, own_server.token(user), retry=retry) as history:
        own_server.stop()
        with pytest.raises(Unavailable):
            await history.get_workflow_statistics(user, timeout=PATIENCE)
        # The next would have been after it.
        assert waits.seconds == [0.01] * retry.count


async def test_a_deadline_that_passes_is_said(server, history, user):
    with server.postgres().session() as session:
        session.stdin.write("BEGIN; LOCK TABLE workflow_executions; SELECT 1;\n")
        assert session.stdout.readline()
        try:
            with pytest.raises(DeadlineExceeded) as caught:
                await save(history, user, timeout=0.2)
        finally:
            session.stdin.write("COMMIT;\n")
            session.stdin.close()
    assert caught.value.in_doubt


async def test_a_save_whose_answer_is_lost_is_made_once(server, user):
    calls = LostCalls("SaveWorkflowExecution")
    async with losing(server, calls) as channel:
        history = WorkflowHistoryService(channel, server.token(user))
        execution_id = await save(history, user)
        page = await history.get_user_workflow_history(user)
    assert calls.lost == 1
    assert [(one["id"], one["version"]) for one in page["executions"]] == [(execution_id, 1)]


async def test_an_update_whose_answer_is_lost_is_made_once_where_it_expects_a_version(server, user):
    calls = LostCalls("UpdateWorkflowExecution")
    async with losing(server, calls) as channel:
        history = WorkflowHistoryService(channel, server.token(user))
        execution_id = await save(history, user)
        changes = {"status": "COMPLETED", "output_data": {"a": [1.5, None]}, "duration_seconds": 0}
        assert await history.update_workflow_execution(execution_id, expected_version=1, **changes)
        details = await history.get_workflow_execution_details(execution_id)
    assert (calls.lost, details["version"]) == (1, 2)
    assert {name: details[name] for name in changes} == changes


@pytest.mark.parametrize(
    ["lose", "theirs", "version"],
    [
        ("answer", {"error_message": "theirs"}, 3),
        ("answer", {"workflow_type": "theirs"}, 3),
        ("request", {"error_message": "theirs"}, 2),
    ],
)
async def test_an_update_that_another_overtook_is_aborted(server, user, lose, theirs, version):
    calls = LostCalls("UpdateWorkflowExecution", lose)
    others = server.client(user)
    async with losing(server, calls) as channel:
        waits = Waits(meanwhile=lambda: others.update(execution_id, **theirs))
        history = WorkflowHistoryService(channel, server.token(user), retry=waits.policy)
        execution_id = await save(history, user)
        with pytest.raises(Aborted) as caught:
            await history.update_workflow_execution(
                execution_id, expected_version=1, error_message="ours"
            )
        details = await history.get_workflow_execution_details(execution_id)
    assert caught.value.in_doubt
    assert {name: details[name] for name in theirs} == theirs
    assert details["version"] == version


async def test_an_update_of_any_version_whose_answer_is_lost_is_not_sent_again(server, user):
    calls = LostCalls("UpdateWorkflowExecution")
    waits = Waits()
    async with losing(server, calls) as channel:
        history = WorkflowHistoryService(channel, server.token(user), retry=waits.policy)
        execution_id = await save(history, user)
        with pytest.raises(Unavailable) as caught:
            await history.update_workflow_execution(execution_id, status="COMPLETED")
        details = await history.get_workflow_execution_details(execution_id)
    assert caught.value.in_doubt
    assert (waits.seconds, details["version"]) == ([], 2)


async def test_a_deletion_whose_answer_is_lost_has_deleted(server, user):
    calls = LostCalls("DeleteWorkflowExecution")
    async with losing(server, calls) as channel:
        history = WorkflowHistoryService(channel, server.token(user))
        execution_id = await save(history, user)
        assert await history.delete_workflow_execution(execution_id) is True
        assert await history.delete_workflow_execution(execution_id) is False
    assert calls.lost == 1


@pytest.fixture(scope="module")
def ten_a_second():
    server = Server("--caller-calls-per-second", "10")
    try:
        yield server.start()
    finally:
        server.remove()


async def test_a_caller_over_its_limit_comes_back_when_it_is_told_to(ten_a_second, user):
    token = ten_a_second.token(user)
    async with connect(ten_a_second, token, retry=None) as impatient:
        # At once: how many go one after the other within a second is the machine's to say.
        tries = [save(impatient, user) for _ in range(30)]
        ended = await asyncio.gather(*tries, return_exceptions=True)
    refusals = [one for one in ended if isinstance(one, ResourceExhausted)]
    assert len(refusals) > 0 and {type(one) for one in ended} == {str, ResourceExhausted}
    assert all(0 < one.retry_delay <= 0.2 and not one.in_doubt for one in refusals)

    waits = Waits()
    policy = RetryPolicy(initial_backoff=0, sleep=waits)
    async with connect(ten_a_second, token, retry=policy) as patient:
        execution_id = await save(patient, user)
        # Nothing was carried out, so an update of any version is tried again too.
        updates = [
            patient.update_workflow_execution(execution_id, status="PAUSED") for _ in range(30)
        ]
        assert all(await asyncio.gather(*updates))
    assert waits.seconds and all(0 < seconds <= 1 for seconds in waits.seconds)


async def test_what_never_fits_is_not_tried_again(server, user):
    waits = Waits()
    async with connect(server, server.token(user), retry=waits.policy) as history:
        with pytest.raises(ResourceExhausted):
            await save(history, user, input_data="x" * 5_000_000)
    assert waits.seconds == []


def test_backoff_grows_up_to_its_limit_with_full_jitter():
    policy = RetryPolicy(initial_backoff=0.1, max_backoff=5)
    for attempt, ceiling in ((0, 0.1), (1, 0.2), (4, 1.6), (6, 5), (5_000, 5)):
        drawn = [policy.backoff(attempt) for _ in range(2_000)]
        assert 0 <= min(drawn) < 0.05 * ceiling
        assert 0.95 * ceiling < max(drawn) <= ceiling


async def test_a_token_is_asked_for_once_and_again_when_it_is_refused(server, user):
    good = server.token(user)
    given = [good, "expired", good, "expired"]
    asked = []

    async def token() -> str:
        asked.append(given.pop())
        return asked[-1]

    async with connect(server, token) as history:
        await asyncio.gather(*(save(history, user) for _ in range(20)))
        assert asked == ["expired", good]
        await save(history, user)
        assert asked == ["expired", good]


async def test_a_token_that_stays_refused_is_unauthenticated(server, user):
    asked = []

    async def token() -> str:
        asked.append(f"bad-{len(asked)}")
        return asked[-1]

    async with connect(server, token) as history:
        with pytest.raises(Unauthenticated):
            await save(history, user)
    assert asked == ["bad-0", "bad-1"]
    async with connect(server, "bad") as history:
        with pytest.raises(Unauthenticated):
            await save(history, user)


async def test_a_token_that_does_not_come_is_a_deadline(server, user):
    async with connect(server, asyncio.Event().wait) as history:
        with pytest.raises(DeadlineExceeded) as caught:
            await save(history, user, timeout=0.05)
        assert not caught.value.in_doubt
