"""Every call of the Python client, against a real server."""

import asyncio
import datetime
import typing
import uuid
from datetime import UTC

import grpc
import pytest
from workflow_history_client import (
    Aborted,
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    RetryPolicy,
    WorkflowHistoryService,
    new_execution_id,
    shapes,
)

from harness.channels import TRANSPORTS
from harness.learning import learn
from harness.python_client import connect, save
from harness.stubs import changes_pb2, execution_pb2, patterns_pb2, statistics_pb2
from test_patterns import plant

START = datetime.datetime(2026, 3, 29, 1, 30, 0, 500_000, UTC)


async def test_what_is_saved_is_read_back(history, user):
    execution_id = await history.save_workflow_execution(
        workflow_id=uuid.UUID(int=7),
        workflow_type="etl",
        user_id=user,
        status="FAILED",
        input_data={"rows": 10, "deep": [1.5, None, {"ü": True}]},
        output_data=["anything"],
        task_results=[
            {"task_name": "fetch", "status": "COMPLETED", "duration_seconds": 1.5, "error": None},
            {"task_name": "load", "status": "FAILED", "duration_seconds": 2, "error": "disk full"},
        ],
        error_message="disk full",
        start_time=START,
        end_time=START + datetime.timedelta(seconds=3.25),
        duration_seconds=3.5,
        execution_metadata={"host": "a"},
    )
    details = await history.get_workflow_execution_details(execution_id)
    assert details.pop("created_at") <= details.pop("updated_at") <= datetime.datetime.now(UTC)
    assert details == {
        "id": execution_id,
        "workflow_id": str(uuid.UUID(int=7)),
        "workflow_type": "etl",
        "user_id": user,
        "status": "FAILED",
        "input_data": {"rows": 10, "deep": [1.5, None, {"ü": True}]},
        "output_data": ["anything"],
        "task_results": [
            {"task_name": "fetch", "status": "COMPLETED", "duration_seconds": 1.5, "error": None},
            {"task_name": "load", "status": "FAILED", "duration_seconds": 2, "error": "disk full"},
        ],
        "error_message": "disk full",
        "start_time": START,
        "end_time": START + datetime.timedelta(seconds=3.25),
        "duration_seconds": 3.5,
        "execution_metadata": {"host": "a"},
        "version": 1,
        "abandoned": False,
    }
    assert details["start_time"].tzinfo is UTC


async def test_what_is_left_out_of_a_save_has_its_default(history, user):
    details = await history.get_workflow_execution_details(await save(history, user))
    assert (details["task_results"], details["execution_metadata"]) == ([], {})
    absent = ["input_data", "output_data", "error_message", "end_time", "duration_seconds"]
    assert [details[name] for name in absent] == [None] * len(absent)
    since = details["start_time"] - details["created_at"]
    assert abs(since) < datetime.timedelta(minutes=1)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_every_transport_serves(server, user, transport):
    async with connect(server, server.token(user), transport) as history:
        execution_id = await save(history, user)
        assert (await history.get_workflow_execution_details(execution_id))["id"] == execution_id


async def test_a_channel_of_the_callers_own_is_not_closed(server, user):
    credentials = grpc.ssl_channel_credentials(server.ca)
    async with grpc.aio.secure_channel(server.address, credentials) as channel:
        for _ in range(2):
            async with WorkflowHistoryService(channel, token=server.token(user)) as history:
                await save(history, user)
        assert (await history.get_user_workflow_history(user))["total"] == 2


async def test_a_save_with_an_id_is_made_once(history, user):
    execution_id = new_execution_id()
    assert await save(history, user, execution_id=execution_id) == execution_id
    assert await save(history, user, execution_id=execution_id) == execution_id
    with pytest.raises(AlreadyExists):
        await save(history, user, execution_id=execution_id, workflow_type="other")
    assert (await history.get_workflow_statistics(user))["total_executions"] == 1


def test_ids_are_in_the_order_in_which_they_are_made():
    ids = [new_execution_id() for _ in range(2_000)]
    assert ids == sorted(ids) and len(set(ids)) == len(ids)
    parsed = [uuid.UUID(one) for one in ids]
    assert {(one.version, one.variant) for one in parsed} == {(7, uuid.RFC_4122)}


async def test_an_update_changes_what_is_given(history, user):
    execution_id = await save(history, user, input_data={"a": 1}, error_message="slow")
    changes = {
        "status": "COMPLETED",
        "output_data": {"written": 10},
        "task_results": [{"task_name": "load"}],
        "error_message": None,
        "duration_seconds": 0,
    }
    assert await history.update_workflow_execution(execution_id, **changes) is True
    details = await history.get_workflow_execution_details(execution_id)
    assert {name: details[name] for name in changes} == changes
    assert (details["input_data"], details["version"]) == ({"a": 1}, 2)


async def test_an_update_of_another_version_is_aborted(history, user):
    execution_id = await save(history, user)
    await history.update_workflow_execution(execution_id, status="COMPLETED", expected_version=1)
    with pytest.raises(Aborted) as caught:
        await history.update_workflow_execution(execution_id, status="FAILED", expected_version=1)
    assert not caught.value.in_doubt
    with pytest.raises(FailedPrecondition):
        await history.update_workflow_execution(execution_id, status="RUNNING")
    assert await history.update_workflow_execution(
        execution_id, status="RUNNING", allow_reopen=True
    )


async def test_an_execution_whose_heartbeats_stop_is_abandoned(history, user):
    quiet, beating, never = [await save(history, user) for _ in range(3)]
    await history.heartbeat_workflow_execution(quiet, timeout_seconds=1)
    await history.heartbeat_workflow_execution(beating)

    async def abandoned() -> list[str]:
        page = await history.get_user_workflow_history(user, abandoned_only=True)
        assert all(one["abandoned"] for one in page["executions"])
        return [one["id"] for one in page["executions"]]

    while not (found := await abandoned()):
        await asyncio.sleep(0.05)
    assert found == [quiet]
    assert (await history.get_workflow_execution_details(quiet))["abandoned"]
    await history.heartbeat_workflow_execution(quiet)
    assert await abandoned() == []
    await history.update_workflow_execution(quiet, status="COMPLETED")
    with pytest.raises(FailedPrecondition):
        await history.heartbeat_workflow_execution(quiet)


async def test_what_nobody_has_is_none_or_false(history):
    nobodys = new_execution_id()
    assert await history.get_workflow_execution_details(nobodys) is None
    assert await history.update_workflow_execution(nobodys, status="FAILED") is False
    assert await history.delete_workflow_execution(nobodys) is False
    for call in (
        history.wait_for_workflow_execution(nobodys),
        history.heartbeat_workflow_execution(nobodys),
        history.estimate_workflow_execution(execution_id=nobodys),
    ):
        with pytest.raises(NotFound):
            await call


async def test_a_strangers_execution_is_denied(history, user, stranger):
    execution_id = stranger.save().id
    for call in (
        history.get_workflow_execution_details(execution_id),
        history.update_workflow_execution(execution_id, status="FAILED"),
        history.delete_workflow_execution(execution_id),
        history.get_user_workflow_history(stranger.user),
        save(history, stranger.user),
    ):
        with pytest.raises(PermissionDenied):
            await call


async def test_a_deletion_is_for_good(history, user):
    execution_id = await save(history, user)
    with pytest.raises(Aborted):
        await history.delete_workflow_execution(execution_id, expected_version=2)
    assert await history.delete_workflow_execution(execution_id, expected_version=1) is True
    assert await history.get_workflow_execution_details(execution_id) is None


async def test_history_is_paged_by_offset_over_more_than_a_page_of_the_server(history, user):
    saved = [await save(history, user, workflow_id=f"wf-{n}") for n in range(130)]
    newest_first = saved[::-1]
    page = await history.get_user_workflow_history(user, limit=120, offset=5)
    assert [one["id"] for one in page["executions"]] == newest_first[5:125]
    assert (page["total"], page["limit"], page["offset"], page["status_filter"]) == (
        *(130, 120, 5),
        None,
    )
    rest = await history.get_user_workflow_history(
        user, limit=120, page_token=page["next_page_token"]
    )
    assert [one["id"] for one in rest["executions"]] == newest_first[125:]
    assert (rest["total"], rest["next_page_token"]) == (130, None)
    default = await history.get_user_workflow_history(user)
    assert len(default["executions"]) == default["limit"] == 50


async def test_documents_that_fill_several_pages_of_the_server_are_one_page(history, user):
    for _ in range(4):
        await save(history, user, input_data="x" * 1_500_000)
    page = await history.get_user_workflow_history(user, limit=4)
    assert [len(one["input_data"]) for one in page["executions"]] == [1_500_000] * 4
    page = await history.get_user_workflow_history(user, include_documents=False)
    assert [one["input_data"] for one in page["executions"]] == [None] * 4


async def test_history_is_iterated_page_by_page(history, user):
    saved = [await save(history, user, workflow_type=f"type-{n % 2}") for n in range(7)]
    walked = [one["id"] async for one in history.iterate_user_workflow_history(user, page_size=2)]
    assert walked == saved[::-1]
    one_type = history.iterate_user_workflow_history(user, page_size=2, workflow_type="type-1")
    assert [one["id"] async for one in one_type] == saved[5::-2]


async def test_filters_are_met_all_of_them(history, user):
    failed = await save(history, user, status="failed", workflow_id="a")
    await save(history, user, status="FAILED", workflow_id="b")
    paused = await save(history, user, status="Paused", workflow_id="a")
    both = await history.get_user_workflow_history(
        user, status_filter=["FAILED", "PAUSED"], workflow_id="a", workflow_type="etl"
    )
    assert [one["id"] for one in both["executions"]] == [paused, failed]
    assert (both["total"], both["status_filter"]) == (2, ["FAILED", "PAUSED"])
    now = datetime.datetime.now(UTC)
    day = datetime.timedelta(days=1)
    assert (await history.get_user_workflow_history(user, created_before=now - day))["total"] == 0
    window = {"created_after": now - day, "created_before": now + day}
    assert (await history.get_user_workflow_history(user, **window))["total"] == 3


async def test_statistics_add_up(history, user):
    await save(history, user, status="COMPLETED", duration_seconds=2)
    await save(history, user, status="COMPLETED", duration_seconds=4)
    await save(history, user, status="FAILED", workflow_type="other")
    figures = await history.get_workflow_statistics(user)
    assert (figures["total_executions"], figures["completed_executions"]) == (3, 2)
    assert (figures["success_rate"], figures["average_duration_seconds"]) == (66.67, 2)
    assert (figures["most_common_type"], figures["workflow_type_count"]) == ("etl", 2)
    assert [one["workflow_type"] for one in figures["by_type"]] == ["etl", "other"]
    assert figures["workflow_type"] is None
    assert figures["window_end"] - figures["window_start"] == datetime.timedelta(days=30)
    nothing = await history.get_workflow_statistics(user, 7, "never")
    assert (nothing["workflow_type"], nothing["most_common_type"]) == ("never", None)
    assert nothing["average_duration_seconds"] is None and nothing["first_execution_at"] is None


async def test_metrics_tell_classes_errors_and_tips(history, user):
    for _ in range(4):
        await save(history, user, status="FAILED", duration_seconds=400, error_message="no disk")
    metrics = await history.get_performance_metrics(user, "etl", 7)
    classes = {one["category"]: one["executions"] for one in metrics["execution_time_distribution"]}
    assert list(classes.items()) == [
        *(("very_fast", 0), ("fast", 0), ("normal", 0), ("slow", 0)),
        ("very_slow", 4),
    ]
    [error] = metrics["error_patterns"]
    assert (error["frequency"], error["sample_message"], error["trend"]) == (4, "no disk", "NEW")
    assert metrics["optimization_tips"] == [tip["text"] for tip in metrics["tips"]]
    assert any("4 times" in text for text in metrics["optimization_tips"])
    assert {tip["kind"] for tip in metrics["tips"]} >= {"SLOW_EXECUTIONS", "REPEATED_ERROR"}


async def test_an_end_that_comes_is_waited_for(server, user):
    asked = asyncio.Event()

    async def pause(_: float) -> None:
        asked.set()
        await asyncio.sleep(0)

    async with connect(server, server.token(user), retry=RetryPolicy(sleep=pause)) as history:
        execution_id = await save(history, user)
        waiting = asyncio.create_task(history.wait_for_workflow_execution(execution_id))
        await asked.wait()
        assert not waiting.done()
        await history.update_workflow_execution(execution_id, status="FAILED")
        assert (await waiting)["status"] == "FAILED"
        running = await save(history, user)
        with pytest.raises(TimeoutError):
            await history.wait_for_workflow_execution(running, timeout=0.05)


async def test_an_estimate_is_of_a_type_or_of_an_execution(history, user):
    for seconds in range(1, 10):
        await save(history, user, status="COMPLETED", duration_seconds=seconds)
    estimate = await history.estimate_workflow_execution(workflow_type="etl", input_data={"a": 1})
    assert estimate["p50_duration_seconds"] == pytest.approx(5, rel=0.01)
    assert (estimate["duration_support"], estimate["running"]) == (9, None)
    start = datetime.datetime.now(UTC) - datetime.timedelta(minutes=1)
    running = await save(history, user, start_time=start)
    estimate = await history.estimate_workflow_execution(execution_id=running)
    assert estimate["running"]["elapsed_seconds"] >= 59
    assert estimate["running"]["longer_percent"] == 0


async def test_patterns_that_were_learned_are_listed(own_server, user):
    plant(own_server.client(user))
    learn(own_server)

    async with connect(own_server, own_server.token(user)) as history:

        async def listed(**filters: object) -> list[shapes.LearnedPattern]:
            return [one async for one in history.list_learned_patterns(user, **filters)]

        failures = [one for one in await listed() if one["kind"] == "FAILURE"]
        assert await listed(kinds=["failure"], workflow_type="etl") == failures != []
        assert await listed(kinds=["SLOW_TASK"]) == []
        own_server.postgres().psql("UPDATE learning_patterns SET active = false")
        assert await listed() == []
        retired = await listed(kinds=["FAILURE"], include_retired=True)
        assert retired == [one | {"active": False} for one in failures]
    assert failures[0]["rule"]["condition"] == {"field": "$.region", "equals": "eu-west"}


async def test_reads_ask_for_the_consistency_that_the_client_was_made_with(server, user):
    async with connect(server, server.token(user), consistency="strong") as history:
        assert (await history.get_user_workflow_history(user))["total"] == 0
    async with connect(server, server.token(user), consistency="never") as history:
        with pytest.raises(InvalidArgument, match="history-consistency"):
            await history.get_user_workflow_history(user)


@pytest.mark.parametrize(
    ["shape", "message"],
    [
        (shapes.WorkflowExecution, execution_pb2.WorkflowExecution),
        (shapes.ExecutionChange, changes_pb2.ExecutionChange),
        (shapes.WorkflowTypeStatistics, statistics_pb2.WorkflowTypeStatistics),
        (shapes.WorkflowStatistics, statistics_pb2.WorkflowStatistics),
        (shapes.SpeedClass, statistics_pb2.SpeedClass),
        (shapes.InputAssociation, statistics_pb2.InputAssociation),
        (shapes.ErrorPattern, statistics_pb2.ErrorPattern),
        (shapes.TipEvidence, statistics_pb2.TipEvidence),
        (shapes.OptimizationTip, statistics_pb2.OptimizationTip),
        (shapes.EfficiencyPoint, statistics_pb2.EfficiencyPoint),
        (shapes.DurationBucket, statistics_pb2.DurationBucket),
        (shapes.TaskMetrics, statistics_pb2.TaskMetrics),
        (shapes.LearnedPattern, patterns_pb2.LearnedPattern),
        (shapes.RunningTime, patterns_pb2.RunningTime),
        (shapes.ExecutionEstimate, patterns_pb2.ExecutionEstimate),
    ],
)
def test_a_shape_has_the_fields_that_the_protos_say(shape, message):
    assert set(typing.get_type_hints(shape)) == {field.name for field in message.DESCRIPTOR.fields}


def test_metrics_have_their_tips_beside_what_the_protos_say():
    fields = [field.name for field in statistics_pb2.PerformanceMetrics.DESCRIPTOR.fields]
    assert set(typing.get_type_hints(shapes.PerformanceMetrics)) == {*fields, "tips"}
