"""How soon somebody sees something in the console: by headless Chromium, over TLS, from a click
until it is painted."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, sync_playwright

from bench import progress
from bench.figures import median
from bench.report import Column, Report
from bench.servers import running_server
from browsing.history import save_history
from harness.server import Server

USER, EXECUTIONS = "bench", 100_000

COLUMNS = [
    Column("name", "until this is painted"),
    Column("median_ms", "median ms", ".0f"),
    Column("slowest_ms", "slowest ms", ".0f"),
]

# Does something in the page, and resolves with the milliseconds until an element has been painted.
PAINTED = """
([action, selector]) => new Promise((resolve) => {
  const begun = action ? performance.now() : 0;
  const before = document.querySelector("main").firstElementChild;
  const look = () => {
    // Not what was there before.
    if (action && before?.isConnected) return false;
    if (!document.querySelector(selector)) return false;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
    return true;
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true, attributes: true });
  if (action === "sign in") document.querySelector(".signin button").click();
  else if (action) location.hash = action;
  look();
})
"""


def measure(rounds: int) -> Report:
    with running_server() as server, sync_playwright() as playwright:
        progress.say(f"saving {EXECUTIONS:,} executions")
        save_history(server.client(USER), EXECUTIONS)
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        steps: dict[str, list[float]] = {}
        for number in range(rounds):
            progress.say(f"round {number + 1} of {rounds}")
            for name, taken in walk(browser, server).items():
                steps.setdefault(name, []).append(taken)
        browser.close()
    progress.end()
    rows = [
        {"name": name, "median_ms": median(taken), "slowest_ms": max(taken), "rounds": taken}
        for name, taken in steps.items()
    ]
    caption = f"{EXECUTIONS:,} executions, {rounds} rounds, nothing in the browser's cache at first"
    return Report("console", caption, COLUMNS, rows)


def walk(browser: Browser, server: Server) -> dict[str, float]:
    """What one reader sees, and how soon, in milliseconds."""
    context = browser.new_context(ignore_https_errors=True)
    page = context.new_page()
    page.goto(f"https://{server.address}/", wait_until="commit")
    page.wait_for_selector("#token")
    after = painter(page)
    taken = {"the form to sign in, since the address was entered": after(None, "#token")}
    page.get_by_label("Access token").fill(server.token(USER))
    row = "#executions tr[data-id]"
    taken["the first row, since the token was sent"] = after("sign in", row)
    failed = "#executions tr[data-id]:first-child .status.failed"
    taken["a list by status"] = after("#/executions?status=FAILED", failed)
    link = page.get_attribute("#executions tr[data-id] a", "href")
    taken["an execution"] = after(link, "dl.facts")
    taken["the dashboard of 30 days"] = after("#/dashboard", ".tiles ~ .grid .chart svg")
    context.close()
    return taken


def painter(page: Page) -> Callable[[str | None, str], float]:
    return lambda action, selector: page.evaluate(PAINTED, [action, selector])
