"""The bugs of the service that this one replaces, as a caller of its methods would meet them."""

import datetime
import enum
import math
import zoneinfo
from datetime import UTC

import pytest
from workflow_history_client import InvalidArgument, Unauthenticated, new_execution_id

from harness import tokens
from harness.python_client import connect, save

NAIVE = datetime.datetime(2026, 3, 1, 12)


def refused_fields(caught: pytest.ExceptionInfo) -> list[str]:
    assert all(one.description for one in caught.value.field_violations)
    return [one.field for one in caught.value.field_violations]


async def test_one_document_that_is_null_fails_no_page(history, user):
    await save(history, user, input_data={"a": None}, output_data=[None])
    await save(history, user)
    page = await history.get_user_workflow_history(user)
    assert [one["input_data"] for one in page["executions"]] == [None, {"a": None}]


@pytest.mark.parametrize("status", ["PENDING", "RUNNING", "COMPLETED", "FAILED", "PAUSED"])
async def test_a_status_filter_answers_and_its_total_counts_the_filter(history, user, status):
    for other in ("PENDING", "RUNNING", "COMPLETED", "FAILED", "PAUSED", status):
        await save(history, user, status=other)
    page = await history.get_user_workflow_history(user, 1, 0, status)
    assert [one["status"] for one in page["executions"]] == [status]
    assert (page["total"], page["status_filter"]) == (2, status)


@pytest.mark.parametrize("status", ["CANCELLED", "", "UNSPECIFIED", 3, b"FAILED"])
async def test_an_unknown_status_is_refused_with_those_there_are(history, user, status):
    with pytest.raises(InvalidArgument, match="COMPLETED") as caught:
        await save(history, user, status=status)
    assert refused_fields(caught) == ["execution.status"]
    with pytest.raises(ValueError, match="PAUSED"):
        await history.get_user_workflow_history(user, status_filter=status)
    assert (await history.get_user_workflow_history(user))["total"] == 0


async def test_a_status_may_be_an_enum_of_the_callers(history, user):
    class Status(enum.Enum):
        DONE = "completed"

    await save(history, user, status=Status.DONE)
    page = await history.get_user_workflow_history(user, status_filter=Status.DONE)
    assert (page["total"], page["status_filter"]) == (1, "COMPLETED")


async def test_a_workflows_history_is_filtered_before_it_is_paged(history, user):
    for n in range(12):
        await save(history, user, workflow_id="wanted" if n % 3 == 0 else "other")
    page = await history.get_user_workflow_history(user, limit=2, workflow_id="wanted")
    assert (len(page["executions"]), page["total"]) == (2, 4)


async def test_the_total_is_the_same_past_the_end(history, user):
    await save(history, user)
    page = await history.get_user_workflow_history(user, offset=100)
    assert (page["executions"], page["total"], page["offset"]) == ([], 1, 100)


async def test_a_type_is_no_error_in_statistics_and_metrics(history, user):
    await save(history, user, workflow_type="a")
    await save(history, user, workflow_type="b")
    statistics = await history.get_workflow_statistics(user, workflow_type="a")
    assert (statistics["workflow_type"], statistics["total_executions"]) == ("a", 1)
    assert (await history.get_performance_metrics(user, "a"))["workflow_type"] == "a"


async def test_no_duration_is_no_class_and_a_duration_of_0_is_a_fast_one(history, user):
    await save(history, user)
    zero = await save(history, user, status="COMPLETED", duration_seconds=0)
    assert (await history.get_workflow_execution_details(zero))["duration_seconds"] == 0
    classes = (await history.get_performance_metrics(user))["execution_time_distribution"]
    assert [one["executions"] for one in classes] == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("seconds", [59.723323822021484, 0.1, 1e-6, 7])
async def test_a_duration_keeps_its_last_bit(history, user, seconds):
    execution_id = await save(history, user, duration_seconds=seconds)
    details = await history.get_workflow_execution_details(execution_id)
    assert details["duration_seconds"] == seconds


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf, "5", True])
async def test_a_duration_that_is_none_is_refused(history, user, bad):
    with pytest.raises(InvalidArgument) as caught:
        await save(history, user, duration_seconds=bad)
    assert refused_fields(caught) == ["execution.duration_seconds"]


@pytest.mark.parametrize("bad", ["wf-123", "", "'; DROP TABLE workflow_executions; --"])
async def test_an_id_that_is_no_uuid_is_refused(history, bad):
    for call in (
        history.get_workflow_execution_details(bad),
        history.update_workflow_execution(bad, status="FAILED"),
        history.delete_workflow_execution(bad),
    ):
        with pytest.raises(InvalidArgument):
            await call


async def test_naive_and_aware_times_do_not_mix(history, server, user):
    for refused in ({"start_time": NAIVE}, {"end_time": NAIVE}):
        with pytest.raises(InvalidArgument, match="time zone") as caught:
            await save(history, user, **refused)
        assert refused_fields(caught) == [f"execution.{next(iter(refused))}"]
    with pytest.raises(InvalidArgument, match="time zone"):
        await history.get_user_workflow_history(user, created_after=NAIVE)

    token, rome = server.token(user), zoneinfo.ZoneInfo("Europe/Rome")
    async with connect(server, token, naive_times=rome) as roman:
        aware = NAIVE.replace(hour=13, tzinfo=UTC)
        execution_id = await save(roman, user, start_time=NAIVE, end_time=aware)
        details = await roman.get_workflow_execution_details(execution_id)
    assert (details["start_time"], details["end_time"]) == (
        NAIVE.replace(hour=11, tzinfo=UTC),
        aware,
    )
    assert details["duration_seconds"] == 7200


async def test_an_end_before_the_start_is_refused(history, user):
    start = NAIVE.replace(tzinfo=UTC)
    with pytest.raises(InvalidArgument) as caught:
        await save(history, user, start_time=start, end_time=start - datetime.timedelta(seconds=1))
    assert refused_fields(caught) == ["execution.end_time"]


@pytest.mark.parametrize(
    "name", ["user_id", "id", "version", "created_at", "status = 'FAILED', user_id", "nonsense"]
)
async def test_an_update_changes_listed_fields_alone(history, user, name):
    execution_id = await save(history, user)
    with pytest.raises(InvalidArgument, match="error_message") as caught:
        await history.update_workflow_execution(execution_id, **{name: "somebody-else"})
    assert refused_fields(caught) == [f"execution.{name}"]
    assert (await history.get_workflow_execution_details(execution_id))["version"] == 1


async def test_an_update_of_nothing_is_refused(history, user):
    with pytest.raises(InvalidArgument):
        await history.update_workflow_execution(await save(history, user))


async def test_an_update_to_completed_sets_the_end(history, user):
    execution_id = await save(history, user)
    await history.update_workflow_execution(execution_id, status="COMPLETED")
    details = await history.get_workflow_execution_details(execution_id)
    assert details["end_time"] is not None and details["duration_seconds"] is not None


@pytest.mark.parametrize(
    "value", [math.nan, {"at": NAIVE}, {1, 2}, "\ud800", "\0", {"a": b"bytes"}], ids=repr
)
async def test_what_is_no_json_is_refused_by_its_field(history, user, value):
    for field in ("input_data", "output_data", "task_results", "execution_metadata"):
        with pytest.raises(InvalidArgument) as caught:
            await save(history, user, **{field: value})
        assert [one.split(".")[1] for one in refused_fields(caught)] == [field]
    circle: list = []
    circle.append(circle)
    with pytest.raises(InvalidArgument):
        await save(history, user, input_data=circle)


async def drained(answers) -> None:
    async for _ in answers:
        pass


# Of bytes that are no UTF-8, as os.fsdecode gives them.
NO_TEXT = b"caf\xe9".decode(errors="surrogateescape")


@pytest.mark.parametrize(
    ("field", "call"),
    [
        ("id", lambda it: it.get_workflow_execution_details(NO_TEXT)),
        ("id", lambda it: it.heartbeat_workflow_execution(NO_TEXT)),
        ("id", lambda it: it.delete_workflow_execution(NO_TEXT)),
        ("execution.id", lambda it: it.update_workflow_execution(NO_TEXT, status="FAILED")),
        ("execution.user_id", lambda it: it.save_workflow_execution("w", "t", NO_TEXT, "FAILED")),
        ("page_token", lambda it: it.get_user_workflow_history("", page_token=NO_TEXT)),
        *[
            (field, lambda it, read=read, field=field: read(it, **{"user_id": "", field: NO_TEXT}))
            for read, fields in {
                lambda it, **given: it.get_user_workflow_history(**given): (
                    "user_id workflow_id workflow_type"
                ),
                lambda it, **given: drained(it.iterate_user_workflow_history(**given)): (
                    "user_id workflow_id workflow_type"
                ),
                lambda it, **given: drained(it.watch_workflow_executions(**given)): (
                    "user_id workflow_id workflow_type resume_token"
                ),
                lambda it, **given: drained(it.export_workflow_executions(**given)): (
                    "user_id workflow_id workflow_type"
                ),
                lambda it, **given: drained(it.list_learned_patterns(**given)): (
                    "user_id workflow_type"
                ),
                lambda it, **given: it.get_workflow_statistics(**given): "user_id workflow_type",
                lambda it, **given: it.get_performance_metrics(**given): "user_id workflow_type",
                lambda it, **given: it.estimate_workflow_execution(**given): (
                    "user_id workflow_type execution_id"
                ),
            }.items()
            for field in fields.split()
        ],
    ],
)
async def test_text_that_has_no_utf8_is_refused_by_its_field(history, field, call):
    with pytest.raises(InvalidArgument, match="nothing was sent") as caught:
        await call(history)
    assert refused_fields(caught) == [field]


async def test_text_that_looks_like_sql_is_text(history, user):
    for text in ("'; DROP TABLE workflow_executions; --", "%", "_", "\\", "$1"):
        execution_id = await save(history, user, workflow_id=text, workflow_type=text)
        page = await history.get_user_workflow_history(user, workflow_id=text, workflow_type=text)
        assert [one["id"] for one in page["executions"]] == [execution_id]


@pytest.mark.parametrize("limit", [0, -1])
async def test_a_limit_of_nothing_is_refused(history, user, limit):
    with pytest.raises(InvalidArgument):
        await history.get_user_workflow_history(user, limit=limit)


async def test_days_and_offsets_out_of_range_are_refused(history, user):
    for days in (-1, 366):
        with pytest.raises(InvalidArgument):
            await history.get_workflow_statistics(user, days)
    with pytest.raises(InvalidArgument):
        await history.get_user_workflow_history(user, offset=-1)
    # More than the field holds.
    with pytest.raises(ValueError, match="range"):
        await history.get_workflow_statistics(user, 2**40)


async def test_every_refused_field_is_named(history, user):
    with pytest.raises(InvalidArgument) as caught:
        await save(history, user, workflow_id="", workflow_type="x" * 256)
    assert refused_fields(caught) == ["execution.workflow_id", "execution.workflow_type"]
    assert "execution.workflow_type" in str(caught.value)


async def test_an_id_of_another_year_is_refused(history, user):
    with pytest.raises(InvalidArgument):
        await save(history, user, execution_id="0190" + new_execution_id()[4:])


@pytest.mark.parametrize("claims", [{}, {"exp": 4_000_000_000, "type": "refresh"}])
async def test_a_token_without_exp_and_a_refresh_token_are_refused(server, user, claims):
    token = tokens.sign(server.secret, {"sub": user} | claims)
    async with connect(server, token) as history:
        with pytest.raises(Unauthenticated):
            await history.get_workflow_statistics(user)
