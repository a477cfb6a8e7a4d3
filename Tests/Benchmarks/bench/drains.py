"""Servers that follow each other at one address under load, and how many calls that costs: none.

The listening socket is the tool's own, and each server inherits it as systemd hands one over
(sd_listen_fds(3)). So the next server accepts calls before the one before it is told to stop, and
no connection waits at a socket that is closed.
"""

import collections
import contextlib
import fcntl
import itertools
import socket
import threading
import time

import grpc

from bench.processes import LOAD_CORE, check_cores, on_core
from bench.report import Column, Report
from bench.rpc import ECHO
from bench.servers import Folder, Process, echo_server_command
from harness.server import free_port

CHANNELS, CALLERS_PER_CHANNEL = 4, 4
BACKLOG = 1_024
# Longer than a server takes to drain; a call that takes as long has hung.
CALL_TIMEOUT = 30
# How long a server serves before the next one starts.
INTERVAL = 0.2

# The first descriptor that is handed over is 3, and LISTEN_PID must be the process that takes it:
# the shell's own, which exec keeps.
ADOPT = 'exec 3<&"$1"-; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'

COLUMNS = [
    Column("restarts", "restarts", ","),
    Column("calls", "calls", ","),
    Column("failed", "failed"),
    Column("codes", "codes"),
    Column("calls_per_second", "calls/s", ",.0f"),
    Column("slowest_ms", "slowest call, ms", ",.0f"),
    Column("slowest_drain_ms", "slowest drain, ms", ",.0f"),
]


class Servers:
    """Instances of the echo server at one address, each on the socket that the tool holds."""

    handing_over = "each instance inherits the listening socket, and accepts before the last drains"

    def __init__(self, folder: Folder):
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listening:
            self.address = f"127.0.0.1:{listening.getsockname()[1]}"
            # Not 3, onto which the shell moves it.
            self.descriptor = fcntl.fcntl(listening, fcntl.F_DUPFD_CLOEXEC, 10)

    def launch(self) -> Process:
        command = ["bash", "-c", ADOPT, "bash", str(self.descriptor)]
        command += echo_server_command(self.folder)
        return self.said(Process(*command, pass_fds=(self.descriptor,)))

    def said(self, process: Process) -> Process:
        address = process.first_line()
        if address != self.address:
            process.stop()
            raise SystemExit(f"scripts/bench: the server listens on {address}, not {self.address}")
        return process

    def replace(self, process: Process) -> tuple[Process, float]:
        """Starts the next instance and ends this one; returns the next, and how many seconds this
        one took to drain."""
        following = self.launch()
        return following, drain(process)


class PlainServers(Servers):
    """Instances that listen by themselves, so that each must end before the next can start."""

    handing_over = "each instance listens itself, after the last has ended"

    def __init__(self, folder: Folder):
        self.folder = folder
        self.address = f"127.0.0.1:{free_port()}"

    def launch(self) -> Process:
        command = echo_server_command(self.folder, "--listen", self.address)
        return self.said(Process(*command))

    def replace(self, process: Process) -> tuple[Process, float]:
        seconds = drain(process)
        return self.launch(), seconds


def drain(process: Process) -> float:
    began = time.monotonic()
    status = process.stop()
    if status != 0:
        raise SystemExit(
            f"scripts/bench: a server that was told to stop has ended with status {status}"
        )
    return time.monotonic() - began


class Load:
    """Callers that call as fast as they are answered, as stock clients do: a call waits for a
    connection, and is made once."""

    def __init__(self, folder: Folder, address: str):
        self.ended = collections.Counter()
        self.slowest = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._credentials = grpc.ssl_channel_credentials(folder.certificate.read_bytes())
        self._metadata = [("authorization", f"Bearer {folder.token()}")]
        self._address = address

    @contextlib.contextmanager
    def running(self):
        with contextlib.ExitStack() as stack, on_core(LOAD_CORE):
            threads = []
            for _ in range(CHANNELS):
                channel = stack.enter_context(self._channel())
                call = channel.unary_unary(ECHO)
                threads += [
                    threading.Thread(target=self._run, args=(call,))
                    for _ in range(CALLERS_PER_CHANNEL)
                ]
            for thread in threads:
                thread.start()
            try:
                yield self
            finally:
                self._stopped.set()
                for thread in threads:
                    thread.join()

    def _channel(self) -> grpc.Channel:
        options = [
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 500),
        ]
        return grpc.secure_channel(self._address, self._credentials, options)

    def _run(self, call: grpc.UnaryUnaryMultiCallable):
        ended, slowest = collections.Counter(), 0.0
        # A google.protobuf.BytesValue of 200 bytes.
        request = bytes([0x0A, 0xC8, 0x01]) + bytes(200)
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                answer = call(
                    request, timeout=CALL_TIMEOUT, metadata=self._metadata, wait_for_ready=True
                )
                ended["OK" if answer == request else "WRONG"] += 1
            except grpc.RpcError as error:
                ended[f"{error.code().name} ({error.details()})"] += 1
            slowest = max(slowest, time.monotonic() - began)
        with self._lock:
            self.ended += ended
            self.slowest = max(self.slowest, slowest)


def measure(count: int | None, seconds: float | None, plain: bool) -> Report:
    """Restarts so many times, or for so long."""
    check_cores()
    began = time.monotonic()

    def is_enough(restarts: int) -> bool:
        if seconds is not None:
            return time.monotonic() - began >= seconds
        return restarts >= count

    drains = []
    with Folder() as folder, contextlib.ExitStack() as stack:
        servers = (PlainServers if plain else Servers)(folder)
        process = stack.enter_context(servers.launch())
        load = Load(folder, servers.address)
        with load.running():
            for restarts in itertools.count():
                if is_enough(restarts):
                    break
                time.sleep(INTERVAL)
                process, took = servers.replace(process)
                stack.enter_context(process)
                drains.append(took)
        drain(process)
    calls = load.ended.total()
    failed = {code: count for code, count in load.ended.items() if code != "OK"}
    row = {
        "restarts": len(drains),
        "calls": calls,
        "failed": sum(failed.values()),
        "codes": ", ".join(f"{count} {code}" for code, count in failed.items()) or None,
        "calls_per_second": calls / (time.monotonic() - began),
        "slowest_ms": load.slowest * 1e3,
        "slowest_drain_ms": max(drains, default=0) * 1e3,
    }
    return Report("drains", servers.handing_over, COLUMNS, [row], is_good=not failed)
