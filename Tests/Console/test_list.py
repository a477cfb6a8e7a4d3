"""The list of executions: signing in, filters, pages, and what changes while one looks."""

import re

from browsing.history import save_usual_and_slow
from browsing.reader import DESKTOP, PATIENCE_MS, PHONE, RETURN_MS, Reader
from harness import curl, tokens
from harness.client import COMPLETED, FAILED, RUNNING
from harness.identifiers import fresh_user
from harness.server import Server


def test_who_signs_in_sees_the_newest_executions(history, open_console):
    reader = open_console(history.user).sign_in()
    newest = [one.id for one in history.history(page_size=50).executions]
    assert reader.rows(50) == newest
    reader.range_is("1–50 of 100,000")


def test_a_token_that_is_refused_is_told_so_and_kept_nowhere(client, open_console):
    reader = open_console(client.user)
    reader.expected = ("status of 401",)
    reader.sign_in(tokens.with_changed_payload(reader.token, sub="somebody"))
    assert "token" in reader.page.get_by_role("alert").inner_text()
    reader.sign_in("no token at all")
    reader.wait_until(
        "() => document.querySelector('[role=alert]')?.textContent.includes('no token')"
    )
    reader.sign_in("Bearer " + reader.token)
    reader.wait_for("text=Nothing was saved yet")
    kept = "() => JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie"
    assert reader.token not in reader.page.evaluate(kept) + reader.place
    reader.page.reload()
    reader.wait_for("#token")


def test_pages_follow_each_other_and_lead_back(history, open_console):
    reader = open_console(history.user).sign_in()
    first = reader.rows(50)
    pages = [first]
    for number in (2, 3):
        reader.page.get_by_role("button", name="Older").click()
        reader.range_is(f"{50 * (number - 1) + 1}–{50 * number} of 100,000")
        pages.append(reader.rows(50))
    shown = [one for page in pages for one in page]
    assert shown == sorted(set(shown), reverse=True)
    reader.page.get_by_role("button", name="Newer").click()
    reader.range_is("51–100 of 100,000")
    assert reader.rows(50) == pages[1]
    reader.page.go_back()
    reader.range_is("101–150 of 100,000")
    assert reader.rows(50) == pages[2]


def test_who_is_sent_a_link_to_anothers_page_begins_at_the_first(client, history, open_console):
    ours = client.save(status=RUNNING)
    reader = open_console(history.user).sign_in()
    reader.rows(50)
    reader.page.get_by_role("button", name="Older").click()
    reader.wait_until("() => location.hash.includes('page=')")
    other = open_console(client.user, place=reader.place)
    other.expected = ("status of 400",)
    other.sign_in()
    assert other.rows(1) == [ours.id]
    assert "page=" not in other.place
    other.range_is("1–1 of 1")


def test_no_execution_is_between_pages_however_many_come(client, open_console):
    ids = [client.save(status=RUNNING).id for _ in range(60)]
    reader = open_console(client.user).sign_in()
    assert reader.rows(50) == ids[:-51:-1]
    reader.wait_until_live()
    ids += [client.save(status=RUNNING).id for _ in range(15)]
    is_first = "id => document.querySelector('#executions tr[data-id]').dataset.id === id"
    reader.wait_until(is_first, ids[-1])
    seen = reader.ids
    reader.page.get_by_role("button", name="Older").click()
    reader.range_is("51–75 of 75")
    assert seen + reader.rows(25) == ids[::-1]


def test_who_signs_in_next_sees_nothing_of_the_last(client, history, open_console):
    reader = open_console(history.user).sign_in()
    reader.rows(50)
    reader.page.get_by_role("button", name="Older").click()
    reader.range_is("51–100 of 100,000")
    reader.page.get_by_label("Workflow").fill("nightly-etl-3")
    reader.wait_for_another_list(lambda: reader.page.keyboard.press("Enter"))
    assert "nightly-etl-3" in reader.place
    reader.page.get_by_role("button", name="Sign out").click()
    assert reader.page.locator("main").inner_text().count("nightly") == 0
    assert "nightly" not in reader.place
    reader.sign_in(reader.token_of(client.user))
    reader.wait_for("text=Nothing was saved yet")


def test_a_server_that_comes_back_is_followed_again(own_server, chromium):
    client = own_server.client("ada")
    reader = Reader(chromium, own_server, own_server.token("ada"))
    reader.sign_in()
    reader.wait_until_live()
    assert own_server.stop() == 0
    reader.wait_for(".live[data-state=waiting]")
    reader.wait_for("text=what is shown may be old")
    own_server.start()
    client = own_server.client("ada")
    saved = client.save(status=RUNNING)
    assert reader.rows(1, timeout=RETURN_MS) == [saved.id]
    assert reader.page.get_by_text("what is shown may be old").count() == 0
    # One that is asked for meanwhile comes by itself too.
    assert own_server.stop() == 0
    reader.go("#/executions?status=RUNNING")
    reader.wait_for("text=The server can't be reached")
    own_server.start()
    assert reader.rows(1, timeout=RETURN_MS) == [saved.id]
    assert reader.page.locator(".error").count() == 0
    reader.context.close()


def test_what_takes_longer_than_a_moment_is_told_to_be_awaited(client, open_console):
    client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.rows(1)

    def answer_once_it_is_awaited(route):
        reader.wait_for("main[aria-busy=true]")
        route.continue_()

    # The list before still asks, for its total and when its watch begins.
    filtered = re.compile("/v1/executions[?].*RUNNING")
    reader.page.route(filtered, answer_once_it_is_awaited, times=1)
    reader.wait_for_another_list(lambda: reader.go("#/executions?status=RUNNING"))
    reader.rows(1)
    reader.wait_for("main:not([aria-busy])")


def test_long_names_leave_room_for_other_rows(client, open_console):
    name = "orders/" + "x" * 240
    saved = client.save(workflow_id=name, workflow_type="a.type.of." + "y" * 200, status=COMPLETED)
    for size in (DESKTOP, PHONE):
        reader = open_console(client.user, size=size).sign_in()
        reader.rows(1)
        height = reader.row(saved.id).evaluate("row => row.getBoundingClientRect().height")
        assert 0 < height < 150
        link = reader.row(saved.id).get_by_role("link")
        assert link.get_attribute("title") == name and link.inner_text() == name


def test_what_happens_is_seen_as_it_happens(client, open_console):
    first = client.save(workflow_id="first", status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.wait_until_live()
    second = client.save(workflow_id="second", status=RUNNING)
    assert reader.rows(2) == [second.id, first.id]
    client.update(first.id, status=FAILED, error_message="it broke")
    reader.wait_for(f'tr[data-id="{first.id}"] .status.failed')
    client.delete(second.id)
    assert reader.rows(1) == [first.id]


def test_what_no_longer_meets_the_filters_leaves_the_list(client, open_console):
    saved = client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.wait_for_another_list(lambda: reader.page.get_by_label("RUNNING").check())
    assert "status=RUNNING" in reader.place
    assert reader.rows(1) == [saved.id]
    reader.wait_until_live()
    client.update(saved.id, status=COMPLETED)
    reader.wait_for("text=No execution meets these filters")


def test_a_list_of_one_workflow_is_told_of_its_changes_and_deletions_alone(client, open_console):
    first, second = (client.save(workflow_id="mine", status=RUNNING) for _ in range(2))
    reader = open_console(client.user, place="#/executions?workflow=mine").sign_in()
    assert reader.rows(2) == [second.id, first.id]
    reader.wait_until_live()
    other = client.save(workflow_id="other", status=RUNNING)
    client.delete(second.id)
    assert reader.rows(1) == [first.id]
    third = client.save(workflow_id="mine", status=RUNNING)
    assert reader.rows(2) == [third.id, first.id]
    assert other.id not in reader.ids


def test_a_list_that_is_held_does_not_move(client, open_console):
    reader = open_console(client.user).sign_in()
    reader.wait_for("text=Nothing was saved yet")
    reader.page.get_by_role("button", name="Live").click()
    # Somebody who follows has seen it by the time that this one is looked at.
    other = open_console(client.user).sign_in()
    other.wait_until_live()
    saved = client.save(status=RUNNING)
    assert other.rows(1) == [saved.id] and reader.ids == []
    reader.page.get_by_role("button", name="Live").click()
    assert reader.rows(1) == [saved.id]


def test_a_page_that_is_not_seen_holds_no_connection_and_misses_nothing(client, open_console):
    first = client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    reader.wait_until_live()
    with reader.page.expect_event("requestfailed", lambda one: ":watch" in one.url):
        reader.be_seen(False)
    # Somebody who follows has seen it by the time that this one is looked at.
    other = open_console(client.user).sign_in()
    other.wait_until_live()
    second = client.save(status=RUNNING)
    assert other.rows(2) == [second.id, first.id] and reader.ids == [first.id]
    asked = len(reader.asked)
    with reader.page.expect_request("**/v1/executions:watch*") as watch:
        reader.be_seen(True)
    assert reader.rows(2) == [second.id, first.id]
    reader.wait_until_live()
    # It goes on where it was, and need not read the list again for it.
    assert ":watch?resumeToken=" in watch.value.url
    assert reader.asked[asked] == watch.value.url


def test_who_may_read_others_names_the_user(history, open_console):
    reader = open_console("operator", tokens.ANY_USER).sign_in()
    reader.wait_for("text=Nothing was saved yet")
    reader.page.get_by_label("User").fill(history.user)
    reader.page.keyboard.press("Enter")
    assert reader.rows(50) == [one.id for one in history.history(page_size=50).executions]
    alone = open_console(history.user).sign_in()
    alone.rows(50)
    assert alone.page.get_by_label("User", exact=True).count() == 0


def test_an_execution_that_takes_longer_than_most_of_its_type_is_marked(client, open_console):
    # Percentiles are near 10 s, not it: no execution is slower than one that took as long.
    slow = save_usual_and_slow(client, 10, 60)
    reader = open_console(client.user).sign_in()
    reader.rows(41)
    mark = reader.row(slow.id).locator(".slow")
    mark.wait_for()
    assert re.search(r"1 min.*95 of 100 executions of etl", mark.get_attribute("title"))
    assert reader.page.locator(".slow").count() == 1


def test_the_list_is_used_by_keyboard_alone(history, open_console):
    reader = open_console(history.user).sign_in()
    ids = reader.rows(50)
    focused = "() => document.activeElement.closest('tr')?.dataset.id"
    reader.page.get_by_role("button", name="Filter", exact=True).focus()
    reader.wait_for_another_list(lambda: reader.page.keyboard.press("Enter"))
    assert reader.rows(50) == ids
    reader.page.get_by_role("link", name="Dashboard").focus()
    reader.page.keyboard.press("Enter")
    reader.wait_for("h1:has-text('Dashboard')")
    reader.page.go_back()
    reader.rows(50)
    reader.page.evaluate("() => document.activeElement.blur()")
    for key, index in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        reader.page.keyboard.press(key)
        assert reader.page.evaluate(focused) == ids[index]
    reader.page.keyboard.press("n")
    reader.range_is("51–100 of 100,000")
    reader.page.keyboard.press("p")
    reader.range_is("1–50 of 100,000")
    reader.page.keyboard.press("/")
    reader.page.keyboard.type("j")
    assert reader.page.get_by_label("Workflow").input_value() == "j"
    reader.page.keyboard.press("Escape")
    reader.page.keyboard.press("?")
    assert "Next execution" in reader.page.get_by_role("dialog").inner_text()
    reader.page.keyboard.press("Escape")
    for key in ("g", "d"):
        reader.page.keyboard.press(key)
    reader.wait_for("h1:has-text('Dashboard')")


def test_text_of_executions_is_never_markup(client, open_console):
    hostile = "<img src=x onerror=alert(1)>"
    saved = client.save(workflow_id=hostile, status=FAILED, error_message=f"<script>{hostile}")
    reader = open_console(client.user).sign_in()
    reader.rows(1)
    assert reader.row(saved.id).get_by_role("link").inner_text() == hostile
    reader.row(saved.id).get_by_role("link").click()
    assert reader.wait_for("pre.message").inner_text() == f"<script>{hostile}"
    assert reader.page.locator("main img, main script").count() == 0


def test_a_token_that_expires_signs_its_reader_out(server, client, open_console):
    reader = open_console(client.user)
    reader.expected = ("status of 401",)
    # Long enough to sign in with it on a busy machine.
    claims = {"sub": client.user, "exp": tokens.now() + 15}
    reader.sign_in(tokens.sign(server.secret, claims))
    reader.wait_for("text=Nothing was saved yet")
    reader.wait_for("#token", timeout=2 * PATIENCE_MS)
    assert "expired" in reader.page.get_by_role("alert").inner_text()


def test_a_token_that_is_refused_late_signs_nobody_else_out(client, open_console):
    reader = open_console(client.user)
    reader.expected = ("status of 401",)
    reader.page.clock.install()
    reader.sign_in().wait_for("text=Nothing was saved yet")
    asks, held = "**/v1/executions?pageSize=1", []
    reader.page.route(asks, lambda route: held.append(route), times=1)
    with reader.page.expect_request(asks):
        # When its token ends, the server is asked whether it has.
        reader.page.clock.fast_forward("01:00:00")
    reader.page.get_by_role("button", name="Sign out").click()
    reader.sign_in(reader.token_of(fresh_user())).wait_for("text=Nothing was saved yet")
    with reader.page.expect_event("requestfinished", lambda request: request == held[0].request):
        held[0].fulfill(status=401, json={"code": 16, "message": "the token has expired"})
    reader.go("#/dashboard")
    reader.wait_for(".tiles")


def test_a_server_may_have_no_console(server):
    closed = Server("--console", "off")
    try:
        closed.start()
        for path in ("/", "/js/main.js", "/console.css"):
            assert curl.ask(closed, "GET", path).status == 404
            assert curl.ask(server, "GET", path).status == 200
    finally:
        closed.remove()
