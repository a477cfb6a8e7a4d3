"""Rounds of load by h2load, a client that leaves the server to be the slower one.

h2load counts a refused call as a success, for its HTTP status is 200. What came back is therefore
told in bytes of DATA, for the caller to compare: a refusal has none.
"""

import dataclasses
import pathlib
import re
import subprocess

from bench.processes import cpu_seconds

CONNECTIONS, STREAMS = 8, 32
# The one that all servers must take: some would choose a dearer one.
CIPHER = "TLS_AES_128_GCM_SHA256"


@dataclasses.dataclass(frozen=True)
class Shape:
    """How many calls are under way all the time."""

    connections: int = CONNECTIONS
    streams: int = STREAMS
    # Of each connection, where it does not make them as fast as it can.
    calls_per_second: int | None = None

    @staticmethod
    def in_flight(calls: int) -> "Shape":
        connections = min(CONNECTIONS, calls)
        return Shape(connections, calls // connections)


EVERY_STREAM = Shape()


@dataclasses.dataclass(frozen=True)
class Round:
    """A number of calls, all of them answered with an HTTP status of 200."""

    calls: int
    calls_per_second: float
    data_bytes: int
    # What the server used meanwhile.
    cpu_seconds: float

    @property
    def cpu_us_per_call(self) -> float:
        return self.cpu_seconds / self.calls * 1e6


def run_round(
    url: str,
    pid: int,
    calls: int,
    headers: list[str],
    body: pathlib.Path | None,
    shape: Shape = EVERY_STREAM,
    log: pathlib.Path | None = None,
    is_http1: bool = False,
) -> Round:
    """Makes so many calls of the server in this process: POSTs of this body, or GETs, by HTTP/2
    unless it is to be HTTP/1.1. The log has how long each took, for `latencies`."""
    command = ["h2load", f"--requests={calls}", f"--clients={shape.connections}"]
    command += [f"--max-concurrent-streams={shape.streams}", "--threads=1"]
    command.append(f"--tls13-ciphers={CIPHER}")
    command += [argument for header in headers for argument in ("--header", header)]
    if shape.calls_per_second is not None:
        command.append(f"--rps={shape.calls_per_second}")
    if is_http1:
        command.append("--h1")
    if body is not None:
        command.append(f"--data={body}")
    if log is not None:
        command.append(f"--log-file={log}")
    before = cpu_seconds(pid)
    output = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    after = cpu_seconds(pid)
    succeeded = int(re.search(r"(\d+) succeeded", output)[1])
    if succeeded != calls or f"{calls} 2xx" not in output:
        raise SystemExit(f"{url}: {succeeded} of {calls} calls were answered:\n{output}")
    if f"Cipher: {CIPHER}" not in output:
        raise SystemExit(f"{url}: another cipher was chosen:\n{output}")
    return Round(
        calls=calls,
        calls_per_second=float(re.search(r"([\d.]+) req/s", output)[1]),
        data_bytes=int(re.search(r"\((\d+)\) data", output)[1]),
        cpu_seconds=after - before,
    )


def latencies(log: pathlib.Path) -> list[float]:
    """How long each call took, in ms."""
    lines = log.read_text().splitlines()
    return [int(line.split("\t")[2]) / 1e3 for line in lines]


def grpc_headers(token: str | None) -> list[str]:
    headers = ["content-type: application/grpc", "te: trailers"]
    return headers if token is None else [*headers, f"authorization: Bearer {token}"]
