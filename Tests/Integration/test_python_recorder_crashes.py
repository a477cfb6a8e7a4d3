"""What the recorder keeps while servers, databases and executors die."""

import asyncio
import contextlib
import os
import pathlib
import signal
import zlib

import pytest
from workflow_history_client import ExecutionRecorder, RetryPolicy, WorkflowHistoryService

from harness.python_client import connect
from harness.recording import Executor
from harness.server import Server, wait_until

FIELDS = {"workflow_type": "nightly", "workflow_id": "wf-1"}


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


def segments(spool: pathlib.Path) -> list[pathlib.Path]:
    return sorted(spool.glob("process-*/*.records"))


async def runs_of(history: WorkflowHistoryService, user: str) -> dict[str, dict]:
    kept = [one async for one in history.iterate_user_workflow_history(user)]
    by_id = {one["id"]: one for one in kept}
    assert len(by_id) == len(kept)
    return by_id


async def record(recorder: ExecutionRecorder, count: int, seconds: float = 0) -> list[str]:
    ids = []
    for number in range(count):
        async with recorder.execution(**FIELDS, input_data=number) as run:
            await asyncio.sleep(seconds)
            ids.append(run.execution_id)
    return ids


async def deliver(server: Server, user: str, spool: pathlib.Path) -> dict[str, dict]:
    """What the server has once all of the spool is delivered."""
    async with connect(server, server.token(user)) as history:
        async with ExecutionRecorder(history, spool) as recorder:
            await recorder.delivered()
        assert segments(spool) == []
        assert list(spool.glob("process-*")) == []
        assert list((spool / "refused").iterdir()) == []
        return await runs_of(history, user)


async def test_runs_while_the_server_is_away_take_no_longer_and_are_there_when_it_is_back(
    own_server, user, spool
):
    own_server.stop()
    is_back = asyncio.Event()

    async def until_it_is_back(_: float):
        await is_back.wait()

    # What waits for an attempt to be worth while waits until the server is back.
    retry = RetryPolicy(sleep=until_it_is_back)
    async with (
        connect(own_server, own_server.token(user), retry=retry) as history,
        ExecutionRecorder(history, spool) as recorder,
    ):
        ids = await record(recorder, 200)
        assert recorder.counts.delivered == 0
        await asyncio.to_thread(own_server.start)
        is_back.set()
        await recorder.delivered()
        kept = await runs_of(history, user)
    assert set(kept) == set(ids)
    assert {one["status"] for one in kept.values()} == {"COMPLETED"}
    assert [kept[name]["input_data"] for name in ids] == list(range(200))


async def test_a_server_and_its_postgres_that_are_killed_cost_no_run(own_server, user, spool):
    async def faults():
        for _ in range(2):
            await asyncio.sleep(0.3)
            for postmaster in own_server.postmasters():
                os.kill(postmaster, signal.SIGKILL)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(own_server.stop, signal.SIGKILL)
            await asyncio.to_thread(own_server.start)

    async with (
        connect(own_server, own_server.token(user)) as history,
        ExecutionRecorder(history, spool) as recorder,
    ):
        going = asyncio.create_task(faults())
        recorded = await asyncio.gather(*(record(recorder, 100, 0.02) for _ in range(8)))
        await going
        await recorder.delivered()
        kept = await runs_of(history, user)
        total = (await history.get_workflow_statistics(user))["completed_executions"]
    ids = {name for several in recorded for name in several}
    assert len(ids) == total == 800
    assert {name: one["status"] for name, one in kept.items()} == dict.fromkeys(ids, "COMPLETED")
    assert {one["version"] for one in kept.values()} <= {1, 2}
    assert recorder.counts.refused == 0


async def test_processes_that_live_share_no_spool(own_server, user, spool):
    async with connect(own_server, own_server.token(user)) as history:
        own_server.stop()
        first, second = (ExecutionRecorder(history, spool) for _ in range(2))
        ids = await record(first, 3) + await record(second, 3)
        own_server.start()
        await second.delivered()
        assert set(await runs_of(history, user)) >= set(ids[3:])
        await first.delivered()
        await first.close()
        await second.close()
    assert set(await deliver(own_server, user, spool)) == set(ids)


async def test_a_child_that_outlives_its_parent_keeps_no_spool(own_server, user, spool):
    own_server.stop()
    executor = Executor(own_server, user, spool, forks=True)
    await asyncio.to_thread(wait_until, lambda: len(executor.ended) >= 5)
    os.kill(executor.process.pid, signal.SIGKILL)
    executor.process.wait()
    try:
        own_server.start()
        kept = await deliver(own_server, user, spool)
        assert set(executor.began) <= set(kept)
    finally:
        for child in executor.children:
            os.kill(child, signal.SIGKILL)
        executor.wait()


@pytest.mark.parametrize("cut", [1, 7, 8, 9, 40])
async def test_a_record_that_a_crash_cut_short_costs_no_other(server, user, spool, cut):
    async with connect_nowhere() as nobody:
        recorder = ExecutionRecorder(nobody, spool)
        ids = await record(recorder, 3)
        await recorder.close(timeout=0)
    last = segments(spool)[-1]
    data = last.read_bytes()
    # Of the record after these, so many bytes, as they are and as zeros.
    last.write_bytes(data + (data[:cut] if cut % 2 else bytes(cut)))
    assert set(await deliver(server, user, spool)) == set(ids)


async def test_a_record_that_is_damaged_is_kept_beside_the_spool(history, user, spool, caplog):
    async with connect_nowhere() as nobody:
        recorder = ExecutionRecorder(nobody, spool)
        ids = await record(recorder, 3)
        await recorder.close(timeout=0)
    last = segments(spool)[-1]
    data = bytearray(last.read_bytes())
    data[-1] ^= 1
    last.write_bytes(data)
    async with ExecutionRecorder(history, spool) as recorder:
        await recorder.delivered()
        kept = await runs_of(history, user)
    assert set(kept) == set(ids)
    assert [kept[name]["status"] for name in ids] == ["COMPLETED", "COMPLETED", "RUNNING"]
    [copy] = (spool / "refused").iterdir()
    rest = copy.read_bytes()
    assert data.endswith(rest)
    assert zlib.crc32(rest[8:]) != int.from_bytes(rest[4:8], "little")
    assert "is damaged" in caplog.text


def connect_nowhere() -> contextlib.AbstractAsyncContextManager[WorkflowHistoryService]:
    return WorkflowHistoryService.connect("unix:/nonexistent", retry=None)
