"""Sockets that whoever started the server opened, and restarts that nobody notices."""

import os
import signal
import socket
import sys
import threading

import grpc
import pytest

from harness.client import Client
from harness.folders import temporary_folder
from harness.identifiers import fresh_user
from harness.server import Server

# Where a client's call meets the news that it should go elsewhere, gRPC itself sends it there, as
# the call was not served: the harness's channels have that off.
STOCK = [("grpc.enable_retries", 1)]

# Moves the sockets to the places from 3 on, says for whom they are, and becomes the server.
ACTIVATE = """
import os, sys
given, command = sys.argv[1].split(","), sys.argv[2:]
spare = [os.dup2(int(fd), 200 + number) for number, fd in enumerate(given)]
for number, fd in enumerate(spare):
    os.dup2(fd, 3 + number)
os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(spare))}
os.execv(command[0], command)
"""


class Activated(Server):
    """A server that inherits these listening sockets, as systemd's socket activation has it."""

    def __init__(self, sockets, *flags, **arguments):
        super().__init__(*flags, **arguments)
        self.sockets = sockets

    def popen(self, command, **arguments):
        given = [listener.fileno() for listener in self.sockets]
        activate = [sys.executable, "-c", ACTIVATE, ",".join(map(str, given))]
        return super().popen(activate + command, pass_fds=given, **arguments)


@pytest.fixture
def sockets():
    folder = temporary_folder()
    tcp = socket.create_server(("127.0.0.1", 0), backlog=512)
    unix = socket.socket(socket.AF_UNIX)
    unix.bind(str(folder / "inherited.sock"))
    unix.listen(512)
    yield tcp, unix
    tcp.close()
    unix.close()


def serve_at(server, sockets):
    """The harness's server, at the addresses of these sockets."""
    tcp, unix = sockets
    server.port = tcp.getsockname()[1]
    server.address = f"127.0.0.1:{server.port}"
    server.socket = unix.getsockname()
    return server


@pytest.mark.parametrize("transport", ["tls", "unix-tls", "unix"])
def test_inherited_sockets_take_the_places_of_its_own(sockets, transport):
    server = serve_at(Activated(sockets), sockets)
    try:
        server.start()
        assert server.client(fresh_user(), transport).save().version == 1
        assert server.stop() == 0
        assert os.path.exists(sockets[1].getsockname()), "the path is not the server's to remove"
    finally:
        server.remove()


def test_a_descriptor_that_does_not_listen_is_refused_in_one_line():
    connected, other = socket.socketpair()
    server = Activated([connected])
    try:
        status, output = server.refusal()
        assert status == 1
        assert len(output.strip().splitlines()) == 1
        assert "LISTEN_FDS" in output
    finally:
        connected.close()
        other.close()
        server.remove()


def test_sockets_for_another_process_are_not_touched(own_server, monkeypatch):
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    other = Server()
    try:
        other.start()
        assert other.client(fresh_user()).save().version == 1
    finally:
        other.remove()


def test_restarts_under_load_fail_no_call_and_stop_postgres_only_at_last(sockets):
    servers = [serve_at(Activated(sockets), sockets).start()]
    failures, calls, stop = [], [0], threading.Event()

    def work(transport):
        user = fresh_user()
        client = Client(servers[0].channel(transport, *STOCK), user, servers[0].token(user))
        execution = client.save()
        while not stop.is_set():
            try:
                client.get(execution.id)
                calls[0] += 1
            except grpc.RpcError as error:
                failures.append(error)

    workers = [
        threading.Thread(target=work, args=(transport,))
        for transport in ["tls", "unix-tls", "unix"]
        for _ in range(2)
    ]
    try:
        for worker in workers:
            worker.start()
        for _ in range(4):
            successor = Activated(sockets)
            successor.use_data_of(servers[0])
            serve_at(successor, sockets).start()
            servers.append(successor)
            before = calls[0]
            servers[-2].process.send_signal(signal.SIGTERM)
            assert servers[-2].process.wait(timeout=60) == 0
            assert len(successor.postmasters()) == 1
            while calls[0] < before + 200 and not failures:
                stop.wait(0.01)
        stop.set()
        for worker in workers:
            worker.join()
        assert failures == []
        assert servers[-1].stop() == 0
        assert servers[0].postmasters() == []
    finally:
        stop.set()
        for server in reversed(servers):
            server.remove()
