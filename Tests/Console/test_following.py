"""A list that is followed: what it shows is what is there, whatever overtakes what."""

from harness.client import COMPLETED, RUNNING


def is_strong(request) -> bool:
    """Whether a read is one that a watch has led to."""
    return request.headers.get("history-consistency") == "strong"


def test_a_list_is_called_live_once_it_has_caught_up(client, open_console):
    reader = open_console(client.user)
    called = []

    def look(route):
        if is_strong(route.request):
            called.append(reader.page.locator(".live").inner_text())
        route.continue_()

    reader.page.route("**/v1/executions?*", look)
    reader.sign_in().wait_until_live()
    assert called == ["Live (connecting)"]


def test_what_comes_before_a_watch_is_not_missed_where_reading_it_fails(client, open_console):
    reader = open_console(client.user)
    reader.expected = ("ERR_FAILED",)
    saved, failed = [], []

    def save(route):
        saved.append(client.save(status=COMPLETED).id)
        route.continue_()

    def fail_once(route):
        if failed or not is_strong(route.request):
            return route.continue_()
        failed.append(route.request)
        return route.abort()

    reader.page.route("**/v1/executions:watch*", save, times=1)
    reader.page.route("**/v1/executions?*", fail_once)
    reader.sign_in()
    assert reader.rows(1) == saved and len(failed) == 1


def open_with_others_pushed_out(client, open_console):
    """Who looks at the first page of 60, and has seen 15 more come; and the ids, newest first."""
    ids = [client.save(status=COMPLETED).id for _ in range(60)]
    reader = open_console(client.user).sign_in()
    reader.wait_until_live()
    assert reader.rows(50) == ids[:-51:-1]
    ids += [client.save(status=COMPLETED).id for _ in range(15)]
    reader.wait_until(
        "id => document.querySelector('#executions tr[data-id]').dataset.id === id", ids[-1]
    )
    return reader, ids[::-1]


def test_no_execution_is_between_pages_where_one_read_overtakes_another(client, open_console):
    reader, ids = open_with_others_pushed_out(client, open_console)
    seen, held = reader.ids, []

    def answer_in_turn(route):
        if not is_strong(route.request) or "pageToken" in route.request.url:
            return route.continue_()
        held.append(route)
        if len(held) == 2:
            with reader.page.expect_event("requestfinished", is_strong):
                held[0].continue_()
            route.continue_()
        return None

    reader.page.route("**/v1/executions?*", answer_in_turn)
    reader.page.keyboard.press("n")
    reader.page.keyboard.press("n")
    reader.range_is("51–75 of 75")
    assert seen + reader.rows(25) == ids and len(held) == 2


def test_no_execution_is_between_pages_where_a_read_fails(client, open_console):
    reader, ids = open_with_others_pushed_out(client, open_console)
    reader.expected = ("ERR_FAILED",)
    seen = reader.ids
    # Not the count of all, which follows what has changed.
    reader.page.route("**/v1/executions?*pageSize=50*", lambda route: route.abort(), times=1)
    reader.page.get_by_role("button", name="Older").click()
    reader.page.get_by_role("button", name="Try again").click()
    reader.range_is("51–75 of 75")
    assert seen + reader.rows(25) == ids


def test_a_list_that_is_held_does_not_move_by_what_was_asked_for_before(client, open_console):
    reader, held = open_console(client.user), []

    def hold(route):
        return held.append(route) if is_strong(route.request) and not held else route.continue_()

    reader.page.route("**/v1/executions?*", hold)
    with reader.page.expect_request(is_strong):
        reader.sign_in()
    reader.page.get_by_role("button", name="Live").click()
    saved = client.save(status=COMPLETED)
    with reader.page.expect_event("requestfinished", is_strong):
        held[0].continue_()
    # Somebody who follows has seen it by the time that this one is looked at.
    other = open_console(client.user).sign_in()
    assert other.rows(1) == [saved.id] and reader.ids == []
    reader.page.get_by_role("button", name="Live").click()
    assert reader.rows(1) == [saved.id]


def test_a_list_that_is_held_and_followed_while_it_is_read_is_watched_once(client, open_console):
    reader, held = open_console(client.user), []
    reader.page.route("**/v1/executions?pageSize=50", lambda route: held.append(route), times=1)
    with reader.page.expect_request("**/v1/executions?pageSize=50"):
        reader.sign_in()
    for _ in range(2):
        reader.page.get_by_role("button", name="Live").click()
    held[0].continue_()
    reader.wait_until_live()
    assert sum(":watch" in url for url in reader.asked) == 1


def test_a_list_that_is_followed_again_counts_what_came_meanwhile(client, open_console):
    client.save(status=RUNNING)
    reader = open_console(client.user).sign_in()
    reader.wait_until_live()
    reader.range_is("1–1 of 1")
    reader.page.get_by_role("button", name="Live").click()
    client.save(status=RUNNING)
    reader.page.get_by_role("button", name="Live").click()
    reader.rows(2)
    reader.range_is("1–2 of 2")


def test_a_count_that_another_has_overtaken_is_not_shown(client, open_console):
    reader, held = open_console(client.user), []

    def hold_first(route):
        return route.continue_() if held else held.append(route)

    reader.page.route("**/v1/executions?*includeTotal=true", hold_first)
    with reader.page.expect_request("**/v1/executions?*includeTotal=true"):
        reader.sign_in()
    reader.wait_until_live()
    saved = client.save(status=RUNNING)
    reader.range_is("1–1 of 1")
    with reader.page.expect_event("requestfinished", lambda one: one == held[0].request):
        held[0].fulfill(json={"total": "0"})
    client.update(saved.id, status=COMPLETED)
    reader.wait_for(f'tr[data-id="{saved.id}"] .status.completed')
    assert reader.page.locator("#range").inner_text() == "1–1 of 1"
