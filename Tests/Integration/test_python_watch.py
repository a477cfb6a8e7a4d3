"""Changes that are told as they happen, by the Python client."""

import asyncio
import contextlib
import dataclasses
import datetime
import signal
from datetime import UTC

import grpc
import pytest
from workflow_history_client import (
    InvalidArgument,
    OutOfRange,
    PermissionDenied,
    RetryPolicy,
    Unauthenticated,
    Unavailable,
    Watch,
    WorkflowHistoryService,
)

from harness import tokens
from harness.identifiers import fresh_user, uuid7
from harness.python_client import connect, save

START = datetime.datetime(2026, 1, 2, tzinfo=UTC)


async def take(watch: Watch, count: int) -> list[dict]:
    return [await anext(watch) for _ in range(count)]


async def take_all(watch: Watch) -> list[dict]:
    return [change async for change in watch]


def told(changes: list[dict]) -> list[tuple]:
    return [(one["kind"], one["execution_id"], one["version"], one["status"]) for one in changes]


async def test_saves_updates_and_deletions_are_told_with_the_execution(history, user):
    async with history.watch_workflow_executions() as watch:
        saved = await save(history, user, workflow_id="wf-9", input_data={"rows": 10})
        [created] = await take(watch, 1)
        await history.update_workflow_execution(saved, status="COMPLETED")
        [updated] = await take(watch, 1)
        await history.delete_workflow_execution(saved)
        [deleted] = await take(watch, 1)
    assert told([created, updated, deleted]) == [
        ("CREATED", saved, 1, "RUNNING"),
        ("UPDATED", saved, 2, "COMPLETED"),
        ("DELETED", saved, 2, "COMPLETED"),
    ]
    assert (created["user_id"], created["workflow_type"]) == (user, "etl")
    assert created["execution"]["workflow_id"] == "wf-9"
    # Without its documents.
    assert created["execution"]["input_data"] is None
    assert START < created["changed_at"] <= updated["changed_at"] <= deleted["changed_at"]
    assert updated["execution"]["version"] == 2
    assert deleted["execution"] is None


async def test_only_what_meets_every_filter_is_told(history, user):
    now, day = datetime.datetime.now(UTC), datetime.timedelta(days=1)
    filters = {
        "workflow_id": "a",
        "workflow_type": "etl",
        "statuses": ["failed", "PAUSED"],
        "created_after": now - day,
        "created_before": now + day / 2880,
    }
    wanted = {"workflow_id": "a", "workflow_type": "etl", "status": "FAILED"}
    async with (
        history.watch_workflow_executions(user, **filters) as watch,
        history.watch_workflow_executions(statuses="PAUSED") as of_one_status,
    ):
        for other in (
            {"workflow_id": "b"},
            {"workflow_type": "ml"},
            {"status": "RUNNING"},
            {"execution_id": uuid7((now - 2 * day).timestamp()), "start_time": now - 2 * day},
            {"execution_id": uuid7((now + day / 1440).timestamp())},
        ):
            await save(history, user, **wanted | other)
        failed = await save(history, user, **wanted)
        paused = await save(history, user, **wanted | {"status": "PAUSED"})
        assert [one["execution_id"] for one in await take(watch, 2)] == [failed, paused]
        assert [one["execution_id"] for one in await take(of_one_status, 1)] == [paused]


async def test_another_watch_goes_on_from_every_change(history, user):
    async with history.watch_workflow_executions() as watch:
        begin = watch.resume_token
        saved = [await save(history, user) for _ in range(5)]
        changes = await take(watch, 5)
        end = watch.resume_token
    saved += [await save(history, user) for _ in range(3)]
    places = [begin, *(one["resume_token"] for one in changes), end]
    for token, number in zip(places, [0, 1, 2, 3, 4, 5, 5], strict=True):
        async with contextlib.aclosing(
            history.watch_workflow_executions(resume_token=token)
        ) as again:
            rest = await take(again, len(saved) - number)
        assert [one["execution_id"] for one in rest] == saved[number:]


async def test_what_was_received_and_not_yet_told_is_told_again_elsewhere(history, user):
    async with history.watch_workflow_executions() as watch:
        given = (
            {"workflow_id": str(number), "workflow_type": "etl", "status": "COMPLETED"}
            for number in range(300)
        )
        saved = [one.execution_id async for one in history.save_workflow_executions(given)]
        first = await take(watch, 30)
        token = watch.resume_token
    async with history.watch_workflow_executions(resume_token=token) as watch:
        changes = first + await take(watch, 270)
    assert sorted(one["execution_id"] for one in changes) == sorted(saved)


async def test_a_server_that_is_killed_again_and_again_costs_no_change_and_tells_none_twice(
    own_server, user
):
    token = own_server.token(user)
    async with (
        connect(own_server, token, timeout=120) as writer,
        connect(own_server, token) as reader,
        reader.watch_workflow_executions() as watch,
    ):
        written: list[tuple] = []
        changes: list[dict] = []
        is_over = asyncio.Event()

        async def write():
            while not is_over.is_set():
                saved = await save(writer, user)
                await writer.update_workflow_execution(
                    saved, status="COMPLETED", expected_version=1
                )
                written.extend(
                    [("CREATED", saved, 1, "RUNNING"), ("UPDATED", saved, 2, "COMPLETED")]
                )

        async def read():
            async for change in watch:
                changes.append(change)
                if change["status"] == "PAUSED":
                    return

        async def more_than(count: int):
            while len(changes) <= count:
                await asyncio.sleep(0.01)

        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            writing = group.create_task(write())
            for _ in range(3):
                await more_than(len(changes) + 20)
                await asyncio.to_thread(own_server.stop, signal.SIGKILL)
                await asyncio.to_thread(own_server.start)
            await more_than(len(changes) + 20)
            is_over.set()
            await writing
            last = await save(writer, user, status="PAUSED")
    assert told(changes) == [*written, ("CREATED", last, 1, "PAUSED")]


@dataclasses.dataclass(frozen=True)
class Attempts(RetryPolicy):
    """Notes which attempt, from 0, each wait is after."""

    made: list[int] = dataclasses.field(default_factory=list)

    def backoff(self, attempt: int) -> float:
        self.made.append(attempt)
        return super().backoff(attempt)


async def test_the_waits_grow_while_the_server_is_away_and_are_short_again_afterwards(
    own_server, user
):
    attempts = Attempts(max_backoff=0.1)
    token = own_server.token(user)
    async with (
        connect(own_server, token, retry=attempts) as history,
        connect(own_server, token, timeout=120) as writer,
        history.watch_workflow_executions() as watch,
    ):
        for _ in range(2):
            attempts.made.clear()
            own_server.stop()
            next_change = asyncio.ensure_future(anext(watch))
            while len(attempts.made) < 4:
                await asyncio.sleep(0.01)
            assert attempts.made[:4] == [0, 1, 2, 3]
            await asyncio.to_thread(own_server.start)
            saved = await save(writer, user)
            assert (await next_change)["execution_id"] == saved


async def test_without_retries_the_caller_goes_on(own_server, user):
    async with connect(own_server, own_server.token(user), retry=None) as history:
        watch = history.watch_workflow_executions()
        async with watch:
            first = await save(history, user)
            assert [one["execution_id"] for one in await take(watch, 1)] == [first]
            second = await save(history, user)
            own_server.stop(signal.SIGKILL)
            with pytest.raises(Unavailable):
                # It may have been told already.
                await take(watch, 2)
    own_server.start()
    async with connect(own_server, own_server.token(user)) as history:
        third = await save(history, user)
        async with history.watch_workflow_executions(resume_token=watch.resume_token) as again:
            ids = [one["execution_id"] for one in await take(again, 1)]
            if ids == [second]:
                ids += [one["execution_id"] for one in await take(again, 1)]
    assert ids in ([second, third], [third])


async def test_a_token_from_before_what_is_kept_is_out_of_range(own_server, user):
    async with connect(own_server, own_server.token(user)) as history:
        async with history.watch_workflow_executions() as watch:
            token = watch.resume_token
        await save(history, user)
        own_server.postgres().psql("UPDATE change_log_horizon SET horizon = pg_current_xact_id()")
        with pytest.raises(OutOfRange):
            await anext(history.watch_workflow_executions(resume_token=token))


async def test_what_is_refused_says_why(history, stranger):
    for fields in ({"user_id": stranger.user}, {"all_users": True}):
        with pytest.raises(PermissionDenied):
            await anext(history.watch_workflow_executions(**fields))
    with pytest.raises(InvalidArgument) as caught:
        await anext(history.watch_workflow_executions(resume_token="AAAA"))
    assert [one.field for one in caught.value.field_violations] == ["resume_token"]
    for fields in ({"statuses": ["NEVER"]}, {"created_after": datetime.datetime(2026, 1, 1)}):
        with pytest.raises(InvalidArgument):
            history.watch_workflow_executions(**fields)


async def test_all_users_are_told_of_to_who_may(server, user):
    async with (
        connect(server, server.token(fresh_user(), scope=tokens.ANY_USER)) as operator,
        operator.watch_workflow_executions(all_users=True) as of_all,
        operator.watch_workflow_executions(user) as of_one,
    ):
        other = fresh_user()
        theirs, ours = await save(operator, other), await save(operator, user)
        assert [one["execution_id"] for one in await take(of_one, 1)] == [ours]
        seen = set()
        while not seen >= {theirs, ours}:
            seen |= {one["execution_id"] for one in await take(of_all, 1)}


async def test_a_token_that_is_refused_is_replaced_once(server, user):
    given = ["worse", "expired", server.token(user), "expired"]

    async def token() -> str:
        return given.pop()

    async with connect(server, token) as history, history.watch_workflow_executions() as watch:
        saved = await save(history, user)
        assert [one["execution_id"] for one in await take(watch, 1)] == [saved]
    async with connect(server, token) as history:
        with pytest.raises(Unauthenticated):
            await anext(history.watch_workflow_executions())
    assert given == []


async def test_closing_the_watch_ends_a_wait_for_a_change(history):
    async with history.watch_workflow_executions() as watch:
        waiting = asyncio.ensure_future(take_all(watch))
        # It has nothing to do but to wait.
        await history.get_workflow_statistics("")
        await watch.aclose()
        assert await asyncio.wait_for(waiting, 60) == []


class Calls(grpc.aio.UnaryStreamClientInterceptor):
    """Keeps the calls that are made."""

    def __init__(self):
        self.made = []

    async def intercept_unary_stream(self, continuation, details, request):
        self.made.append(await continuation(details, request))
        return self.made[-1]


async def test_closing_the_watch_cancels_its_call(server, user):
    calls = Calls()
    credentials = grpc.ssl_channel_credentials(server.ca)
    async with grpc.aio.secure_channel(
        server.address, credentials, interceptors=[calls]
    ) as channel:
        history = WorkflowHistoryService(channel, server.token(user))
        async with history.watch_workflow_executions() as watch:
            pass
        closed = history.watch_workflow_executions()
        await save(history, user)
        waiting = asyncio.ensure_future(anext(closed))
        while len(calls.made) < 2:
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        for one in (watch, closed):
            assert await take_all(one) == []
        assert [call.cancelled() for call in calls.made] == [True, True]
        assert [call.time_remaining() for call in calls.made] == [None, None]
