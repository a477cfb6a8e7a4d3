"""How much longer one caller's saves take, some hundreds a second, while another caller asks for as
much as it can, of a server without limits for callers and of one with them."""

import contextlib
import dataclasses
import subprocess

from bench import progress
from bench.calls import Calls
from bench.figures import median, percentile
from bench.h2load import EVERY_STREAM, Shape, grpc_headers, latencies
from bench.report import Column, Report
from harness.server import Server
from harness.wire import SERVICE

GREEDY = "greedy"
# More than the polite caller asks for, and a fraction of what the server can do.
LIMITS = ("--caller-calls-per-second", "1000", "--caller-concurrent-calls", "8")
POLITE = Shape(connections=1, streams=1, calls_per_second=400)
CALLS = 2_000

COLUMNS = [
    Column("name", "server"),
    Column("alone_p99_ms", "p99 ms alone", ".2f"),
    Column("beside_p99_ms", "beside a greedy one", ".2f"),
    Column("factor", "factor", ".1f"),
    Column("factor_at_most", "held to", ".1f"),
]


@dataclasses.dataclass
class Side:
    name: str
    factor_at_most: float | None
    alone: list[float] = dataclasses.field(default_factory=list)
    beside: list[float] = dataclasses.field(default_factory=list)

    @property
    def row(self) -> dict:
        return {
            "name": self.name,
            "alone_p99_ms": median(self.alone),
            "beside_p99_ms": median(self.beside),
            "factor": median(b / a for a, b in zip(self.alone, self.beside, strict=True)),
            "factor_at_most": self.factor_at_most,
        }


def measure(rounds: int) -> Report:
    sides = [(Side("without limits", None), ()), (Side("with limits", 3.0), LIMITS)]
    for side, flags in sides:
        server = Server(*flags)
        try:
            server.start()
            calls = Calls(server)
            for number in range(rounds):
                progress.say(f"{side.name}, round {number + 1} of {rounds}")
                side.alone.append(p99(calls))
                with asking_for_all(calls):
                    side.beside.append(p99(calls))
            server.stop()
        finally:
            progress.end()
            server.remove()
    rows = [side.row for side, _ in sides]
    rate = f"{POLITE.calls_per_second} saves a second of one caller"
    caption = f"{rate}, limits {' '.join(LIMITS)}; medians of {rounds} rounds"
    is_good = all(row["factor"] <= (row["factor_at_most"] or row["factor"]) for row in rows)
    return Report("fairness", caption, COLUMNS, rows, is_good)


def p99(calls: Calls) -> float:
    """Of polite calls, in ms."""
    log = calls.server.folder / "h2load.log"
    log.unlink(missing_ok=True)
    measured = calls.round("SaveWorkflowExecution", calls.save_request, CALLS, POLITE, log)
    # A refusal has no message.
    if measured.data_bytes < CALLS * len(calls.save_request.execution.input_data.json):
        raise SystemExit("the polite caller was refused")
    return percentile(latencies(log), 99)


@contextlib.contextmanager
def asking_for_all(calls: Calls):
    """Another caller, with as many calls under way as its connections let."""
    server = calls.server
    body = server.folder / "greedy.bin"
    body.write_bytes((server.folder / "request.bin").read_bytes())
    command = ["h2load", "--duration=600", f"--clients={EVERY_STREAM.connections}"]
    command += [f"--max-concurrent-streams={EVERY_STREAM.streams}", "--threads=1"]
    headers = grpc_headers(server.token(GREEDY))
    command += [argument for header in headers for argument in ("--header", header)]
    command += [f"--data={body}", f"https://{server.address}{SERVICE}/SaveWorkflowExecution"]
    greedy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        greedy.terminate()
        greedy.wait()
