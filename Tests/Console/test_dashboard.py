"""The dashboard: the figures are those of the API, and people can read them."""

import time

from browsing.reader import PHONE
from harness.client import COMPLETED, FAILED
from harness.identifiers import uuid7


def tile(reader, label: str) -> str:
    return reader.page.locator(f".tile:has(.label:text-is('{label}')) .value").inner_text()


def card(reader, title: str):
    return reader.page.locator(f"section.card:has(h2:text-is('{title}'))")


def table_of(reader, title: str) -> list[list[str]]:
    """The rows of a chart's table, or of a card's."""
    found = card(reader, title)
    for summary in found.get_by_text("As a table").all():
        summary.click()
    return [row.split("\t") for row in found.locator("tbody tr").all_inner_texts()]


def days_until(now: float, days: int) -> list[str]:
    """The dates, in UTC, of the time that is looked at."""
    ages = range(days, -1, -1)
    return [time.strftime("%Y-%m-%d", time.gmtime(now - age * 86_400)) for age in ages]


def marked(dates: list[str]) -> list[str]:
    """The same as a chart says them: of the first and the last it has a part."""
    first, *whole, last = dates
    return [f"{first} (a part of it)", *whole, f"{last} (a part of it)"]


def test_the_figures_are_those_of_the_api(history, open_console):
    reader = open_console(history.user).sign_in()
    reader.rows(50)
    now = time.time()
    reader.stop_clock(now)
    reader.page.get_by_role("link", name="Dashboard").click()
    reader.wait_for(".tiles")
    statistics, metrics = history.statistics(days=30), history.metrics(days=30)
    # The oldest leave the window between one question and the next.
    shown = int(tile(reader, "Executions").replace(",", ""))
    assert abs(shown - statistics.total_executions) < 500
    rate = float(tile(reader, "Success rate").removesuffix("%"))
    assert abs(rate - statistics.success_rate) < 0.1
    days = table_of(reader, "Executions a day")
    dates = days_until(now, 30)
    assert [day[0] for day in days] == marked(dates)
    whole = {day.date: day for day in metrics.daily[1:-1]}
    for date, completed, failed, others in days[2:-2]:
        assert int(completed.replace(",", "")) == whole[date].completed_executions
        assert int(failed.replace(",", "")) == whole[date].failed_executions
        assert others == "0"
    assert [row[0] for row in table_of(reader, "Success rate")] == dates[::-1]
    durations = {row[0]: row[1:] for row in table_of(reader, "Duration")}
    assert list(durations) == dates[::-1]
    # A day that has only begun may have none yet.
    assert all("s" in durations[date][0] for date in dates[1:-1])
    assert len(table_of(reader, "How durations are spread")) >= len(metrics.duration_histogram)
    assert [row[0] for row in table_of(reader, "Speed classes")] == [
        "very fast",
        "fast",
        "normal",
        "slow",
        "very slow",
    ]
    errors = table_of(reader, "Errors")
    assert [row[0].split("\n")[0] for row in errors] == [
        pattern.fingerprint for pattern in metrics.error_patterns
    ]
    assert len(card(reader, "What to do").locator("li").all()) == len(metrics.optimization_tips)
    assert {row[0] for row in table_of(reader, "Types")} == {
        kind.workflow_type for kind in statistics.by_type
    }
    assert [row[0] for row in table_of(reader, "Slowest tasks")] == [
        task.task_name for task in metrics.slowest_tasks
    ]


def test_time_and_type_are_chosen_and_have_a_link(history, open_console):
    reader = open_console(history.user).sign_in()
    reader.rows(50)
    reader.go("#/dashboard?days=7")
    reader.wait_for(".tiles")
    week = int(tile(reader, "Executions").replace(",", ""))
    assert abs(week - history.statistics(days=7).total_executions) < 500
    card(reader, "Types").get_by_role("link", name="model-training").click()
    reader.wait_until("() => location.hash.includes('type=model-training')")
    reader.wait_until(
        "week => Number(document.querySelector('.tile .value')?.textContent.replaceAll(',', ''))"
        " < week / 10",
        week,
    )
    reader.page.get_by_label("Time").select_option("365")
    reader.wait_until("() => location.hash.includes('days=365')")


def test_days_without_executions_are_days_too(client, open_console):
    now = time.time()
    client.save(id=uuid7(now - 3 * 86_400), status=COMPLETED)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.stop_clock(now)
    reader.go("#/dashboard?days=7")
    reader.wait_for(".tiles")
    days = table_of(reader, "Executions a day")
    assert [day[0] for day in days] == marked(days_until(now, 7))
    assert [day[1] for day in days] == ["0", "0", "0", "0", "1", "0", "0", "0"]
    client.save(status=COMPLETED)
    reader.page.get_by_role("button", name="Refresh").click()
    columns = card(reader, "Executions a day").locator("svg[role=img] rect")
    reader.wait_until("() => document.querySelector('.tile .value')?.textContent === '2'")
    # The day that is not over is paler.
    opacities = [one.evaluate("one => getComputedStyle(one).fillOpacity") for one in columns.all()]
    assert opacities == ["1", "0.5"]


def test_what_is_counted_as_failed_has_its_list(client, open_console):
    client.save(status=COMPLETED)
    failed = client.save(status=FAILED, workflow_type="etl", error_message="disk full")
    client.save(status=FAILED, workflow_type="other", error_message="disk full")
    reader = open_console(client.user).sign_in()
    reader.rows(3)
    reader.go("#/dashboard?days=7&type=etl")
    reader.wait_for(".tiles")
    reader.page.get_by_role("link", name="Failed 1").click()
    assert reader.rows(1) == [failed.id]
    shown = reader.page.get_by_label("Created from").input_value()
    ago = time.time() - time.mktime(time.strptime(shown[:16], "%Y-%m-%dT%H:%M"))
    assert ago > 6 * 86_400


def test_figures_are_read_anew_where_they_are(client, open_console):
    client.save(status=COMPLETED)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.go("#/dashboard")
    reader.wait_for(".tiles")
    client.save(status=COMPLETED)
    reader.page.get_by_role("button", name="Refresh").click()
    reader.wait_until("() => document.querySelector('.tile .value')?.textContent === '2'")


def test_a_small_screen_has_room_for_an_error(client, open_console):
    client.save(status=FAILED, error_message="connection to the database was refused for 30 s")
    reader = open_console(client.user, size=PHONE).sign_in()
    reader.rows(1)
    reader.go("#/dashboard")
    reader.wait_for(".tiles")
    row = card(reader, "Errors").locator("tbody tr")
    assert row.locator("td").first.evaluate("cell => cell.getBoundingClientRect().width") > 250
    # All of its figures are in sight.
    assert row.evaluate(
        "row => { const { scrollWidth, clientWidth } = row.closest('.scroll');"
        " return scrollWidth <= clientWidth; }"
    )


def test_a_rate_of_all_or_nothing_is_drawn_within_its_chart(client, open_console):
    now = time.time()
    for age, status in ((3, COMPLETED), (2, FAILED), (1, COMPLETED)):
        client.save(id=uuid7(now - age * 86_400), status=status)
    reader = open_console(client.user).sign_in()
    reader.rows(3)
    reader.go("#/dashboard")
    reader.wait_for(".tiles")
    drawing = card(reader, "Success rate").get_by_role("img")
    _, _, width, height = map(float, drawing.get_attribute("viewBox").split())
    points = drawing.locator("circle").all()
    assert len(points) == 3
    for point in points:
        assert 0 <= float(point.get_attribute("cx")) <= width
        assert 0 <= float(point.get_attribute("cy")) <= height
    assert "101%" not in drawing.inner_html()


def test_an_example_of_an_error_leads_to_its_execution(client, open_console):
    client.save(status=COMPLETED)
    failed = client.save(status=FAILED, error_message="disk full")
    reader = open_console(client.user).sign_in()
    reader.rows(2)
    reader.go("#/dashboard")
    reader.wait_for(".tiles")
    assert tile(reader, "Success rate") == "50%"
    card(reader, "Errors").get_by_role("link").click()
    assert reader.wait_for("pre.message").inner_text() == "disk full"
    assert failed.id in reader.place


def test_what_is_at_the_pointer_is_told(history, open_console):
    reader = open_console(history.user).sign_in()
    reader.rows(50)
    reader.go("#/dashboard")
    reader.wait_for(".tiles")
    drawing = card(reader, "Duration").get_by_role("img")
    drawing.hover()
    shown = card(reader, "Duration").locator(".tooltip").inner_text().split("\n")
    assert [line.split(":")[0] for line in shown[1:]] == ["p50", "p95", "p99"]


def test_without_executions_there_is_nothing_to_draw(client, open_console):
    reader = open_console(client.user).sign_in()
    reader.wait_for("text=Nothing was saved yet")
    reader.go("#/dashboard")
    reader.wait_for("text=No execution was created in this time")
    assert tile(reader, "p50") == "–" and tile(reader, "Success rate") == "–"
