"""Executions a second that are saved through streams, beside what Postgres does with COPY, beside
saves by themselves, and beside those of the service that this one replaces, round by round in
turn."""

from bench import progress, sql
from bench.calls import Calls, real_execution
from bench.figures import median
from bench.h2load import EVERY_STREAM, Round, Shape, run_round
from bench.predecessor import Predecessor
from bench.report import Column, Report
from bench.storage import COPY_ROWS, copied_rows
from harness.server import Server
from harness.stubs import service_pb2
from harness.wire import SERVICE, framed

# Streams, each on a connection of its own, and the executions of each in requests of so many.
STREAMS, OF_A_STREAM, OF_A_REQUEST = 8, 2_000, 100
FEWEST_STREAMS = 2 * STREAMS

COLUMNS = [
    Column("name", "rows come by"),
    Column("rows_per_second", "rows/s", ",.0f"),
    Column("server_cpu_us_per_row", "server's CPU us/row", ".1f"),
    Column("ratio", "streams / these", ".2f"),
    Column("ratio_at_least", "held to", ".1f"),
]


class Streams:
    """Streams of executions, each with an id of the server's, of one server."""

    def __init__(self, calls: Calls):
        self.calls, self.server = calls, calls.server
        request = service_pb2.SaveWorkflowExecutionsRequest(
            executions=[real_execution()] * OF_A_REQUEST
        )
        self.body = self.server.folder / "stream.bin"
        self.body.write_bytes(framed(request.SerializeToString()) * (OF_A_STREAM // OF_A_REQUEST))

    def round(self, streams: int) -> Round:
        before = self.calls.rows()
        url = f"https://{self.server.address}{SERVICE}/SaveWorkflowExecutions"
        headers = self.calls.headers
        shape = Shape(connections=STREAMS, streams=1)
        measured = run_round(url, self.server.process.pid, streams, headers, self.body, shape)
        self.calls.check_rows(before, streams * OF_A_STREAM)
        return measured


def measure(seconds: float, rounds: int) -> Report:
    server = Server()
    try:
        server.start()
        with Predecessor(server) as predecessor:
            rows = measure_rows(server, predecessor, seconds / rounds, rounds)
        server.stop()
    finally:
        progress.end()
        server.remove()
    caption = (
        f"{STREAMS} streams of requests of {OF_A_REQUEST} executions over TLS, and COPY through "
        f"pgbench on the same Postgres, into tables of its own; medians of {rounds} rounds in "
        "turn. The service before is FastAPI and asyncpg, 64 clients, without TLS and without a "
        "log of changes"
    )
    is_good = all(row["ratio"] >= (row["ratio_at_least"] or 0) for row in rows)
    return Report("bulk", caption, COLUMNS, rows, is_good)


def measure_rows(
    server: Server, predecessor: Predecessor, seconds: float, rounds: int
) -> list[dict]:
    calls = Calls(server)
    calls.make_like_tables()
    streams = Streams(calls)
    folder = sql.readable_by_postgres(server.folder / "copy")
    rivals = [copied_rows(calls, count, folder) for count in COPY_ROWS]
    # To warm up, and to learn the rates.
    rate = streams.round(FEWEST_STREAMS).calls_per_second
    single_rate = calls.saves(10_000, EVERY_STREAM).calls_per_second
    old_rate = predecessor.round(2_000).calls_per_second
    ours, singles, olds = [], [], []
    for number in range(rounds):
        progress.say(f"round {number + 1} of {rounds}")
        calls.settle()
        ours.append(streams.round(max(FEWEST_STREAMS, int(rate * seconds))))
        calls.settle()
        singles.append(calls.saves(int(single_rate * seconds), EVERY_STREAM))
        calls.settle()
        olds.append(predecessor.round(int(old_rate * seconds)))
        for rival in rivals:
            calls.settle()
            rival.rounds.append(rival.rows_per_second(seconds))

    def rates(measured: list[Round], rows: int) -> list[float]:
        return [one.calls_per_second * rows for one in measured]

    def row(name: str, per_second: list[float], cpu: float | None, at_least: float | None) -> dict:
        pairs = zip(rates(ours, OF_A_STREAM), per_second, strict=True)
        return {
            "name": name,
            "rows_per_second": median(per_second),
            "server_cpu_us_per_row": cpu,
            "ratio": median(our / its for our, its in pairs),
            "ratio_at_least": at_least,
            "rounds": per_second,
        }

    def cpu(measured: list[Round], rows: int) -> float:
        return median(one.cpu_us_per_call / rows for one in measured)

    return [
        row("streams", rates(ours, OF_A_STREAM), cpu(ours, OF_A_STREAM), None),
        row("saves, 256 in flight", rates(singles, 1), cpu(singles, 1), None),
        row("saves of the service before", rates(olds, 1), cpu(olds, 1), None),
        *(
            row(rival.name, rival.rounds, None, 0.7 if count == COPY_ROWS[0] else None)
            for count, rival in zip(COPY_ROWS, rivals, strict=True)
        ),
    ]
