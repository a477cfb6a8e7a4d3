"""One execution as the console shows it."""

import json
import time

import pytest

from browsing.history import save_usual_and_slow
from browsing.reader import RETURN_MS, Reader
from harness.client import COMPLETED, FAILED, RUNNING, document
from harness.identifiers import uuid7
from harness.stubs import execution_pb2

LOAD = {"task_name": "load", "status": "COMPLETED", "duration_seconds": 2.5}
CHECK = {"task_name": "check", "status": "FAILED", "duration_seconds": 1, "error": "no rows"}


def test_an_execution_is_opened_with_all_that_is_known_of_it(client, open_console):
    saved = client.save(
        workflow_id="orders",
        status=FAILED,
        error_message="row 7 has no id",
        input_data=document({"region": "eu", "deep": {"a": [1, None, "text"]}}),
        output_data=document([]),
        task_results=document([LOAD, CHECK]),
        execution_metadata=document({"host": "worker-3"}),
    )
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.row(saved.id).get_by_role("link", name="orders").click()
    reader.wait_for("h1:has-text('orders')")
    page = reader.page
    assert page.locator(".head .status").inner_text() == "FAILED"
    assert page.locator("pre.message").inner_text() == "row 7 has no id"
    assert page.locator("dl.facts").inner_text().count(saved.id) == 1
    tasks = page.locator("section:has(h2:text-is('Tasks'))")
    assert "2 tasks, 3.5 s altogether" in tasks.get_by_role("img").get_attribute("aria-label")
    tasks.get_by_text("As a table").click()
    rows = tasks.locator("tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["load", "COMPLETED", "0 s", "2.5 s", ""],
        ["check", "FAILED", "2.5 s", "1 s", "no rows"],
    ]
    document_of = page.locator("#document-inputData")
    assert '"eu"' in document_of.inner_text()
    page.locator("#document-executionMetadata summary").first.click()
    page.locator("#document-executionMetadata").get_by_text('"worker-3"').wait_for()


def test_a_link_to_an_execution_survives_signing_in(client, open_console):
    saved = client.save(workflow_id="linked", status=COMPLETED)
    reader = open_console(client.user, place=f"#/executions/{saved.id}")
    reader.expected = ("status of 401",)
    # Whoever pastes a wrong token first does not lose the place for it.
    reader.sign_in("wrong")
    reader.wait_for("[role=alert]")
    reader.sign_in()
    reader.wait_for("h1:has-text('linked')")
    assert reader.place.endswith(saved.id)
    # Who signs in after that has no business with it.
    reader.page.get_by_role("button", name="Sign out").click()
    assert saved.id not in reader.place


def test_numbers_are_shown_with_all_their_digits(client, open_console):
    long = "1234567890123456789"
    written = execution_pb2.JsonDocument(json=f'{{"n": {long}, "m": 7}}')
    saved = client.save(status=COMPLETED, input_data=written)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    part = reader.page.locator("#document-inputData")
    part.get_by_text(long).wait_for()
    assert "m: 7" in part.inner_text()


def test_of_many_tasks_those_are_drawn_that_failed_or_took_longest(client, open_console):
    slow = LOAD | {"task_name": "slow", "duration_seconds": 60}
    tasks = [LOAD] * 2_000 + [slow] + [LOAD] * 2_998 + [CHECK]
    saved = client.save(status=COMPLETED, task_results=document(tasks))
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    part = reader.page.locator("section:has(h2:text-is('Tasks'))")
    drawing = part.get_by_role("img")
    assert "5,000 tasks" in drawing.get_attribute("aria-label")
    assert drawing.locator("rect").count() == 40
    titles = drawing.locator("title").all_text_contents()
    assert "slow: COMPLETED, 1 min" in titles
    assert titles[-1] == "check: FAILED, 1 s, no rows"
    assert "1 failed" in part.inner_text()
    assert part.locator("li").all_inner_texts() == ["check no rows"]
    part.get_by_role("button", name="Show the first 500").click()
    assert drawing.locator("rect").count() == 500


def test_of_a_traceback_its_last_line_comes_first(client, open_console):
    calls = "".join(f'  File "steps.py", line {n}, in step_{n}\n' for n in range(60))
    trace = f"Traceback (most recent call last):\n{calls}ValueError: no rows\n"
    saved = client.save(status=FAILED, error_message=trace)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    assert reader.wait_for(".gist").inner_text() == "ValueError: no rows"
    assert reader.page.locator("pre.message").text_content() == trace


def test_what_one_takes_elsewhere_is_copied(client, open_console):
    saved = client.save(status=FAILED, error_message="disk full", input_data=document({"a": 1}))
    reader = open_console(client.user).sign_in()
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    reader.wait_for("dl.facts")
    for name, text in (("Id", saved.id), ("Error", "disk full"), ("Input", '{\n  "a": 1\n}')):
        reader.page.get_by_role("button", name=f"Copy: {name}").click()
        reader.wait_until(
            "name => document.querySelector('#announcer').textContent === `${name} was copied`",
            name,
        )
        assert reader.page.evaluate("() => navigator.clipboard.readText()") == text


def test_an_address_that_says_nothing_leads_to_the_list(client, open_console):
    saved = client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    for address in ("#/executions/%zz", "#/nowhere", "#"):
        reader.go("#/dashboard")
        reader.wait_for(".tiles")
        reader.go(address)
        assert reader.rows(1) == [saved.id]


def test_tasks_that_tell_when_they_began_lie_there(client, open_console):
    began = "2026-01-01T00:00:{:02d}Z"
    saved = client.save(
        status=COMPLETED,
        task_results=document(
            [
                LOAD | {"start_time": began.format(0), "duration_seconds": 10},
                CHECK
                | {
                    "start_time": began.format(4),
                    "end_time": began.format(6),
                    "duration_seconds": None,
                },
            ]
        ),
    )
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    reader.wait_for("h2:text-is('Tasks')")
    reader.page.get_by_text("As a table").click()
    rows = reader.page.locator("section:has(h2:text-is('Tasks')) tbody tr").all_inner_texts()
    assert [row.split("\t")[2:4] for row in rows] == [["0 s", "10 s"], ["4 s", "2 s"]]


def test_results_that_are_no_tasks_are_shown_as_they_are(client, open_console):
    for results, shown in (({"done": True}, "true"), ([1, "two", None], '"two"'), ([["x"]], '"x"')):
        saved = client.save(status=COMPLETED, task_results=document(results))
        reader = open_console(client.user).sign_in()
        reader.rows()
        reader.go(f"#/executions/{saved.id}")
        reader.wait_for("#document-taskResults")
        assert reader.page.locator("h2:text-is('Tasks')").count() == 0
        reader.page.locator("#document-taskResults summary").first.click()
        reader.page.locator("#document-taskResults").get_by_text(shown).wait_for()


def test_those_before_and_after_are_the_workflows_own(client, open_console):
    now = time.time()
    ours = [
        client.save(id=uuid7(now - age), workflow_id="w", status=COMPLETED).id
        for age in (900_000, 90_000, 9_000, 8_999, 900, 90)
    ]
    client.save(id=uuid7(now - 9_000), workflow_id="other", status=COMPLETED)
    reader = open_console(client.user).sign_in()
    reader.rows(7)
    reader.go(f"#/executions/{ours[2]}")
    page = reader.page
    reader.wait_for("svg.neighbours a")
    links = page.eval_on_selector_all(
        "svg.neighbours a", "links => links.map(link => link.getAttribute('href'))"
    )
    assert links == [f"#/executions/{one}" for one in ours]
    page.get_by_role("link", name="After →").click()
    reader.wait_until("id => location.hash.endsWith(id)", ours[3])
    reader.wait_for(f'svg.neighbours a[aria-current][href$="{ours[3]}"]')
    page.keyboard.press("[")
    reader.wait_until("id => location.hash.endsWith(id)", ours[2])


def test_those_of_the_same_millisecond_are_around_it_too(client, open_console):
    now = time.time()
    ours = sorted(
        client.save(id=uuid7(now - 60), workflow_id="w", status=COMPLETED).id for _ in range(6)
    )
    reader = open_console(client.user).sign_in()
    reader.rows(6)
    reader.go(f"#/executions/{ours[3]}")
    reader.wait_for("svg.neighbours a")
    links = reader.page.eval_on_selector_all(
        "svg.neighbours a", "links => links.map(link => link.getAttribute('href'))"
    )
    assert links == [f"#/executions/{one}" for one in ours]


def test_an_execution_that_goes_on_is_followed(client, open_console):
    saved = client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    reader.wait_for(".head .status.running")
    assert "so far" in reader.page.locator("dl.facts").inner_text()
    reader.page.get_by_text("Task results").click()
    reader.wait_for("text=The workflow has no other execution")
    client.update(saved.id, status=COMPLETED, output_data=document({"written": 3}))
    reader.wait_for(".head .status.completed")
    # What the reader has opened stays open.
    assert reader.page.locator("#document-taskResults").get_attribute("open") is not None


def wait_until_watched(reader, client, saved):
    """Its watch has begun once it tells of a change."""
    client.update(saved.id, output_data=document({"written": 3}))
    reader.wait_for("#document-outputData summary:has-text('{1}')")


@pytest.mark.parametrize("is_watched", [True, False])
def test_one_that_is_deleted_is_told_so_whatever_is_answered_later(
    client, open_console, is_watched
):
    saved, held = client.save(status=COMPLETED), []
    reader = open_console(client.user, place=f"#/executions/{saved.id}")
    reader.expected = ("status of 404",)
    reader.page.route("**:estimate", lambda route: held.append(route))
    if not is_watched:
        reader.page.route("**:watch?*", lambda route: held.insert(0, route))
    with reader.page.expect_request("**:estimate"):
        reader.sign_in()
    if is_watched:
        wait_until_watched(reader, client, saved)
        client.delete(saved.id)
    else:
        reader.wait_for("text=The workflow has no other execution")
        client.delete(saved.id)
        held.pop(0).continue_()
    reader.wait_for("text=It was deleted")
    usual = {"p50DurationSeconds": 7, "p90DurationSeconds": 9, "durationSupport": "40"}
    for estimate in held:
        estimate.fulfill(json={"estimate": usual})
    reader.wait_for("text=7 s, at most 9 s in 9 of 10")
    assert reader.page.get_by_text("It was deleted").count() == 1


def test_a_change_that_could_not_be_read_is_read_again(client, open_console):
    # One that runs is read now and then in any case.
    saved = client.save(status=COMPLETED)
    reader = open_console(client.user, place=f"#/executions/{saved.id}")
    reader.expected = ("status of 503",)
    reader.sign_in()
    wait_until_watched(reader, client, saved)
    path = f"**/v1/executions/{saved.id}"
    reader.page.route(path, lambda route: route.fulfill(status=503), times=1)
    client.update(saved.id, output_data=document({"written": 3, "left": 1}))
    reader.wait_for("#document-outputData summary:has-text('{2}')")


def test_one_whose_server_is_away_is_told_to_be_old_and_goes_on(own_server, chromium):
    saved = own_server.client("ada").save(status=RUNNING)
    reader = Reader(chromium, own_server, own_server.token("ada"))
    reader.sign_in().rows(1)
    reader.go(f"#/executions/{saved.id}")
    reader.wait_for("text=The workflow has no other execution")
    wait_until_watched(reader, own_server.client("ada"), saved)
    assert own_server.stop() == 0
    reader.wait_for("text=what is shown may be old")
    own_server.start()
    own_server.client("ada").update(saved.id, status=COMPLETED)
    reader.wait_for(".head .status.completed", timeout=RETURN_MS)
    reader.wait_for(".note", state="detached")
    reader.context.close()


def test_one_that_is_slower_than_those_like_it_is_marked(client, open_console):
    slow = save_usual_and_slow(client, 1, 600)
    reader = open_console(client.user).sign_in()
    reader.rows(41)
    said = reader.wait_for(f'#executions tr[data-id="{slow.id}"] .slow').get_attribute("title")
    assert said.startswith("10 min: 95 of 100 executions of etl take at most")
    reader.go(f"#/executions/{slow.id}")
    # By the same rule, in the same words.
    assert reader.wait_for(".head .slow").get_attribute("title") == said


def test_what_is_not_there_or_anothers_is_told_so(client, server, open_console):
    other = server.client("somebody-else")
    anothers = other.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.expected = tuple(f"status of {code}" for code in (400, 403, 404))
    reader.wait_for("text=Nothing was saved yet")
    for execution_id in (uuid7(), anothers.id, "nonsense"):
        reader.go(f"#/executions/{execution_id}")
        reader.wait_for("main > .error")
        reader.go("#/dashboard")
        reader.wait_for(".tiles")


def test_a_large_document_is_opened_in_portions(client, open_console):
    saved = client.save(
        status=COMPLETED, output_data=document({"rows": [{"n": n} for n in range(5_000)]})
    )
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.go(f"#/executions/{saved.id}")
    part = reader.page.locator("#document-outputData")
    part.locator("summary").first.click()
    part.locator("summary", has_text="[5000]").click()
    more = part.get_by_role("button", name="Show 200 more of 4800")
    more.click()
    part.get_by_role("button", name="Show 200 more of 4600").wait_for()
    assert json.loads(saved.output_data.json)["rows"][399] == {"n": 399}
    assert part.locator("summary", has_text="399:").count() == 1


def test_tasks_are_coloured_by_how_they_ended(client, open_console):
    statuses = ["COMPLETED", "FAILED", "RUNNING", "SKIPPED", "CANCELLED", ""]
    tasks = [{"name": f"t{n}", "status": one, "duration": 1} for n, one in enumerate(statuses)]
    saved = client.save(task_results=document(tasks), status=RUNNING)
    reader = open_console(client.user, place=f"#/executions/{saved.id}").sign_in()
    drawn = reader.page.locator(".chart rect[class^=fill-]")
    drawn.nth(len(tasks) - 1).wait_for()
    styles = drawn.evaluate_all("found => found.map(one => one.getAttribute('class'))")
    expected = ["ok", "fault", "a", "rest", "rest", "ok"]
    assert styles[: len(tasks)] == [f"fill-{style}" for style in expected]
    titles = reader.page.locator(".chart title").all_text_contents()
    assert "t3: SKIPPED, 1 s" in titles and "t5: 1 s" in titles


def test_each_page_says_what_zone_its_times_are_of(client, open_console):
    saved = client.save(status=COMPLETED)
    reader = open_console(client.user, zone="Asia/Tokyo", place=f"#/executions/{saved.id}")
    reader.sign_in().wait_for("text=Times are those of Asia/Tokyo.")
    reader.go("#/dashboard")
    reader.wait_for("text=/As of [0-9:]+, Asia\\/Tokyo. Days are UTC's./")
