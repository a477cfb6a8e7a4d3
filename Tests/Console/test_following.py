"""A list that is followed: what it shows is what is there, whatever overtakes what."""

from harness.client import COMPLETED


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
