"""What a connection costs the real server that does nothing on it, and whether it then answers."""

import resource
import socket
import statistics
import time

from bench.processes import LOAD_CORE, check_cores, on_core, resident_bytes
from bench.report import Column, Report
from bench.servers import HistoryServer
from harness.server import Server
from harness.stubs import service_pb2
from harness.wire import PATIENCE, Wire, tls_context

# Under what the server lets in by default.
MOST = 16_000
# Opened before the count begins, so that what the server makes once is not counted.
FIRST = 100
# How many of the connections are called in the end.
CALLED = 100
# What a process has open besides.
OTHER_DESCRIPTORS = 1_000

COLUMNS = [
    Column("connections", "connections", ","),
    Column("seconds", "opened in s", ".1f"),
    Column("server_bytes", "server, bytes", ",.0f"),
    Column("bytes_per_connection", "bytes/connection", ",.0f"),
    Column("answered", "calls answered"),
    Column("call_ms", "ms/call", ".2f"),
]


def measure(count: int) -> Report:
    check_cores()
    allow_descriptors(count + FIRST + OTHER_DESCRIPTORS)
    server = HistoryServer()
    try:
        server.start()
        with on_core(LOAD_CORE):
            row = fill(server, count)
        server.stop()
    finally:
        server.remove()
    return Report("connections", "idle over TLS, on one loop of the real server", COLUMNS, [row])


def allow_descriptors(count: int):
    """Raises the limit of open files, also of the server that is started then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count:
        return
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, max(hard, count)))
    except (ValueError, PermissionError):
        raise SystemExit(
            f"scripts/bench: {count} open files are needed, and {hard} allowed: raise the limit, "
            "or choose a smaller --count"
        ) from None


def fill(server: Server, count: int) -> dict:
    context = tls_context(server.data / "tls" / "ca.pem", ["h2"])
    request = service_pb2.GetUserWorkflowHistoryRequest().SerializeToString()
    token = server.token("bench")
    held = []

    def open_connections(count: int):
        for _ in range(count):
            raw = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            wire = Wire(context.wrap_socket(raw, server_hostname="localhost"))
            held.append(wire)
            # Once this is answered, nothing of the connection's beginning is still to be done.
            wire.h2.ping(b"\0" * 8)
            wire.flush()
            while not wire.pongs and not wire.closed:
                wire.receive()

    def call(wire: Wire) -> float:
        began = time.monotonic()
        answer = wire.call("GetUserWorkflowHistory", token, request)
        if answer.status != 0:
            raise SystemExit(f"a connection has answered {answer}")
        return time.monotonic() - began

    open_connections(FIRST)
    call(held[0])
    before = resident_bytes(server.process.pid)
    began = time.monotonic()
    open_connections(count)
    seconds = time.monotonic() - began
    after = resident_bytes(server.process.pid)
    if any(wire.closed for wire in held):
        raise SystemExit("the server has closed a connection")
    called = held[FIRST :: max(1, count // CALLED)]
    times = [call(wire) for wire in called]
    for wire in held:
        wire.socket.close()
    return {
        "connections": count,
        "seconds": seconds,
        "server_bytes": after,
        "bytes_per_connection": (after - before) / count,
        "answered": len(called),
        "call_ms": statistics.median(times) * 1e3,
    }
