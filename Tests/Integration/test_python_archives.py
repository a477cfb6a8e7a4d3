"""Executions that are exported and imported by the Python client."""

import asyncio
import contextlib
import dataclasses
import datetime
import signal
from collections.abc import AsyncIterator
from datetime import UTC

import pytest
from workflow_history_client import (
    AlreadyExists,
    InvalidArgument,
    PermissionDenied,
    ResourceExhausted,
    RetryPolicy,
    Unavailable,
    WorkflowHistoryService,
    new_execution_id,
)

from harness import tokens
from harness.identifiers import fresh_user, uuid7
from harness.python_client import connect, save
from harness.server import Server

# Long enough for a server to start on a busy machine.
PATIENCE = 120
START = datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)


async def exported(history: WorkflowHistoryService, **filters: object) -> list[dict]:
    async with history.export_workflow_executions(**filters) as export:
        return [one async for one in export]


async def imported(history: WorkflowHistoryService, executions, **options: object) -> list:
    return [one async for one in history.import_workflow_executions(executions, **options)]


def importer(server: Server, **options: object) -> WorkflowHistoryService:
    """The client of one who may import, and read what is theirs."""
    return connect(server, server.token(fresh_user(), scope=tokens.IMPORT), **options)


def operator(server: Server) -> WorkflowHistoryService:
    return connect(server, server.token(fresh_user(), scope=tokens.ANY_USER))


def archived(user: str, **fields: object) -> dict[str, object]:
    """What is required of one that was never exported."""
    required = {"workflow_id": "wf", "workflow_type": "etl", "user_id": user, "status": "FAILED"}
    return {"id": new_execution_id(), **required, **fields}


async def save_large(history: WorkflowHistoryService, count: int):
    """Saves executions of which each fills an answer of an export."""
    given = (
        {"workflow_id": "wf", "workflow_type": "etl", "status": "FAILED", "input_data": "x" * 10**6}
        for _ in range(count)
    )
    assert [one.error async for one in history.save_workflow_executions(given)] == [None] * count


async def test_what_is_exported_and_imported_elsewhere_is_exported_there_as_the_same(
    history, user, own_server
):
    given = [
        {
            "workflow_id": f"wf ☃ {number}",
            "workflow_type": ["etl", "ml"][number % 2],
            "status": ["RUNNING", "FAILED", "COMPLETED"][number % 3],
            "input_data": [{"rows": [1.5, None, 2**70]}, "text", [], None][number % 4],
            "task_results": [None, [{"task_name": "load"}]][number % 2],
            "error_message": ["no", None][number % 2],
            "start_time": START,
            "duration_seconds": [0.1, None][number % 2],
            "execution_metadata": [None, {"host": "a"}][number % 2],
        }
        for number in range(250)
    ]
    ids = [one.execution_id async for one in history.save_workflow_executions(given)]
    for one in ids[::50]:
        await history.update_workflow_execution(one, error_message="another")
    first = await exported(history)
    assert [one["id"] for one in first] == sorted(ids)
    assert {one["version"] for one in first} == {1, 2}
    details = await history.get_workflow_execution_details(first[0]["id"])
    assert {**first[0], "abandoned": False} == {
        **details,
        "save_digest": first[0]["save_digest"],
    }
    async with importer(own_server) as there, operator(own_server) as reader:
        # The second time nothing changes.
        for _ in range(2):
            outcomes = await imported(there, first)
            assert [(one.index, one.execution_id, one.error) for one in outcomes] == [
                (index, one["id"], None) for index, one in enumerate(first)
            ]
            assert await exported(reader, all_users=True) == first


async def test_an_export_is_imported_as_it_comes(history, user, own_server):
    await save_large(history, 12)
    async with importer(own_server) as there, operator(own_server) as reader:
        async with history.export_workflow_executions() as export:
            outcomes = await imported(there, export)
        assert [one.error for one in outcomes] == [None] * 12
        assert await exported(reader, user_id=user) == await exported(history)


async def test_a_save_that_is_sent_again_is_known_where_it_was_imported(history, user, own_server):
    fields = {"execution_id": new_execution_id(), "input_data": {"rows": 10}}
    await save(history, user, **fields)
    async with importer(own_server) as there:
        await imported(there, await exported(history))
    async with connect(own_server, own_server.token(user)) as there:
        assert await save(there, user, **fields) == fields["execution_id"]
        with pytest.raises(AlreadyExists):
            await save(there, user, **fields | {"input_data": {"rows": 11}})


async def test_only_what_meets_every_filter_is_exported_oldest_first(history, user):
    now, day = datetime.datetime.now(UTC), datetime.timedelta(days=1)
    wanted = {"workflow_id": "a", "workflow_type": "etl", "status": "FAILED"}
    for other in (
        {"workflow_id": "b"},
        {"workflow_type": "ml"},
        {"status": "RUNNING"},
        {"execution_id": uuid7((now - 2 * day).timestamp()), "start_time": now - 2 * day},
        {"execution_id": uuid7((now + day / 1440).timestamp())},
    ):
        await save(history, user, **wanted | other)
    first = await save(history, user, **wanted)
    second = await save(history, user, **wanted | {"status": "PAUSED"})
    found = await exported(
        history,
        workflow_id="a",
        workflow_type="etl",
        statuses=["failed", "PAUSED"],
        created_after=now - day,
        created_before=now + day / 2880,
    )
    assert [one["id"] for one in found] == [first, second]
    assert [one["id"] for one in await exported(history, statuses="PAUSED")] == [second]


async def test_the_total_is_known_when_an_export_has_begun(history, user):
    await save_large(history, 4)
    for fields, total, count in (
        ({"include_total": True}, 4, 4),
        ({"include_total": True, "workflow_type": "none"}, 0, 0),
        ({}, None, 4),
        ({"workflow_type": "none"}, None, 0),
    ):
        export = history.export_workflow_executions(**fields)
        assert export.total is None
        async with export:
            assert export.total == total
            assert len([one async for one in export]) == count
        assert export.total == total
    unopened = history.export_workflow_executions(include_total=True)
    assert (await anext(unopened))["user_id"] == user
    assert unopened.total == 4
    await unopened.aclose()
    assert [one async for one in unopened] == []


@dataclasses.dataclass(frozen=True)
class Waits(RetryPolicy):
    """Notes that an attempt failed."""

    failed: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)

    def backoff(self, attempt: int) -> float:
        self.failed.set()
        return super().backoff(attempt)


async def test_an_export_begins_when_the_server_is_back(own_server, user):
    waits = Waits()
    token = own_server.token(user)
    async with connect(own_server, token, retry=waits, timeout=PATIENCE) as history:
        saved = await save(history, user)
        own_server.stop()
        begun = asyncio.create_task(exported(history))
        await waits.failed.wait()
        await asyncio.to_thread(own_server.start)
        assert [one["id"] for one in await begun] == [saved]


async def test_an_export_is_not_begun_again_after_its_time(own_server, user):
    token = own_server.token(user)
    own_server.stop()
    async with connect(own_server, token) as history:
        with pytest.raises(Unavailable):
            await exported(history, timeout=0.5)
    async with connect(own_server, token, retry=None) as history:
        with pytest.raises(Unavailable):
            await exported(history)


async def test_an_export_that_breaks_off_raises_and_is_not_begun_again(own_server, user):
    token = own_server.token(user)
    async with connect(own_server, token, timeout=PATIENCE) as history:
        await save_large(history, 30)
        taken = []
        with pytest.raises(Unavailable):
            async for one in history.export_workflow_executions():
                taken.append(one["id"])
                if len(taken) == 1:
                    await asyncio.to_thread(own_server.stop, signal.SIGKILL)
                    await asyncio.to_thread(own_server.start)
        assert 1 <= len(taken) < 30
        assert len(await exported(history)) == 30


async def test_an_export_waits_for_its_turn(server, user):
    waits, is_free = [], asyncio.Event()

    async def sleep(seconds: float):
        waits.append(seconds)
        await is_free.wait()

    async with (
        connect(server, server.token(user), retry=RetryPolicy(sleep=sleep)) as history,
        contextlib.AsyncExitStack() as running,
    ):
        await save_large(history, 10)
        # One connection is one loop's, which runs one of each user.
        await running.enter_async_context(history.export_workflow_executions())
        waiting = asyncio.create_task(exported(history, timeout=PATIENCE))
        while not waits:
            await history.get_workflow_statistics(user)
        assert waits[0] > 0
        await running.aclose()
        is_free.set()
        assert len(await waiting) == 10


async def test_what_is_refused_of_an_import_says_why_and_keeps_no_other_from_it(server, user):
    taken, good = archived(user), archived(user)
    given = [
        taken,
        archived(user, id="no id"),
        archived(user, id=None),
        archived(user, start_time=START, end_time=START - datetime.timedelta(days=1)),
        archived(user, save_digest=b"short"),
        archived(user, save_digest="text"),
        archived(user, version="2"),
        archived(user, updated_at=datetime.datetime(2026, 1, 1)),
        archived(user, status="NEVER"),
        archived(user, colour="red"),
        {**taken, "workflow_id": "another"},
        archived(user, input_data="x" * (4 << 20)),
        good,
    ]
    async with importer(server) as there:
        outcomes = await imported(there, given)
    assert [one.index for one in outcomes] == list(range(len(given)))
    assert [one.execution_id for one in outcomes] == [str(one["id"] or "") for one in given]
    errors = [one.error for one in outcomes]
    blamed = {
        place: [one.field for one in error.field_violations]
        for place, error in enumerate(errors)
        if isinstance(error, InvalidArgument)
    }
    assert blamed == {
        1: ["execution.id"],
        2: ["execution.id"],
        3: ["execution.end_time"],
        4: ["save_digest"],
        5: ["save_digest"],
        6: ["execution.version"],
        7: ["execution.updated_at"],
        8: ["execution.status"],
        9: ["execution.colour"],
    }
    assert [type(errors[place]) for place in (10, 11)] == [AlreadyExists, ResourceExhausted]
    assert [errors[place] for place in (0, 12)] == [None, None]
    async with connect(server, server.token(user)) as history:
        assert [one["id"] for one in await exported(history)] == sorted([taken["id"], good["id"]])


async def test_an_import_makes_up_nothing_that_was_left_out(server, user):
    old = archived(user, id=uuid7(START.timestamp()))
    told = archived(user, version=7, updated_at=START, created_at="the id's own", end_time=START)
    async with importer(server) as there, connect(server, server.token(user)) as history:
        assert [one.error for one in await imported(there, [old, told])] == [None, None]
        first, second = [
            await history.get_workflow_execution_details(one["id"]) for one in (old, told)
        ]
    millisecond = START.replace(microsecond=0)
    assert (first["created_at"], first["updated_at"], first["version"]) == (
        millisecond,
        millisecond,
        1,
    )
    assert (first["start_time"], first["end_time"], first["duration_seconds"]) == (None, None, None)
    assert (second["version"], second["updated_at"], second["end_time"]) == (7, START, START)


async def test_no_more_is_read_ahead_than_the_window_has(server, user):
    read = 0

    async def source() -> AsyncIterator[dict[str, object]]:
        nonlocal read
        while read < 20_000:
            read += 1
            yield archived(user)

    async with importer(server) as there:
        outcomes = there.import_workflow_executions(source())
        await anext(outcomes)
        # The rest waits until its outcomes are taken.
        for _ in range(20):
            await there.get_workflow_statistics("")
        assert read <= 2_300
        await outcomes.aclose()


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM])
async def test_an_import_goes_on_after_a_restart_and_imports_nothing_twice(own_server, user, by):
    async def restart():
        await asyncio.to_thread(own_server.stop, by)
        await asyncio.to_thread(own_server.start)

    given = [archived(user, save_digest=bytes(range(32)), version=3) for _ in range(10_000)]
    async with importer(own_server, timeout=PATIENCE) as there, operator(own_server) as reader:
        done = 0
        restarting = None
        async for outcome in there.import_workflow_executions(given):
            assert (outcome.index, outcome.execution_id) == (done, given[done]["id"])
            assert outcome.error is None
            done += 1
            if done == 1_000:
                restarting = asyncio.create_task(restart())
        await restarting
        found = await exported(reader, user_id=user)
        assert [one["id"] for one in found] == sorted(one["id"] for one in given)
        assert {one["version"] for one in found} == {3}
        statistics = await reader.get_workflow_statistics(user)
        assert statistics["total_executions"] == done == 10_000


async def test_importing_needs_its_scope_and_exporting_another_users_theirs(server, user):
    async with connect(server, server.token(user)) as history:
        await save(history, user)
        with pytest.raises(PermissionDenied):
            await imported(history, [archived(user)])
    async with operator(server) as reader, importer(server) as there:
        with pytest.raises(PermissionDenied):
            await imported(reader, [archived(user)])
        for fields in ({"user_id": user}, {"all_users": True}):
            with pytest.raises(PermissionDenied):
                await exported(there, **fields)
        assert await exported(there) == []
        assert [one["user_id"] for one in await exported(reader, user_id=user)] == [user]


async def test_an_export_that_can_not_be_asked_for_says_why(history):
    for fields in ({"statuses": ["NEVER"]}, {"created_after": datetime.datetime(2026, 1, 1)}):
        with pytest.raises(InvalidArgument):
            history.export_workflow_executions(**fields)
    with pytest.raises(InvalidArgument) as caught:
        await exported(history, workflow_type="x" * 256)
    assert [one.field for one in caught.value.field_violations] == ["workflow_type"]
