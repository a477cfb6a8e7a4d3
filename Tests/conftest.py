"""Servers for the tests of any folder."""

import os

import pytest

# Servers are killed on purpose here: gRPC need not tell of each connection that it loses. Read
# when grpc is first imported, by what follows.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from harness.server import Server, shared_server


@pytest.fixture(scope="session")
def server():
    """The server that tests share. None of them may stop it."""
    with shared_server() as shared:
        yield shared


@pytest.fixture
def own_server():
    """A server of the test's own, started, to be killed as it likes."""
    own = Server()
    try:
        yield own.start()
    finally:
        own.remove()
