"""The filters of the list: a form, and the link to what it shows."""

import datetime
import time
import urllib.parse
import zoneinfo

from harness.client import COMPLETED, FAILED, RUNNING
from harness.identifiers import uuid7


def test_filters_are_the_servers_and_have_a_link(history, open_console):
    reader = open_console(history.user).sign_in()
    reader.rows(50)
    reader.wait_for_another_list(lambda: reader.page.get_by_label("FAILED").check())
    failed = history.history(page_size=50, statuses=[FAILED], include_total=True)
    assert reader.rows(50) == [one.id for one in failed.executions]
    assert set(reader.statuses()) == {"FAILED"}
    reader.range_is(f"1–50 of {failed.total:,}")
    reader.page.get_by_label("Workflow").fill("nightly-etl-3")
    reader.page.keyboard.press("Enter")
    both = history.history(
        page_size=50, statuses=[FAILED], workflow_id="nightly-etl-3", include_total=True
    )
    reader.range_is(f"1–{min(50, both.total)} of {both.total:,}")
    assert reader.rows(min(50, both.total)) == [one.id for one in both.executions]
    assert "workflow=nightly-etl-3" in reader.place and "status=FAILED" in reader.place
    reader.page.get_by_role("button", name="Clear").click()
    reader.range_is("1–50 of 100,000")


def test_a_range_of_time_is_read_in_the_readers_zone(client, open_console):
    old = client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    assert reader.rows(1) == [old.id]
    tomorrow = f"{datetime.date.today() + datetime.timedelta(days=1)}T00:00:00"
    reader.page.get_by_label("Created from").fill(tomorrow)
    reader.page.get_by_role("button", name="Filter").click()
    reader.wait_for("text=No execution meets these filters")
    reader.page.get_by_label("Created from").fill("")
    reader.page.get_by_label("Created before").fill(tomorrow)
    reader.page.get_by_role("button", name="Filter").click()
    assert reader.rows(1) == [old.id]


def test_a_link_with_a_range_of_time_shows_the_same_in_another_zone(client, open_console):
    # Part of a second of it, which no field shows.
    now = time.time()
    saved = [client.save(id=uuid7(now - hours * 3600), status=RUNNING) for hours in (3, 2, 1)]
    tokyo = open_console(client.user, zone="Asia/Tokyo").sign_in()
    tokyo.rows(3)

    def local(hours: float, zone: str) -> str:
        moment = datetime.datetime.fromtimestamp(now - hours * 3600, zoneinfo.ZoneInfo(zone))
        return moment.strftime("%Y-%m-%dT%H:%M:%S")

    tokyo.page.get_by_label("Created from").fill(local(2.5, "Asia/Tokyo"))
    tokyo.page.get_by_label("Created before").fill(local(1.5, "Asia/Tokyo"))
    tokyo.page.get_by_role("button", name="Filter").click()
    assert tokyo.rows(1) == [saved[1].id]

    new_york = open_console(client.user, zone="America/New_York", place=tokyo.place).sign_in()
    assert new_york.rows(1) == [saved[1].id]
    shown = datetime.datetime.fromisoformat(
        new_york.page.get_by_label("Created from").input_value()
    )
    assert shown.strftime("%Y-%m-%dT%H:%M:%S") == local(2.5, "America/New_York")


def test_a_range_of_time_that_is_not_touched_stays_exact(client, open_console):
    client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    exact = "2026-01-02T03:04:05.678Z"
    reader.wait_for_another_list(lambda: reader.go(f"#/executions?after={exact}"))
    reader.page.get_by_label("RUNNING").check()
    reader.wait_until("() => location.hash.includes('status=RUNNING')")
    query = reader.place.partition("?")[2]
    assert urllib.parse.parse_qs(query)["after"] == [exact]


def test_what_a_link_filters_by_that_is_not_understood_is_told(client, open_console):
    saved = [client.save(status=status) for status in (RUNNING, COMPLETED)]
    place = "#/executions?status=RUNNING&status=running&colour=red&after=yesterday&before="
    reader = open_console(client.user, place=place).sign_in()
    assert reader.rows(1) == [saved[0].id]
    note = reader.wait_for(".note").inner_text()
    assert note == "Not understood, and left out: status=running, colour=red, after=yesterday"
    reader.wait_for_another_list(lambda: reader.page.get_by_label("COMPLETED").check())
    assert reader.rows(2) == [saved[1].id, saved[0].id]
    assert reader.page.locator(".note").count() == 0
