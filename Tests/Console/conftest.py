import pytest
from playwright.sync_api import sync_playwright

from browsing.history import save_history
from browsing.reader import Reader
from harness import tokens
from harness.identifiers import fresh_user

EXECUTIONS = 100_000


@pytest.fixture(scope="session")
def history(server):
    """A user with 100,000 executions, which no test changes."""
    client = server.client(fresh_user())
    save_history(client, EXECUTIONS)
    return client


@pytest.fixture
def client(server):
    """A user of the test's own, over gRPC."""
    return server.client(fresh_user())


@pytest.fixture(scope="module")
def chromium():
    """A browser, which does not outlast its module: its event loop keeps others from running."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        yield browser
        browser.close()


@pytest.fixture
def open_console(server, chromium):
    """Opens the console for a user: `open_console(user, scope=..., size=..., theme=...)`.

    In the end nothing may have been said to the browser's console, nor asked of anybody else.
    """
    readers = []

    def open_for(user: str, scope: str = tokens.READ_WRITE, **screen) -> Reader:
        reader = Reader(chromium, server, server.token(user, scope), **screen)
        readers.append(reader)
        return reader

    yield open_for
    for reader in readers:
        reader.close()
