"""Somebody who looks at the console in a browser."""

import datetime
import urllib.parse

from playwright.sync_api import Browser, Page

DESKTOP, PHONE = (1280, 900), (360, 740)
# Long enough for a debug build on a busy machine.
PATIENCE_MS = 30_000
# The longer a server is away, the longer the next attempt is waited for: half a minute at most.
RETURN_MS = 2 * PATIENCE_MS
IDS_OF_ROWS = (
    "() => [...document.querySelectorAll('#executions tbody tr[data-id]')]"
    ".map(row => row.dataset.id)"
)


class Reader:
    """A page of one's own, what it has said, and what it has asked for."""

    def __init__(
        self,
        browser: Browser,
        server,
        token: str,
        size=DESKTOP,
        theme="light",
        zone=None,
        place="",
    ):
        self.token_of = server.token
        self.origin, self.token = f"https://{server.address}", token
        self.context = browser.new_context(
            ignore_https_errors=True,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            timezone_id=zone,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        # A refusal that the test is about is told by the browser too.
        self.expected: tuple[str, ...] = ()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(f"{self.origin}/{place}")

    def _hear(self, message) -> None:
        if message.type in ("error", "warning"):
            self.said.append(message.text)

    def close(self) -> None:
        self.context.close()
        unexpected = [said for said in self.said if not any(one in said for one in self.expected)]
        assert unexpected == []
        assert {urllib.parse.urlsplit(url).netloc for url in self.asked} == {
            urllib.parse.urlsplit(self.origin).netloc
        }

    # -- the way around

    def sign_in(self, token: str | None = None) -> "Reader":
        self.page.get_by_label("Access token").fill(token or self.token)
        self.page.get_by_role("button", name="Sign in").click()
        return self

    def go(self, place: str) -> None:
        """Follows a link of the console."""
        self.page.evaluate("place => { location.hash = place; }", place)

    def stop_clock(self, at: float) -> None:
        """Has the page take it for that time from now on: a test's days are the page's, though one
        ends meanwhile."""
        self.page.clock.set_fixed_time(datetime.datetime.fromtimestamp(at, datetime.UTC))

    def be_seen(self, is_seen: bool) -> None:
        """Has the page take itself for one that is seen, or is behind others: a browser without a
        screen shows all of them."""
        self.page.evaluate(
            """isSeen => {
              Object.defineProperty(document, "hidden", { value: !isSeen, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }""",
            is_seen,
        )

    def wait_for(self, selector: str, **how):
        return self.page.wait_for_selector(selector, **how)

    def wait_until(self, expression: str, argument: object = None) -> None:
        self.page.wait_for_function(expression, arg=argument)

    # -- what is seen

    @property
    def place(self) -> str:
        """What the address bar says behind the origin. The browser tells Playwright of it later."""
        return self.page.evaluate("() => location.href.slice(location.origin.length + 1)")

    @property
    def ids(self) -> list[str]:
        """The ids of the rows."""
        return self.page.evaluate(IDS_OF_ROWS)

    def rows(self, count: int | None = None, **how) -> list[str]:
        """The ids once there are so many rows, or any."""
        # Seen and counted at once: a list is emptied while another is read.
        found = self.page.wait_for_function(
            "count => { const ids = (" + IDS_OF_ROWS + ")();"
            " return (count === null ? ids.length > 0 : ids.length === count) && ids; }",
            arg=count,
            **how,
        )
        return found.json_value()

    def wait_for_another_list(self, press) -> None:
        """Does something that reads the list anew, and waits until the one before is gone."""
        before = self.page.query_selector("#executions")
        press()
        self.wait_until("before => !before.isConnected", before)

    def statuses(self) -> list[str]:
        return self.page.eval_on_selector_all(
            "#executions .status", "badges => badges.map(badge => badge.textContent)"
        )

    def row(self, execution_id: str):
        return self.page.locator(f'#executions tr[data-id="{execution_id}"]')

    def wait_until_live(self) -> None:
        # A list that is held has a button of the same name.
        self.wait_for(".live[data-state=live]")

    def range_is(self, text: str) -> None:
        self.wait_until("text => document.querySelector('#range')?.textContent === text", text)
