"""Statistics are what a plain count over everything saved gives."""

import time

import pytest

from harness import oracle
from harness.client import COMPLETED, FAILED, PAUSED, PENDING, RUNNING
from harness.identifiers import created_at_ms, fresh_user, uuid7

DAY = 86_400


@pytest.fixture(scope="module")
def history(server):
    """A user with 600 random executions over thirty days, and those executions."""
    user = server.client(fresh_user())
    rows = oracle.random_rows(seed=1, count=600)
    oracle.save_all(user, rows)
    return user, rows


def assert_equal(figures, rows: list[oracle.Row]):
    """The fields that a user's and a type's figures have in common."""
    assert figures.total_executions == len(rows)
    for name, status in (
        ("pending", PENDING),
        ("running", RUNNING),
        ("completed", COMPLETED),
        ("failed", FAILED),
        ("paused", PAUSED),
    ):
        assert getattr(figures, f"{name}_executions") == oracle.count(rows, status), name
    assert figures.success_rate == oracle.success_rate(rows)

    known = oracle.durations(rows)
    assert figures.HasField("average_duration_seconds") == bool(known)
    if known:
        expected = pytest.approx(oracle.mean(known), rel=1e-9)
        assert figures.average_duration_seconds.value == expected
        for percent in (50, 95, 99):
            expected = pytest.approx(oracle.nearest_rank(known, percent), rel=0.01, abs=1e-6)
            assert getattr(figures, f"p{percent}_duration_seconds").value == expected, percent

    created = [created_at_ms(row.id) for row in rows]
    assert figures.HasField("first_execution_at") == bool(rows)
    if rows:
        assert figures.first_execution_at.ToMilliseconds() == min(created)
        assert figures.last_execution_at.ToMilliseconds() == max(created)


@pytest.mark.parametrize("days", [1, 2, 7, 30, 365, 0])
@pytest.mark.parametrize("workflow_type", ["", "etl", "nothing"])
def test_statistics_equal_the_oracles(history, days, workflow_type):
    user, rows = history
    figures = user.statistics(days=days, workflow_type=workflow_type)
    start = figures.window_start.ToMicroseconds() / 1e6
    end = figures.window_end.ToMicroseconds() / 1e6
    assert end - start == pytest.approx((days or 30) * DAY, abs=1e-5)
    assert abs(end - time.time()) < 60

    rows = oracle.in_window(rows, start, end)
    rows = [row for row in rows if workflow_type in ("", row.workflow_type)]
    assert_equal(figures, rows)
    expected = oracle.by_type(rows)
    assert [entry.workflow_type for entry in figures.by_type] == [name for name, _ in expected]
    for entry, (_, of_type) in zip(figures.by_type, expected, strict=True):
        assert_equal(entry, of_type)
    assert figures.most_common_type == (expected[0][0] if expected else "")
    assert figures.workflow_type_count == len(expected)
    assert (figures.user_id, figures.workflow_type) == (user.user, workflow_type)


def test_statistics_of_nothing_are_zeros_and_absent(client):
    figures = client.statistics()
    assert_equal(figures, [])
    assert not figures.by_type
    assert figures.most_common_type == ""


def test_of_two_types_as_common_the_first_by_name_is_the_most_common(client):
    for workflow_type in ("b", "a", "b", "a", "c"):
        client.save(workflow_type=workflow_type)
    figures = client.statistics()
    assert figures.most_common_type == "a"
    assert [entry.workflow_type for entry in figures.by_type] == ["a", "b", "c"]


def test_of_very_many_types_the_most_common_thousand_are_listed(client):
    for number in range(1003):
        client.save(workflow_type=f"type {number:04}")
    client.save(workflow_type="type 1002")
    figures = client.statistics()
    assert (figures.total_executions, figures.workflow_type_count) == (1004, 1003)
    listed = ["type 1002", *(f"type {number:04}" for number in range(999))]
    assert [entry.workflow_type for entry in figures.by_type] == listed
    assert figures.most_common_type == "type 1002"


def test_the_success_rate_is_a_percentage_of_two_decimals(client):
    for status in (COMPLETED, RUNNING, FAILED):
        client.save(status=status)
    assert client.statistics().success_rate == 33.33


def test_the_window_is_to_the_instant_not_to_the_day(client):
    now = time.time()
    client.save(id=uuid7(now - DAY - 30))
    client.save(id=uuid7(now - DAY + 30))
    assert client.statistics(days=1).total_executions == 1
    assert client.statistics(days=2).total_executions == 2


def test_statistics_follow_an_update_at_once(client):
    saved = client.save(status=RUNNING)
    assert client.statistics().running_executions == 1
    client.update(saved.id, status=FAILED, workflow_type="other")
    figures = client.statistics()
    assert (figures.running_executions, figures.failed_executions) == (0, 1)
    assert figures.most_common_type == "other"


def test_a_duration_of_zero_counts(client):
    client.save(status=COMPLETED, duration_seconds={"value": 0.0})
    client.save(status=COMPLETED, duration_seconds={"value": 10.0})
    figures = client.statistics()
    assert figures.average_duration_seconds.value == 5.0
    assert figures.p50_duration_seconds.value == 0.0
