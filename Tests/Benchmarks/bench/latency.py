"""How long a save takes, with nothing else under way and at half of the rate that 64 under way
reach, beside pgbench's single-row INSERT.

At a rate, calls and transactions are due at random moments, and what begins late counts from when
it was due. At most one under way begins when the one before it has ended.
"""

import dataclasses

from bench import progress
from bench.calls import Calls
from bench.figures import median, percentile
from bench.h2load import Shape, latencies
from bench.report import Column, Report
from harness.server import Server

CLIENTS = 64
FEWEST_CALLS = 2_000

COLUMNS = [
    Column("name", "save"),
    Column("per_second", "calls/s", ",.0f"),
    Column("p50_ms", "p50 ms", ".3f"),
    Column("p99_ms", "p99 ms", ".3f"),
]


@dataclasses.dataclass
class Side:
    """One way to save, at one rate: the rate and the latencies of each round."""

    name: str
    rates: list[float] = dataclasses.field(default_factory=list)
    rounds: list[list[float]] = dataclasses.field(default_factory=list)

    def add(self, rate: float, latencies: list[float]):
        self.rates.append(rate)
        self.rounds.append(latencies)

    @property
    def row(self) -> dict:
        figures = [
            {"p50_ms": percentile(one, 50), "p99_ms": percentile(one, 99)} for one in self.rounds
        ]
        medians = {key: median(figure[key] for figure in figures) for key in ("p50_ms", "p99_ms")}
        rounds = [
            {"per_second": rate, "calls": len(one)} | figure
            for rate, one, figure in zip(self.rates, self.rounds, figures, strict=True)
        ]
        named = {"name": self.name, "per_second": median(self.rates)}
        return named | medians | {"rounds": rounds}


def measure(seconds: float, rounds: int) -> Report:
    server = Server()
    try:
        server.start()
        rows = [side.row for side in measure_sides(Calls(server), seconds / rounds, rounds)]
        server.stop()
    finally:
        progress.end()
        server.remove()
    caption = (
        "saves over TLS (h2load's log where one is under way, else due at random moments) and "
        f"transactions (pgbench's log); medians of {rounds} rounds in turn"
    )
    return Report("latency", caption, COLUMNS, rows)


def measure_sides(calls: Calls, seconds: float, rounds: int) -> list[Side]:
    calls.make_like_tables()
    postgres = calls.server.postgres()
    progress.say(f"rates with {CLIENTS} under way")
    in_flight = Shape.in_flight(CLIENTS)
    calls.saves(10 * FEWEST_CALLS, in_flight)
    our_half = calls.saves(20 * FEWEST_CALLS, in_flight).calls_per_second / 2
    its_half = calls.save_script.run(postgres, CLIENTS, 3).per_second / 2
    sides = our_alone, its_alone, ours, its, its_at_ours = [
        Side("gRPC, 1 call in flight"),
        Side("pgbench, 1 client"),
        Side(f"gRPC, half of its rate with {CLIENTS} in flight"),
        Side(f"pgbench, half of its rate with {CLIENTS} clients"),
        Side("pgbench, at the rate of gRPC's"),
    ]
    rate = 0.0
    for number in range(rounds):
        progress.say(f"round {number + 1} of {rounds}")
        rate = add_alone(our_alone, calls, max(FEWEST_CALLS, int(rate * seconds)))
        add_transactions(its_alone, calls, 1, seconds, None)
        calls.settle()
        measured = calls.saves_at_rate(our_half, int(our_half * seconds))
        ours.add(measured.per_second, measured.latencies)
        add_transactions(its, calls, CLIENTS, seconds, its_half)
        add_transactions(its_at_ours, calls, CLIENTS, seconds, our_half)
    return list(sides)


def add_alone(side: Side, calls: Calls, count: int) -> float:
    """Adds calls one after another, and returns how many were made in a second."""
    calls.settle()
    log = calls.server.folder / "h2load.log"
    log.unlink(missing_ok=True)
    measured = calls.saves(count, Shape.in_flight(1), log)
    side.add(measured.calls_per_second, latencies(log))
    return measured.calls_per_second


def add_transactions(side: Side, calls: Calls, clients: int, seconds: float, rate: float | None):
    calls.settle()
    done = calls.save_script.run(
        calls.server.postgres(), clients, seconds, rate=rate, is_logged=True
    )
    side.add(done.per_second, done.latencies)
