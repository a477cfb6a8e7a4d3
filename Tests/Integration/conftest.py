import inspect

import pytest

from harness import asynchronous, tokens
from harness.channels import TRANSPORTS
from harness.identifiers import fresh_user
from harness.python_client import connect


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs a test that is a coroutine."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    asynchronous.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


def pytest_unconfigure():
    asynchronous.close()


@pytest.fixture
def client(server):
    """A user of its own, over TLS, who may read and write what is theirs."""
    return server.client(fresh_user())


@pytest.fixture(params=TRANSPORTS)
def any_client(server, request):
    """The same over every transport in turn."""
    return server.client(fresh_user(), request.param)


@pytest.fixture
def stranger(server):
    """Another user."""
    return server.client(fresh_user())


@pytest.fixture
def operator(server):
    """One who may act for any user."""
    return server.client(fresh_user(), scope=tokens.ANY_USER)


@pytest.fixture
def user():
    return fresh_user()


@pytest.fixture
def history(server, user):
    """The Python client of a user of its own, over TLS."""

    async def connected():
        return connect(server, server.token(user))

    client = asynchronous.run(connected())
    yield client
    asynchronous.run(client.close())
