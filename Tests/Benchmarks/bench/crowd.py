"""Calls that ask the same at the same time: how many are answered by one caller, and by a crowd."""

from bench import progress
from bench.figures import percentile
from bench.h2load import Shape, grpc_headers, latencies, run_round
from bench.load import BIG_USER
from bench.reads import GET, Read, Reader
from bench.report import Column, Report
from harness.client import PATIENCE
from harness.server import Server
from harness.wire import SERVICE, framed

CROWD = 64
SECONDS, FEWEST_CALLS = 3, 200
NAMES = (GET, "statistics", "metrics")

COLUMNS = [
    Column("name", "read"),
    Column("alone_per_second", "one caller, calls/s", ",.0f"),
    Column("alone_p50_ms", "p50 ms", ".2f"),
    Column("crowd_per_second", f"{CROWD} callers, calls/s", ",.0f"),
    Column("crowd_p50_ms", "p50 ms", ".2f"),
    Column("gain", "crowd / one", ".1f"),
]


def measure(server: Server) -> Report:
    reader = Reader(server)
    asked = [read for read in reader.reads() if read.name.startswith(NAMES)]
    rows = []
    for read in asked:
        progress.say(f"a crowd asks for {read.name}")
        alone, crowd = (round_of(reader, server, read, count) for count in (1, CROWD))
        rows.append(
            {
                "name": read.name,
                "alone_per_second": alone[0],
                "alone_p50_ms": alone[1],
                "crowd_per_second": crowd[0],
                "crowd_p50_ms": crowd[1],
                "gain": crowd[0] / alone[0],
            }
        )
    caption = "callers who all ask the same, each again as soon as they are answered; no writes"
    return Report("crowd", caption, COLUMNS, rows)


def round_of(reader: Reader, server: Server, read: Read, callers: int) -> tuple[float, float]:
    """Calls a second, and the median of how long one took, in ms."""
    call = getattr(reader.client.stub, read.method)
    answer = call(read.request, metadata=reader.client.metadata, timeout=PATIENCE)
    body, log = server.folder / "request.bin", server.folder / "h2load.log"
    body.write_bytes(framed(read.request.SerializeToString()))

    def run(calls: int):
        log.unlink(missing_ok=True)
        url = f"https://{server.address}{SERVICE}/{read.method}"
        headers = grpc_headers(server.token(BIG_USER))
        measured = run_round(
            url, server.process.pid, calls, headers, body, Shape.in_flight(callers), log
        )
        # A refusal has no message. The window moves on meanwhile, and its figures with it.
        if measured.data_bytes < 0.9 * calls * len(framed(answer.SerializeToString())):
            raise SystemExit(f"{read.name}: {measured.data_bytes} bytes came for {calls} calls")
        return measured

    rate = run(FEWEST_CALLS).calls_per_second
    measured = run(max(FEWEST_CALLS, int(rate * SECONDS)))
    return measured.calls_per_second, percentile(latencies(log), 50)
