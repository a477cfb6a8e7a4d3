import pytest

from harness.channels import TRANSPORTS
from interop.server import running


@pytest.fixture(scope="session")
def server():
    """The server that tests share. None of them may stop it."""
    with running() as shared:
        yield shared


@pytest.fixture(params=TRANSPORTS)
def transport(request):
    """Each transport in turn."""
    return request.param
