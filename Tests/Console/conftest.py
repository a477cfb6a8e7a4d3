import os

import pytest

os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from playwright.sync_api import sync_playwright

from browsing.history import save_history
from browsing.reader import Reader
from harness import tokens
from harness.identifiers import fresh_user
from harness.server import Server, shared_server

EXECUTIONS = 100_000


@pytest.fixture(scope="session")
def server():
    """The server that tests share. None of them may stop it."""
    with shared_server() as shared:
        yield shared


@pytest.fixture
def own_server():
    """A server of the test's own, started, to be stopped as it likes."""
    own = Server()
    try:
        yield own.start()
    finally:
        own.remove()


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
    """Opens the console for a user: `open_console(user, scope=..., width=..., theme=...)`.

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
