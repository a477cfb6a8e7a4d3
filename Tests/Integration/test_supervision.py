"""What a supervisor such as systemd hears of the server, by sd_notify's protocol."""

import shutil
import socket
import struct

import pytest

from harness.folders import temporary_folder
from harness.server import Server


@pytest.fixture
def supervisor():
    """Listens as systemd does, and is told by the kernel who speaks."""
    folder = temporary_folder()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        listener.bind(str(folder / "notify.sock"))
        listener.settimeout(60)
        yield listener
    shutil.rmtree(folder)


@pytest.fixture
def supervised(supervisor, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", supervisor.getsockname())
    server = Server()
    try:
        yield server.start()
    finally:
        server.remove()


def hear(listener: socket.socket) -> tuple[int, dict[str, str]]:
    """The process that spoke, and what it said."""
    message, ancillary, _, _ = listener.recvmsg(4096, socket.CMSG_SPACE(struct.calcsize("3i")))
    ((_, _, credentials),) = ancillary
    pid, _, _ = struct.unpack("3i", credentials)
    return pid, dict(line.split("=", 1) for line in message.decode().splitlines())


def test_it_is_told_when_calls_are_accepted_and_when_the_server_stops(supervisor, supervised):
    pid, said = hear(supervisor)
    assert pid == supervised.process.pid
    assert said["READY"] == "1"
    assert supervised.address in said["STATUS"]

    assert supervised.stop() == 0
    pid, said = hear(supervisor)
    assert pid == supervised.process.pid
    assert said["STOPPING"] == "1"


def test_it_hears_nothing_from_postgres_which_speaks_the_protocol_too(supervisor, supervised):
    assert supervised.stop() == 0
    assert [hear(supervisor)[0] for _ in range(2)] == [supervised.process.pid] * 2
    supervisor.settimeout(0)
    with pytest.raises(BlockingIOError):
        hear(supervisor)


def test_a_supervisor_that_has_gone_is_a_warning(monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", "/nowhere/nobody.sock")
    server = Server()
    try:
        server.start()
        assert server.stop() == 0
        assert "nobody.sock" in server.log
    finally:
        server.remove()
