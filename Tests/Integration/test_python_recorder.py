"""What the recorder of the Python client records."""

import asyncio
import contextlib
import datetime
import json
import logging

import pytest
from workflow_history_client import ExecutionRecorder, SpoolFull, WorkflowHistoryService

from harness.python_client import LostCalls, connect, losing

FIELDS = {"workflow_type": "nightly", "workflow_id": "wf-1"}


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


async def details(history, run) -> dict:
    return await history.get_workflow_execution_details(run.execution_id)


def left(spool) -> list:
    """The segments that are not delivered."""
    return list(spool.glob("process-*/*.records"))


async def test_a_run_is_running_and_then_completed(history, user, spool):
    async with ExecutionRecorder(history, spool) as recorder:
        began = datetime.datetime.now(datetime.UTC)
        async with recorder.execution(
            **FIELDS, input_data={"rows": 10}, execution_metadata={"host": "a"}
        ) as run:
            await recorder.delivered()
            running = await details(history, run)
            run.output({"rows": 1})
            run.output({"rows": 9})
        await recorder.delivered()
        done = await details(history, run)
    assert (running["status"], running["version"]) == ("RUNNING", 1)
    assert running["input_data"] == {"rows": 10}
    assert running["execution_metadata"] == {"host": "a"}
    assert (done["status"], done["version"]) == ("COMPLETED", 2)
    assert done["user_id"] == user
    assert done["output_data"] == {"rows": 9}
    assert done["error_message"] is None
    assert done["start_time"] == running["start_time"] >= began
    took = (done["end_time"] - done["start_time"]).total_seconds()
    assert done["duration_seconds"] == pytest.approx(took, abs=1e-5)
    assert left(spool) == []


async def test_a_run_that_ends_before_it_is_sent_is_one_save(own_server, spool):
    token = own_server.token("ann")
    async with connect(own_server, token) as away:
        own_server.stop()
        recorder = ExecutionRecorder(away, spool)
        runs = []
        for number in range(3):
            async with recorder.execution(**FIELDS, input_data=number) as run:
                run.output(-number)
                runs.append(run)
        await recorder.close(timeout=0)
    own_server.start()
    async with connect(own_server, token) as back, ExecutionRecorder(back, spool) as recorder:
        await recorder.delivered()
        done = [await details(back, run) for run in runs]
        # The beginning of the first was on its way when it ended.
        assert recorder.counts.delivered == 4
    assert [one["version"] for one in done] == [2, 1, 1]
    assert {one["status"] for one in done} == {"COMPLETED"}
    assert [(one["input_data"], one["output_data"]) for one in done] == [(0, 0), (1, -1), (2, -2)]


async def test_tasks_are_told_in_the_order_in_which_they_began(history, spool):
    async with ExecutionRecorder(history, spool) as recorder:
        async with recorder.execution(**FIELDS) as run:
            with run.task("fetch"):
                async with run.task("parse"):
                    await asyncio.sleep(0.01)
            with pytest.raises(KeyError), run.task("load"):
                raise KeyError("rows")
            running = run.task("report")
            running.__enter__()
        await recorder.delivered()
        fetch, parse, load, report = (await details(history, run))["task_results"]
    assert [task["task_name"] for task in (fetch, parse, load)] == ["fetch", "parse", "load"]
    assert [task["status"] for task in (fetch, parse, load)] == ["COMPLETED", "COMPLETED", "FAILED"]
    assert 0.01 <= parse["duration_seconds"] <= fetch["duration_seconds"] < 10
    assert load["error"] == "KeyError: 'rows'"
    assert "error" not in fetch
    assert report == {"task_name": "report", "status": "RUNNING"}


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit, StopAsyncIteration])
async def test_what_is_raised_is_told_and_goes_on(history, spool, kind):
    raised = kind("it broke")
    async with ExecutionRecorder(history, spool) as recorder:
        try:
            async with recorder.execution(**FIELDS) as run:
                with run.task("load"):
                    raise raised
        except BaseException as error:
            assert error is raised
        await recorder.delivered()
        failed = await details(history, run)
    assert failed["status"] == "FAILED"
    lines = failed["error_message"].splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == f"{kind.__name__}: it broke"
    assert "workflow_history_client" not in failed["error_message"]
    [task] = failed["task_results"]
    assert (task["status"], task["error"]) == ("FAILED", f"{kind.__name__}: it broke")


async def test_a_run_that_is_cancelled_has_failed(history, spool):
    async with ExecutionRecorder(history, spool) as recorder:
        runs = []

        async def forever():
            async with recorder.execution(**FIELDS) as run:
                runs.append(run)
                await asyncio.Event().wait()

        task = asyncio.create_task(forever())
        while not runs:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await recorder.delivered()
        failed = await details(history, runs[0])
    assert failed["status"] == "FAILED"
    assert failed["error_message"].endswith("asyncio.exceptions.CancelledError")


async def test_a_run_that_is_cancelled_as_it_begins_does_not_stay_running(history, user, spool):
    async with ExecutionRecorder(history, spool) as recorder:

        async def begin():
            async with recorder.execution(**FIELDS):
                raise AssertionError("it began")

        task = asyncio.create_task(begin())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await recorder.delivered()
        page = await history.get_user_workflow_history(user)
    assert [one["status"] for one in page["executions"]] == ["FAILED"]


async def test_a_long_traceback_keeps_its_beginning_and_its_end(history, spool):
    async with ExecutionRecorder(history, spool) as recorder:
        with pytest.raises(ValueError):
            async with recorder.execution(**FIELDS) as run:
                raise ValueError("begin \0 \udcff" + "ä" * 100_000 + " end")
        await recorder.delivered()
        text = (await details(history, run))["error_message"]
    assert text.startswith("Traceback (most recent call last):\n")
    assert text.endswith("ä end")
    assert "ValueError: begin \ufffd ?ä" in text
    assert "bytes left out" in text
    assert 65_000 < len(text.encode()) <= 65_536


async def test_runs_that_go_on_at_once_are_told_apart(history, user, spool):
    async with ExecutionRecorder(history, spool) as recorder:

        async def one(number: int):
            async with recorder.execution(workflow_type="etl", workflow_id=str(number)) as run:
                await asyncio.sleep(0)
                run.output(number)

        await asyncio.gather(*(one(number) for number in range(300)))
        await recorder.delivered()
        kept = [one async for one in history.iterate_user_workflow_history(user)]
    assert sorted(one["output_data"] for one in kept) == list(range(300))
    assert all(one["workflow_id"] == str(one["output_data"]) for one in kept)
    assert {one["status"] for one in kept} == {"COMPLETED"}
    assert recorder.counts.recorded == 300


async def test_a_document_that_is_no_json_is_left_out_and_said(history, spool, caplog):
    async with ExecutionRecorder(history, spool) as recorder:
        async with recorder.execution(**FIELDS, input_data=float("nan")) as run:
            run.output(object())
        await recorder.delivered()
        done = await details(history, run)
    assert done["status"] == "COMPLETED"
    assert (done["input_data"], done["output_data"]) == (None, None)
    assert recorder.counts.documents_dropped == 2
    assert "is not JSON" in caplog.text


async def test_what_the_server_refuses_is_kept_with_the_reason_and_the_run_is_told(
    history, spool, caplog
):
    async with ExecutionRecorder(history, spool) as recorder:
        async with recorder.execution(**FIELDS, input_data="\0") as early:
            await recorder.delivered()
        async with recorder.execution(**FIELDS) as late:
            await recorder.delivered()
            late.output("\0")
        async with recorder.execution(workflow_type="", workflow_id="wf") as nameless:
            pass
        async with recorder.execution(**FIELDS) as good:
            pass
        await recorder.delivered()
        for run in (early, late, good):
            assert (await details(history, run))["status"] == "COMPLETED"
    [file] = (spool / "refused").iterdir()
    refused = [json.loads(line) for line in file.read_text().splitlines()]
    # The end of one whose beginning was refused is too, if it did not come with it.
    assert recorder.counts.refused == len(refused) == caplog.text.count("was refused") in (3, 4)
    for one, run, kind, field in zip(
        refused[:3],
        (early, late, nameless),
        ("Save", "Update", "Save"),
        ("input_data", "output_data", "workflow_type"),
        strict=True,
    ):
        assert one["execution_id"] == run.execution_id
        assert one["kind"] == f"{kind}WorkflowExecutionRequest"
        assert f"execution.{field}" in one["reason"]
    assert refused[0]["request"]["execution"]["input_data"]["json"] == '"\\u0000"'


async def test_a_document_that_is_too_large_costs_its_run_only_the_document(history, spool):
    async with ExecutionRecorder(history, spool) as recorder:
        async with recorder.execution(**FIELDS) as run:
            run.output("x" * (5 << 20))
        async with recorder.execution(**FIELDS) as late:
            await recorder.delivered()
            late.output("x" * (5 << 20))
        await recorder.delivered()
        for one in (run, late):
            done = await details(history, one)
            assert (done["status"], done["output_data"]) == ("COMPLETED", None)
        assert recorder.counts.refused == 2


@pytest.mark.parametrize("lose", ["answer", "request"])
async def test_an_end_whose_answer_is_lost_is_told_once(server, user, spool, lose):
    calls = LostCalls("UpdateWorkflowExecution", lose)
    async with losing(server, calls) as channel:
        history = WorkflowHistoryService(channel, server.token(user), retry=None)
        async with ExecutionRecorder(history, spool) as recorder:
            async with recorder.execution(**FIELDS) as run:
                await recorder.delivered()
                run.output({"large": 1e23})
            await recorder.delivered()
            done = await details(history, run)
    assert calls.lost == 1
    assert (done["status"], done["version"]) == ("COMPLETED", 2)
    assert (recorder.counts.delivered, recorder.counts.refused) == (2, 0)


async def test_an_end_is_told_also_of_a_run_that_somebody_has_changed(history, user, spool):
    async with ExecutionRecorder(history, spool) as recorder:
        async with recorder.execution(**FIELDS) as run:
            await recorder.delivered()
            await history.update_workflow_execution(run.execution_id, workflow_type="renamed")
        await recorder.delivered()
        done = await details(history, run)
    assert (done["status"], done["workflow_type"], done["version"]) == ("COMPLETED", "renamed", 3)


async def test_an_end_that_somebody_else_has_told_stays_theirs(history, spool):
    async with ExecutionRecorder(history, spool) as recorder:
        for change in ({"status": "FAILED"}, None):
            async with recorder.execution(**FIELDS) as run:
                await recorder.delivered()
                if change is None:
                    await history.delete_workflow_execution(run.execution_id)
                else:
                    await history.update_workflow_execution(run.execution_id, **change)
            await recorder.delivered()
            kept = await details(history, run)
            assert kept is None if change is None else kept["status"] == "FAILED"
        assert recorder.counts.refused == 2


async def test_nearly_full_runs_are_told_without_documents_and_full_not_at_all(
    own_server, spool, caplog
):
    caplog.set_level(logging.WARNING)
    token = own_server.token("ann")
    async with connect(own_server, token) as away:
        own_server.stop()
        recorder = ExecutionRecorder(away, spool, max_bytes=40_000)
        runs = []
        async with contextlib.AsyncExitStack() as stack:
            for number in range(40):
                run = await stack.enter_async_context(
                    recorder.execution(**FIELDS, input_data=["x" * 1_000, number])
                )
                runs.append(run)
                run.output("y" * 1_000)
        size = sum(path.stat().st_size for path in left(spool))
        counts = recorder.counts
        assert counts.recorded + counts.not_recorded == 40
        assert 10 < counts.recorded < 30
        assert counts.documents_dropped > 0
        assert counts.ends_lost == 0
        assert size <= 40_000
        assert caplog.text.count("is not recorded") == counts.not_recorded
        await recorder.close(timeout=0)
        strict = ExecutionRecorder(away, spool, max_bytes=1_000, when_full="raise")
        with pytest.raises(SpoolFull):
            async with strict.execution(**FIELDS):
                raise AssertionError("it began")
        await strict.close(timeout=0)
    own_server.start()
    async with (
        connect(own_server, token) as back,
        ExecutionRecorder(back, spool) as recorder,
    ):
        await recorder.delivered()
        found = [await details(back, run) for run in runs]
    kept = [one for one in found if one is not None]
    assert len(kept) == counts.recorded
    assert {one["status"] for one in kept} == {"COMPLETED"}
    with_input = [one for one in kept if one["input_data"] is not None]
    assert 0 < len(with_input) < len(kept)
    assert found[: len(kept)] == kept


async def test_a_spool_that_cannot_be_made_is_said_at_once(history, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        ExecutionRecorder(history, tmp_path / "file")


async def test_a_disk_that_refuses_fails_no_run(history, spool, caplog):
    async with ExecutionRecorder(history, spool) as recorder:
        [folder] = spool.glob("process-*")
        folder.rename(spool / "away")
        async with recorder.execution(**FIELDS):
            pass
        assert (recorder.counts.not_recorded, recorder.counts.recorded) == (1, 0)
        assert "can't be written down" in caplog.text
        (spool / "away").rename(folder)
        async with recorder.execution(**FIELDS) as run:
            pass
        await recorder.delivered()
        assert (await details(history, run))["status"] == "COMPLETED"


async def test_a_run_that_outlives_its_recorder_is_not_failed_by_it(history, spool, caplog):
    recorder = ExecutionRecorder(history, spool)
    async with recorder.execution(**FIELDS):
        await recorder.close(timeout=0)
    assert recorder.counts.ends_lost == 1
    assert "can't be written down" in caplog.text
    async with recorder.execution(**FIELDS):
        pass
    assert recorder.counts.not_recorded == 1


async def test_a_recorder_that_does_not_wait_for_the_disk_records_as_well(history, user, spool):
    async with ExecutionRecorder(history, spool, durable=False) as recorder:
        for _ in range(20):
            async with recorder.execution(**FIELDS):
                pass
        await recorder.delivered()
    page = await history.get_user_workflow_history(user)
    assert [one["status"] for one in page["executions"]] == ["COMPLETED"] * 20
    assert list(spool.glob("process-*")) == []
