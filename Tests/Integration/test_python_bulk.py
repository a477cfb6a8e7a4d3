"""Many saves by one stream of the Python client."""

import asyncio
import contextlib
import datetime
import os
import signal

import pytest
from workflow_history_client import (
    AlreadyExists,
    DeadlineExceeded,
    InvalidArgument,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
    WorkflowHistoryService,
    new_execution_id,
)

from harness.identifiers import fresh_user
from harness.python_client import FewRetries, connect
from harness.server import Server

# Long enough for a server to start on a busy machine.
PATIENCE = 120


def executions(count: int, **fields: object):
    for number in range(count):
        yield {
            "workflow_id": f"wf-{number}",
            "workflow_type": "etl",
            "status": "COMPLETED",
            **fields,
        }


async def outcomes_of(history: WorkflowHistoryService, given, **options) -> list:
    return [one async for one in history.save_workflow_executions(given, **options)]


async def stored(history: WorkflowHistoryService, user: str) -> dict[str, str]:
    """The workflow of each id that is stored."""
    kept = history.iterate_user_workflow_history(user, include_documents=False)
    return {one["id"]: one["workflow_id"] async for one in kept}


async def test_each_execution_has_an_outcome_in_order_and_is_stored(history, user):
    outcomes = await outcomes_of(history, executions(250))
    assert [one.index for one in outcomes] == list(range(250))
    assert {one.error for one in outcomes} == {None}
    expected = {one.execution_id: f"wf-{number}" for number, one in enumerate(outcomes)}
    assert await stored(history, user) == expected


async def test_nothing_to_save_has_no_outcomes(history, user):
    assert await outcomes_of(history, []) == []


async def test_every_argument_of_a_save_can_be_given(history, user):
    began = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.UTC)
    given = {
        "workflow_id": "wf",
        "workflow_type": "etl",
        "user_id": user,
        "status": "FAILED",
        "input_data": {"rows": 10},
        "output_data": [1],
        "task_results": [{"task_name": "load", "status": "FAILED"}],
        "error_message": "no",
        "start_time": began,
        "end_time": began + datetime.timedelta(seconds=3),
        "duration_seconds": 2.5,
        "execution_metadata": {"host": "a"},
    }
    execution_id = new_execution_id()
    [outcome] = await outcomes_of(history, [{**given, "execution_id": execution_id}])
    assert outcome.execution_id == execution_id
    details = await history.get_workflow_execution_details(execution_id)
    assert {name: details[name] for name in given} == given


async def test_executions_are_answered_while_more_are_to_come(history, user):
    due = asyncio.Queue()

    async def source():
        while (one := await due.get()) is not None:
            yield one

    outcomes = history.save_workflow_executions(source())
    for number, one in enumerate(executions(3)):
        await due.put(one)
        outcome = await anext(outcomes)
        assert outcome.index == number
        assert await history.get_workflow_execution_details(outcome.execution_id)
    await due.put(None)
    assert [one async for one in outcomes] == []


async def test_what_is_refused_says_why_and_keeps_no_other_from_being_saved(history, user):
    taken = new_execution_id()
    good = {"workflow_id": "wf", "workflow_type": "etl", "status": "RUNNING"}
    given = [
        {**good, "execution_id": taken},
        {**good, "workflow_id": ""},
        {**good, "input_data": float("nan")},
        {**good, "user_id": fresh_user()},
        {**good, "execution_id": taken, "status": "FAILED"},
        {**good, "input_data": "x" * (4 << 20)},
        {**good, "colour": "red"},
        good,
    ]
    outcomes = await outcomes_of(history, given)
    assert [one.index for one in outcomes] == list(range(len(given)))
    refused = {place: one.error for place, one in enumerate(outcomes) if one.error is not None}
    assert {place: type(error) for place, error in refused.items()} == {
        1: InvalidArgument,
        2: InvalidArgument,
        3: PermissionDenied,
        4: AlreadyExists,
        5: ResourceExhausted,
        6: InvalidArgument,
    }
    assert [refused[place].field_violations[0].field for place in (1, 2, 6)] == [
        "execution.workflow_id",
        "execution.input_data",
        "execution.colour",
    ]
    assert set(await stored(history, user)) == {taken, outcomes[-1].execution_id}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        # Of bytes that are no UTF-8, as os.fsdecode gives them.
        *[
            (name, b"caf\xe9".decode(errors="surrogateescape"))
            for name in ("execution_id", "workflow_id", "workflow_type", "user_id", "error_message")
        ],
        ("input_data", {"file": b"caf\xe9".decode(errors="surrogateescape")}),
        pytest.param("workflow_id", 10**5000, id="too many digits"),
        pytest.param("duration_seconds", 10**400, id="too large"),
    ],
)
async def test_one_of_what_has_no_form_in_protobuf_is_refused_alone(history, user, field, value):
    good = {"workflow_id": "wf", "workflow_type": "etl", "status": "FAILED"}
    outcomes = await outcomes_of(history, [good, {**good, field: value}, good])
    assert [one.index for one in outcomes] == [0, 1, 2]
    assert outcomes[0].error is None and outcomes[2].error is None
    assert isinstance(outcomes[1].error, InvalidArgument)
    named = "id" if field == "execution_id" else field
    assert [one.field for one in outcomes[1].error.field_violations] == [f"execution.{named}"]
    assert set(await stored(history, user)) == {outcomes[0].execution_id, outcomes[2].execution_id}


async def test_one_that_cannot_be_sent_is_told_of_at_once(history, user):
    due = asyncio.Queue()

    async def source():
        while True:
            yield await due.get()

    outcomes = history.save_workflow_executions(source())
    await due.put({"status": "unknown"})
    outcome = await asyncio.wait_for(anext(outcomes), PATIENCE)
    assert isinstance(outcome.error, InvalidArgument)
    await outcomes.aclose()


async def test_large_executions_go_in_requests_that_the_server_takes(history, user):
    outcomes = await outcomes_of(history, executions(12, input_data="x" * 900_000))
    assert {one.error for one in outcomes} == {None}
    assert len(await stored(history, user)) == 12


async def test_no_more_is_read_ahead_than_the_window_has(history, user):
    read = 0

    def source():
        nonlocal read
        for one in executions(20_000):
            read += 1
            yield one

    outcomes = history.save_workflow_executions(source())
    await anext(outcomes)
    # The rest waits until its outcomes are taken.
    for _ in range(20):
        await history.get_workflow_statistics(user)
    assert read <= 2_300
    await outcomes.aclose()


async def test_what_the_source_raises_comes_after_what_was_saved(history, user):
    def source():
        yield from executions(7)
        raise LookupError("no more")

    saved = []
    with pytest.raises(LookupError, match="no more"):
        async for outcome in history.save_workflow_executions(source()):
            saved.append(outcome.execution_id)
    assert set(await stored(history, user)) == set(saved)
    assert len(saved) == 7


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
async def test_a_stream_goes_on_after_a_restart_and_saves_nothing_twice(own_server, user, by):
    async def restart():
        await asyncio.to_thread(own_server.stop, by)
        await asyncio.to_thread(own_server.start)

    token = own_server.token(user)
    async with connect(own_server, token, timeout=PATIENCE) as history:
        saved = []
        restarting = None
        async for outcome in history.save_workflow_executions(executions(10_000)):
            assert (outcome.index, outcome.error) == (len(saved), None)
            saved.append(outcome.execution_id)
            if len(saved) == 1_000:
                restarting = asyncio.create_task(restart())
        await restarting
        kept = await stored(history, user)
        assert kept == {name: f"wf-{number}" for number, name in enumerate(saved)}
        assert (await history.get_workflow_statistics(user))["total_executions"] == 10_000


async def test_a_stream_goes_on_after_postgres_was_killed(own_server, user):
    async with connect(own_server, own_server.token(user), timeout=PATIENCE) as history:
        saved = []
        async for outcome in history.save_workflow_executions(executions(5_000)):
            saved.append(outcome.execution_id)
            if len(saved) == 1_000:
                for postmaster in own_server.postmasters():
                    os.kill(postmaster, signal.SIGKILL)
        assert set(await stored(history, user)) == set(saved)
        assert len(saved) == 5_000


async def test_a_server_that_stays_away_is_unavailable(own_server, user):
    async with connect(own_server, own_server.token(user), retry=FewRetries()) as history:
        own_server.stop()
        with pytest.raises(Unavailable) as caught:
            await outcomes_of(history, executions(3), timeout=PATIENCE)
        assert caught.value.in_doubt
    async with connect(own_server, "token", retry=None) as history:
        with pytest.raises(Unavailable):
            await outcomes_of(history, executions(3))


async def test_a_source_may_rest_for_longer_than_the_server_may_be_silent(history, user):
    async def source(silence: float):
        for one in executions(3):
            await asyncio.sleep(1.1 * silence)
            yield one

    # The time is for answers, and not for a new connection.
    await history.get_workflow_statistics(user)
    # A busy machine may take longer than that for an answer, but not however long it is.
    for silence in (1, 5, 20):
        with contextlib.suppress(DeadlineExceeded):
            outcomes = await outcomes_of(history, source(silence), timeout=silence)
            assert {one.error for one in outcomes} == {None}
            return
    pytest.fail("nothing was answered in time")


async def test_a_caller_over_its_limit_goes_on_when_it_may(user):
    server = Server("--caller-bytes-per-second", "20k")
    try:
        server.start()
        async with connect(server, server.token(user)) as history:
            outcomes = []
            for _ in range(3):
                outcomes += await outcomes_of(history, executions(300, input_data="x" * 100))
            assert {one.error for one in outcomes} == {None}
            assert len(await stored(history, user)) == 900
    finally:
        server.remove()


async def test_a_token_that_is_refused_is_replaced(server, user):
    given = [server.token(user), "expired"]

    async def token() -> str:
        return given.pop()

    async with connect(server, token) as history:
        assert {one.error for one in await outcomes_of(history, executions(3))} == {None}
    assert given == []
