import os
import pathlib
import socket

import pytest

# The server is restarted on purpose here. Read when grpc is first imported, by what follows.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from clean_root.machine import Machine
from clean_root.service import Service


def named(variable: str) -> pathlib.Path:
    if variable not in os.environ:
        pytest.fail(f"{variable} is not set: run scripts/test-package")
    return pathlib.Path(os.environ[variable])


@pytest.fixture(scope="session")
def package() -> pathlib.Path:
    return named("DEBIAN_PACKAGE_FILE")


@pytest.fixture(scope="session")
def upgrade() -> pathlib.Path:
    return named("UPGRADE_PACKAGE_FILE")


@pytest.fixture(scope="session")
def service(package, upgrade):
    """The package, installed by apt in a machine that had nothing of it, with all its defaults."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # The container is on this machine's network.
        probe.bind(("127.0.0.1", Service.PORT))
    machine = Machine(named("CLEAN_ROOT"), [package, upgrade])
    try:
        machine.run("apt-get", "update", "--quiet=2")
        yield Service.install(machine, package)
    finally:
        machine.remove()
