"""What the change log and its folding into rollups cost: room, time, and saves that are not made
meanwhile."""

import time

from bench import progress, sql
from bench.calls import Calls
from bench.figures import median
from bench.h2load import Shape
from bench.load import BATCH, in_schema, load, ready_batches, save_samples
from bench.report import Column, Report
from harness.folding import fold
from harness.server import Server, wait_until

# What lies in the table before, and the changes that are folded: new executions of as many users.
EXECUTIONS = 500_000
CHANGES = 500_000
WARM_UP_CALLS = 30_000
IN_FLIGHT = 64
# What writes batches, of so many users; as many as the server has writers.
CLIENTS, USERS = 2, 10_000

NEWEST_CHANGE = "SELECT max(transaction_id::text::bigint) FROM workflow_execution_changes"
WATERMARK = "SELECT watermark FROM change_log_readers WHERE name = 'rollups'"

FOLDING = [
    Column("changes", "changes", ","),
    Column("log_bytes_per_million", "log, MB/M", ",.0f"),
    Column("seconds", "folded in s", ".2f"),
    Column("changes_per_second", "changes/s", ",.0f"),
    Column("rollups", "rollups then", ","),
    Column("rollup_bytes", "rollups, bytes", ","),
]
OVERHEAD = [
    Column("writes", "writes"),
    Column("fold_interval", "--fold-interval"),
    Column("rows_per_second", "rows/s", ",.0f"),
    Column("ratio", "ratio", ".2f"),
]


def measure(seconds: float, rounds: int) -> list[Report]:
    folded = measure_folding(rounds)
    overhead = measure_overhead(seconds / rounds, rounds)
    progress.end()
    return [
        Report(
            "folding",
            f"new executions of many users and today, in transactions of {BATCH}; medians of "
            f"{rounds} rounds",
            FOLDING,
            [folded],
        ),
        Report(
            "fold overhead",
            "saves through gRPC, and batches like the server's through pgbench, while changes are "
            f"folded and while they are not; medians of {rounds} rounds in turn",
            OVERHEAD,
            overhead,
        ),
    ]


# -- how quick folding is


def measure_folding(rounds: int) -> dict:
    server = Server()
    try:
        server.start()
        loaded = load(server, EXECUTIONS)
        runs = []
        for number in range(rounds):
            progress.say(f"folding, round {number + 1} of {rounds}")
            runs.append(fold_changes(server, loaded.users, number))
        server.stop()
    finally:
        server.remove()
    medians = {key: median(run[key] for run in runs) for key in runs[0]}
    return {"changes": CHANGES} | medians | {"rounds": runs}


def fold_changes(server: Server, users: int, number: int) -> dict:
    """Writes changes while an open transaction holds the folder back; then lets it go."""
    postgres = server.postgres()
    first = EXECUTIONS + number * CHANGES
    last = first + CHANGES - 1
    before = log_bytes(server)
    with sql.Session(postgres) as session:
        with sql.open_transaction(postgres):
            in_schema(postgres, f"CALL log_executions({first}, {last}, {BATCH}, {users})")
            sql.checkpoint(postgres)
            newest = int(session.value(NEWEST_CHANGE))
            held = session.value(WATERMARK)
        # From the end of the first bite, of the many that it takes.
        wait_until(lambda: session.value(WATERMARK) != held, what="the folder's beginning")
        began = time.monotonic()
        wait_until(lambda: int(session.value(WATERMARK)) > newest, 600, "the folder's end")
        seconds = time.monotonic() - began
    return {
        "log_bytes_per_million": (log_bytes(server) - before) / CHANGES,
        "seconds": seconds,
        "changes_per_second": CHANGES / seconds,
        "rollups": sql.number(postgres, "SELECT count(*) FROM execution_rollups"),
        "rollup_bytes": sql.number(postgres, "SELECT pg_total_relation_size('execution_rollups')"),
    }


def log_bytes(server: Server) -> int:
    """Of the change log, with its index."""
    sizes = "SELECT sum(pg_total_relation_size(relid)) FROM"
    return sql.number(server.postgres(), f"{sizes} pg_partition_tree('workflow_execution_changes')")


# -- what it costs saves


def measure_overhead(seconds: float, rounds: int) -> list[dict]:
    """Two servers, each with a Postgres of its own, in turn."""
    servers = {"never": Server("--fold-interval", "30d"), "1s": Server()}
    try:
        for server in servers.values():
            save_samples(server.start())
        rows = []
        for what, writers in (
            (f"saves of one user, {IN_FLIGHT} in flight", save_writers(servers)),
            (f"batches of {USERS:,} users, {CLIENTS} clients", batch_writers(servers)),
        ):
            rates = {name: [] for name in servers}
            for number in range(rounds):
                progress.say(f"overhead on {what}, round {number + 1} of {rounds}")
                # Neither is always the first.
                for name in list(servers)[:: 1 if number % 2 else -1]:
                    fold(servers["1s"])
                    sql.checkpoint(servers[name].postgres())
                    rates[name].append(writers[name](seconds))
            rows += [overhead_row(what, name, rates) for name in servers]
        for server in servers.values():
            server.stop()
    finally:
        for server in servers.values():
            server.remove()
    return rows


def save_writers(servers: dict[str, Server]) -> dict:
    """What makes saves for some seconds, and returns how many in a second."""

    def writer(server: Server):
        calls = Calls(server)
        shape = Shape.in_flight(IN_FLIGHT)
        rate = calls.saves(WARM_UP_CALLS, shape).calls_per_second
        return lambda seconds: calls.saves(int(rate * seconds), shape).calls_per_second

    return {name: writer(server) for name, server in servers.items()}


def batch_writers(servers: dict[str, Server]) -> dict:
    """The same, for rows that pgbench writes to the server's tables."""

    def writer(server: Server):
        postgres = server.postgres()
        script = ready_batches(postgres, USERS, "public")
        return lambda seconds: BATCH * script.run(postgres, CLIENTS, seconds).per_second

    return {name: writer(server) for name, server in servers.items()}


def overhead_row(what: str, name: str, rates: dict[str, list[float]]) -> dict:
    pairs = zip(rates[name], rates["never"], strict=True)
    return {
        "writes": what,
        "fold_interval": name,
        "rows_per_second": median(rates[name]),
        "ratio": median(rate / without for rate, without in pairs),
        "rounds": rates[name],
    }
