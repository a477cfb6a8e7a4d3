"""Calls a second through gRPC, beside what Postgres does alone, round by round in turn."""

import dataclasses
from collections.abc import Callable

from bench import progress, slow_flush, sql
from bench.calls import Calls
from bench.figures import median
from bench.h2load import EVERY_STREAM, Round, Shape
from bench.report import Column, Report
from harness.server import Server

# pgbench is at its best with some number of clients that depends on the machine.
CLIENTS_OF_GETS = (4, 8, 16, 32)
CLIENTS_OF_COPY = (1, 2, 4)
# What the server's writers commit at once at most, and so many that a commit costs nothing.
COPY_ROWS = (128, 10_000)
FEWEST_CALLS = 10_000

COLUMNS = [
    Column("name", "call"),
    Column("calls_per_second", "calls/s", ",.0f"),
    Column("server_cpu_us_per_call", "CPU us/call", ".1f"),
    Column("against", "beside"),
    Column("rows_per_second", "rows/s", ",.0f"),
    Column("ratio", "ratio", ".2f"),
    Column("ratio_at_least", "held to", ".1f"),
]


@dataclasses.dataclass
class Rival:
    """What a call is held against: how many rows it reads or writes in a second."""

    name: str
    rows_per_second: Callable[[float], float]
    ratio_at_least: float | None = None
    rounds: list[float] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Contest:
    """One kind of call, and what does the same without us."""

    name: str
    call: Callable[[int, Shape], Round]
    shape: Shape
    rivals: list[Rival]
    rounds: list[Round] = dataclasses.field(default_factory=list)

    def measure(self, calls: Calls, seconds: float, rounds: int):
        # To warm up, and to learn the rate.
        rate = self.call(FEWEST_CALLS, self.shape).calls_per_second
        for number in range(rounds):
            progress.say(f"{self.name}, round {number + 1} of {rounds}")
            calls.settle()
            measured = self.call(max(FEWEST_CALLS, int(rate * seconds)), self.shape)
            rate = measured.calls_per_second
            self.rounds.append(measured)
            for rival in self.rivals:
                calls.settle()
                rival.rounds.append(rival.rows_per_second(seconds))

    def rows(self) -> list[dict]:
        """The medians of what was measured, and of its ratio in each round."""
        rates = [measured.calls_per_second for measured in self.rounds]
        return [
            {
                "name": self.name,
                "calls_per_second": median(rates),
                "server_cpu_us_per_call": median(one.cpu_us_per_call for one in self.rounds),
                "against": rival.name,
                "rows_per_second": median(rival.rounds),
                "ratio": median(our / its for our, its in zip(rates, rival.rounds, strict=True)),
                "ratio_at_least": rival.ratio_at_least,
                "rounds": [
                    dataclasses.asdict(one) | {"rows_per_second": its}
                    for one, its in zip(self.rounds, rival.rounds, strict=True)
                ],
            }
            for rival in self.rivals
        ]


def measure(seconds: float, rounds: int) -> Report:
    server = Server()
    try:
        server.start()
        contests = measure_contests(server, seconds / rounds, rounds)
        server.stop()
    finally:
        progress.end()
        server.remove()
    rows = [row for contest in contests for row in contest.rows()]
    caption = (
        "calls through gRPC over TLS and statements through pgbench on the same Postgres, into "
        f"tables of their own; medians of {rounds} rounds in turn"
    )
    is_good = all(row["ratio"] >= (row["ratio_at_least"] or 0) for row in rows)
    return Report("storage", caption, COLUMNS, rows, is_good)


def measure_contests(server: Server, seconds: float, rounds: int) -> list[Contest]:
    calls = Calls(server)
    calls.make_like_tables()
    contests = []

    def hold(contest: Contest):
        contest.measure(calls, seconds, rounds)
        contests.append(contest)

    hold(gets(calls))
    hold(saves(calls))
    hold(most_saves(calls))
    slow_flush.restart(server)
    progress.say("flushes of 1 ms more")
    commits = slow_flush.check(server, calls.save_script)
    for in_flight, at_least in ((64, 1.5), (256, 2.5)):
        name = f"save, flushes +1 ms ({commits:.0f} commits/s of one client), {in_flight} in flight"
        rival = single_rows(calls, in_flight, at_least)
        hold(Contest(name, calls.saves, Shape.in_flight(in_flight), [rival]))
    return contests


def gets(calls: Calls) -> Contest:
    postgres = calls.server.postgres()
    clients = calls.get_script.best_clients(postgres, CLIENTS_OF_GETS)

    def by_key(seconds: float) -> float:
        return calls.get_script.run(postgres, clients, seconds).per_second

    rival = Rival(f"prepared SELECT by key, {clients} clients", by_key)
    return Contest("get, 256 in flight", calls.gets, EVERY_STREAM, [rival])


def saves(calls: Calls) -> Contest:
    rivals = [single_rows(calls, 64, 1.5)]
    return Contest("save, 64 in flight", calls.saves, Shape.in_flight(64), rivals)


def most_saves(calls: Calls) -> Contest:
    """Beside the most that Postgres can do."""
    folder = sql.readable_by_postgres(calls.server.folder / "copy")
    rivals = [copied_rows(calls, rows, folder) for rows in COPY_ROWS]
    return Contest("save, 256 in flight", calls.saves, EVERY_STREAM, rivals)


def single_rows(calls: Calls, clients: int, ratio_at_least: float) -> Rival:
    def insert(seconds: float) -> float:
        return calls.save_script.run(calls.server.postgres(), clients, seconds).per_second

    return Rival(f"prepared INSERT of a row, {clients} clients", insert, ratio_at_least)


def copied_rows(calls: Calls, rows: int, folder) -> Rival:
    postgres = calls.server.postgres()
    script = calls.copy_script(rows, folder)
    clients = script.best_clients(postgres, CLIENTS_OF_COPY)

    def copy(seconds: float) -> float:
        return rows * script.run(postgres, clients, seconds).per_second

    name = f"COPY of {rows:,}, INSERT .. SELECT and log, {clients} clients"
    # In transactions of as many rows as a batch of the server has.
    return Rival(name, copy, 0.5 if rows == COPY_ROWS[0] else None)
