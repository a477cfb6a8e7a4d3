"""Performance metrics are what a plain count over everything saved gives."""

import collections
import math
import time

import pytest

from harness import oracle
from harness.client import COMPLETED, FAILED, RUNNING, document
from harness.identifiers import fresh_user, utc_day, uuid7
from harness.stubs import statistics_pb2 as pb

DAY = 86_400


@pytest.fixture(scope="module")
def history(server):
    """A user with 600 random executions over thirty days, and those executions."""
    user = server.client(fresh_user())
    rows = oracle.random_rows(seed=2, count=600)
    oracle.save_all(user, rows)
    return user, rows


@pytest.fixture(params=[1, 7, 30])
def window(history, request):
    """The metrics of so many days, the rows of the window, and those of the window before."""
    user, rows = history
    metrics = user.metrics(days=request.param)
    start = metrics.window_start.ToMicroseconds() / 1e6
    end = metrics.window_end.ToMicroseconds() / 1e6
    before = oracle.in_window(rows, start - request.param * DAY, start)
    return metrics, oracle.in_window(rows, start, end), before


def test_speed_classes_equal_the_oracles(window):
    metrics, rows, _ = window
    expected = oracle.speed_classes(rows)
    for entry, (name, durations) in zip(metrics.execution_time_distribution, expected, strict=True):
        assert (entry.category, entry.executions) == (name, len(durations))
        assert entry.HasField("average_duration_seconds") == bool(durations)
        if durations:
            average = pytest.approx(oracle.mean(durations), rel=1e-9)
            assert entry.average_duration_seconds.value == average


def test_percentiles_and_the_histogram_equal_the_oracles(window):
    metrics, rows, _ = window
    durations = sorted(row.duration for row in rows if row.duration is not None)
    for percent in (50, 95, 99):
        field = f"p{percent}_duration_seconds"
        assert metrics.HasField(field) == bool(durations)
        if durations:
            expected = pytest.approx(oracle.nearest_rank(durations, percent), rel=0.01, abs=1e-6)
            assert getattr(metrics, field).value == expected
    lowers = collections.Counter(
        2.0 ** (math.frexp(duration)[1] - 1) if duration else 0.0 for duration in durations
    )
    buckets = [(b.lower_seconds, b.upper_seconds, b.executions) for b in metrics.duration_histogram]
    assert buckets == [(lower, 2 * lower, count) for lower, count in sorted(lowers.items())]


def test_error_patterns_equal_the_oracles(window):
    metrics, rows, before = window
    groups = oracle.errors_by_template(rows)
    earlier = oracle.errors_by_template(before)
    frequencies = sorted((len(group) for group in groups.values()), reverse=True)
    assert [pattern.frequency for pattern in metrics.error_patterns] == frequencies[:5]

    errors = sum(len(group) for group in groups.values())
    template_of = {row.id: row.template for row in rows}
    fingerprints = collections.Counter(pattern.fingerprint for pattern in metrics.error_patterns)
    assert all(times == 1 for times in fingerprints.values())
    for pattern in metrics.error_patterns:
        template = template_of[pattern.sample_execution_ids[0]]
        group = groups[template]
        assert pattern.frequency == len(group)
        assert pattern.share == pytest.approx(100 * len(group) / errors, abs=0.005001)
        assert list(pattern.sample_execution_ids) == [row.id for row in group[:5]]
        assert pattern.sample_message == group[0].error
        assert pattern.first_seen.ToMilliseconds() == round(group[-1].created * 1000)
        assert pattern.last_seen.ToMilliseconds() == round(group[0].created * 1000)
        assert pattern.trend == trend(len(group), len(earlier.get(template, [])))


def trend(now: int, before: int) -> int:
    if before == 0:
        return pb.ERROR_TREND_NEW
    if now == before:
        return pb.ERROR_TREND_STEADY
    return pb.ERROR_TREND_RISING if now > before else pb.ERROR_TREND_FALLING


def test_tips_say_what_the_figures_show(window):
    metrics, rows, _ = window
    expected = []
    for name, durations in oracle.speed_classes(rows):
        if name in ("slow", "very_slow") and durations:
            expected.append(
                f"Workflows in '{name}' category ({len(durations)} executions). "
                "Consider parallel processing or caching."
            )
    top = max((len(group) for group in oracle.errors_by_template(rows).values()), default=0)
    if top > 3:
        expected.append(
            f"Most common error appears {top} times. "
            "Consider adding error handling or input validation."
        )
    texts = [tip.text for tip in metrics.optimization_tips]
    assert texts[: len(expected)] == expected or set(expected) <= set(texts)
    assert all(tip.kind and tip.severity for tip in metrics.optimization_tips)


def test_tips_show_what_they_rest_on(window):
    metrics, rows, _ = window
    classes = dict(oracle.speed_classes(rows))
    timed = sum(len(durations) for durations in classes.values())
    for tip in metrics.optimization_tips:
        evidence = {figure.name: figure.value for figure in tip.evidence}
        if tip.kind == pb.TIP_KIND_SLOW_EXECUTIONS:
            durations = classes[tip.subject]
            share = 100 * len(durations) / timed
            assert evidence == {
                "execution_share_percent": pytest.approx(share, abs=0.005001),
                "average_duration_seconds": pytest.approx(oracle.mean(durations), rel=1e-9),
            }
            newest = sorted(
                (row for row in rows if row.duration is not None and row.duration in durations),
                key=lambda row: row.id,
                reverse=True,
            )
            day = [row.id for row in newest if utc_day(row.created) == utc_day(newest[0].created)]
            assert list(tip.sample_execution_ids) == day[:5]
        elif tip.kind == pb.TIP_KIND_REPEATED_ERROR:
            top = metrics.error_patterns[0]
            assert evidence == {"error_share_percent": top.share}
            assert tip.sample_execution_ids == top.sample_execution_ids
        else:
            assert not tip.evidence and not tip.sample_execution_ids


def test_the_efficiency_trend_equals_the_oracles(history):
    user, rows = history
    metrics = user.metrics(days=30)
    # The window's first day is a part of a day, whose rest the window leaves out, as it does those
    # before, which it had when the executions were saved where that was before midnight.
    first = utc_day(metrics.window_start.ToMicroseconds() / 1e6)
    by_day = {day: known for day, known in oracle.day_durations(rows).items() if day > first}
    points = {point.date: point for point in metrics.efficiency_trend if point.date != first}
    assert sorted(points) == sorted(by_day)
    assert [point.date for point in metrics.efficiency_trend] == sorted(
        point.date for point in metrics.efficiency_trend
    )
    for date, point in points.items():
        assert point.executions == len(by_day[date])
        median = oracle.nearest_rank(by_day[date], 50)
        assert point.median_duration_seconds == pytest.approx(median, rel=0.01, abs=1e-6)
        if point.HasField("ratio"):
            ratio = point.median_duration_seconds / point.baseline_median_seconds.value
            assert point.ratio.value == pytest.approx(ratio, rel=1e-9)


def test_the_figures_of_each_day_equal_the_oracles(history):
    user, rows = history
    metrics = user.metrics(days=30)
    window = oracle.in_window(
        rows,
        metrics.window_start.ToMicroseconds() / 1e6,
        metrics.window_end.ToMicroseconds() / 1e6,
    )
    by_day = oracle.by_day(window)
    assert [day.date for day in metrics.daily] == sorted(by_day)
    for day in metrics.daily:
        of_day = by_day[day.date]
        assert day.total_executions == len(of_day)
        assert day.completed_executions == oracle.count(of_day, COMPLETED)
        assert day.failed_executions == oracle.count(of_day, FAILED)
        assert day.success_rate == pytest.approx(oracle.success_rate(of_day), abs=0.005001)
        known = oracle.durations(of_day)
        assert day.HasField("p50_duration_seconds") == bool(known)
        for percent in (50, 95, 99) if known else ():
            figure = getattr(day, f"p{percent}_duration_seconds").value
            exact = oracle.nearest_rank(known, percent)
            assert figure == pytest.approx(exact, rel=0.01, abs=1e-6)


def test_a_days_baseline_is_the_median_of_the_28_days_before_it(client):
    now = time.time()
    for age, duration in ((2, 10.0), (3, 20.0), (4, 30.0), (29.9, 40.0), (0, 50.0)):
        client.save(
            id=uuid7(now - age * DAY), status=COMPLETED, duration_seconds={"value": duration}
        )
    trend = {point.date: point for point in client.metrics(days=30).efficiency_trend}
    latest = trend[utc_day(now)]
    # The one of 29.9 days ago is more than 28 days before.
    assert latest.baseline_median_seconds.value == pytest.approx(20.0, rel=0.01)
    assert latest.ratio.value == pytest.approx(2.5, rel=0.02)
    oldest = trend[utc_day(now - 29.9 * DAY)]
    assert not oldest.HasField("baseline_median_seconds")
    assert not oldest.HasField("ratio")


@pytest.mark.parametrize(
    ("duration", "category"),
    [
        (0.0, "very_fast"),
        (4.999999, "very_fast"),
        (5.0, "fast"),
        (14.999999, "fast"),
        (15.0, "normal"),
        (59.999999, "normal"),
        (60.0, "slow"),
        (299.999999, "slow"),
        (300.0, "very_slow"),
        (1e9, "very_slow"),
    ],
)
def test_a_speed_class_starts_at_its_lower_bound(client, duration, category):
    client.save(status=COMPLETED, duration_seconds={"value": duration})
    filled = [e for e in client.metrics().execution_time_distribution if e.executions]
    assert [entry.category for entry in filled] == [category]
    assert filled[0].average_duration_seconds.value == pytest.approx(duration, abs=1e-6)


def test_a_filter_by_type_holds_for_every_part(client):
    for workflow_type, duration, error in (("a", 400.0, "first"), ("b", 1.0, "second")):
        client.save(
            workflow_type=workflow_type,
            status=FAILED,
            duration_seconds={"value": duration},
            error_message=error,
        )
    metrics = client.metrics(workflow_type="b")
    assert [entry.executions for entry in metrics.execution_time_distribution] == [1, 0, 0, 0, 0]
    assert [pattern.sample_message for pattern in metrics.error_patterns] == ["second"]
    assert [tip.kind for tip in metrics.optimization_tips] == [pb.TIP_KIND_HEALTHY]
    assert [point.median_duration_seconds for point in metrics.efficiency_trend] == [
        pytest.approx(1.0, rel=0.01)
    ]


def test_an_error_that_occurs_three_times_is_no_tip_and_four_times_is_one(client):
    for n in range(3):
        client.save(status=FAILED, duration_seconds={"value": 1.0}, error_message=f"bad row {n}")
    assert [tip.kind for tip in client.metrics().optimization_tips] == [pb.TIP_KIND_HEALTHY]
    client.save(status=FAILED, duration_seconds={"value": 1.0}, error_message="bad row 99")
    (tip,) = client.metrics().optimization_tips
    assert (tip.kind, tip.executions) == (pb.TIP_KIND_REPEATED_ERROR, 4)
    assert tip.subject == client.metrics().error_patterns[0].fingerprint


def test_executions_without_a_duration_are_in_no_class(client):
    client.save(status=RUNNING)
    assert not any(entry.executions for entry in client.metrics().execution_time_distribution)


def run(name: str, seconds: float | None = None, status: str = "COMPLETED", error=None) -> dict:
    return {"task_name": name, "status": status, "duration_seconds": seconds, "error": error}


def tasks_of(client) -> dict[str, tuple]:
    return {
        task.task_name: (
            task.runs,
            task.failed_runs,
            task.average_duration_seconds.value
            if task.HasField("average_duration_seconds")
            else None,
            task.time_share,
            task.failure_share,
        )
        for task in client.metrics().slowest_tasks
    }


def test_tasks_are_added_up_by_name(client):
    results = [run("load", 6.0), run("extract", 1.0), run("load", 3.0, "failed"), run("notify")]
    first = client.save(status=COMPLETED, task_results=document(results))
    client.save(status=COMPLETED, task_results=document([run("extract", 2.0, error="no host")]))
    client.save(status=COMPLETED, task_results=document({"load": "not by the convention"}))
    client.save(status=RUNNING)
    assert tasks_of(client) == {
        "load": (2, 1, 4.5, 75.0, 50.0),
        "extract": (2, 1, 1.5, 25.0, 50.0),
        "notify": (1, 0, None, 0.0, 0.0),
    }
    assert list(tasks_of(client)) == ["load", "extract", "notify"]

    client.update(first.id, task_results=document([run("extract", 1.0)]))
    assert tasks_of(client) == {"extract": (2, 1, 1.5, 100.0, 100.0)}
    client.delete(first.id)
    assert tasks_of(client) == {"extract": (1, 1, 2.0, 100.0, 100.0)}


def test_a_task_that_takes_half_of_the_time_is_a_tip(client):
    saved = client.save(status=COMPLETED, task_results=document([run("a", 2.0), run("b", 1.0)]))
    (tip,) = client.metrics().optimization_tips
    assert (tip.kind, tip.severity) == (pb.TIP_KIND_BOTTLENECK_TASK, pb.TIP_SEVERITY_WARNING)
    assert (tip.subject, tip.executions) == ("a", 1)
    assert {figure.name: figure.value for figure in tip.evidence} == {
        "time_share_percent": 66.67,
        "average_duration_seconds": 2.0,
        "runs": 1.0,
    }
    assert list(tip.sample_execution_ids) == [saved.id]
    client.save(status=COMPLETED, task_results=document([run("c", 1.5)]))
    assert [tip.kind for tip in client.metrics().optimization_tips] == [pb.TIP_KIND_HEALTHY]


def test_the_ten_slowest_tasks_are_shown_of_more_than_a_rollup_counts(client):
    for first in (0, 50, 100):
        results = [run(f"task {number}", number) for number in range(first, first + 60)]
        client.save(status=COMPLETED, task_results=document(results))
    tasks = client.metrics().slowest_tasks
    # These ran twice.
    slowest = [(f"task {number}", 2) for number in range(109, 99, -1)]
    assert [(task.task_name, task.runs) for task in tasks] == slowest
