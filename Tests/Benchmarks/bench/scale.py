"""How long each read takes at three sizes of one kind of history, writes off."""

import contextlib
import dataclasses

from bench import crowd, progress, sql
from bench.calls import SCHEMA
from bench.figures import median, percentile
from bench.load import BIG_USER, DAYS, Loaded, load
from bench.planted import plant
from bench.reads import GET, Read, Reader
from bench.report import Column, Report
from bench.servers import running_server
from harness.postgres import Postgres
from harness.server import Server

# Of the smallest size, the user with a tenth fills the pages that are asked for.
FEWEST = 1_000_000
# The sizes, as shares of the largest.
SHARES = (0.01, 0.1, 1.0)
# Calls of a read at one size: so many in each round, and fewer where they take long.
ROUNDS, CALLS, ROUND_SECONDS = 20, 25, 0.5
SCANS = 5


@dataclasses.dataclass
class Timed:
    """A read of one server, and how long its calls took, in ms."""

    read: Read
    call: object
    latencies: list[float] = dataclasses.field(default_factory=list)

    def measure(self):
        spent, calls = 0.0, 0
        while calls < CALLS and spent < ROUND_SECONDS * 1e3:
            latency = self.call()
            self.latencies.append(latency)
            spent += latency
            calls += 1

    @property
    def figures(self) -> dict:
        return {
            "calls": len(self.latencies),
            "p50_ms": percentile(self.latencies, 50),
            "p99_ms": percentile(self.latencies, 99),
        }


def measure(executions: int) -> list[Report]:
    sizes = [round(executions * share) for share in SHARES]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running_server()) for _ in sizes]
        loads = [load(server, size) for server, size in zip(servers, sizes, strict=True)]
        for server in servers:
            progress.say("planting what is to be learned")
            plant(server)
        timed = time_reads(servers)
        crowds = crowd.measure(servers[-1])
        progress.say("plain scans")
        scans = time_scans(servers[-1].postgres())
        volumes = [
            volume(server.postgres(), loaded) for server, loaded in zip(servers, loads, strict=True)
        ]
        progress.end()
    caption = (
        f"the newest {DAYS} days, one call at a time through grpcio over TLS, for a user with a "
        "tenth of all executions; no writes meanwhile, and all sizes in turn"
    )
    return [
        Report("scale", caption, columns(sizes), read_rows(timed, sizes, scans)),
        crowds,
        Report("volume", "loaded by SQL, rolled up and verified", VOLUMES, volumes),
    ]


# -- reads


def time_reads(servers: list[Server]) -> list[list[Timed]]:
    """By size, each read; in turn, so that what else the machine does meets them alike."""
    timed = []
    for server in servers:
        progress.say("walking to the deep page")
        reader = Reader(server)
        timed.append([Timed(read, reader.prepared(read)) for read in reader.reads()])
    # Each once, to warm up.
    for reads in timed:
        for one in reads:
            one.call()
    for number in range(ROUNDS):
        progress.say(f"reads, round {number + 1} of {ROUNDS}")
        for same_read in zip(*timed, strict=True):
            for one in same_read:
                one.measure()
    return timed


def read_rows(timed: list[list[Timed]], sizes: list[int], scans: dict[str, float]) -> list[dict]:
    gets = [next(one for one in reads if one.read.name == GET) for reads in timed]
    rows = []
    for same_read in zip(*timed, strict=True):
        row = {"name": same_read[0].read.name}
        smallest = percentile(same_read[0].latencies, 50)
        for one, get, size in zip(same_read, gets, sizes, strict=True):
            figures = one.figures
            figures["ratio"] = figures["p50_ms"] / smallest
            figures["beyond_get_ms"] = figures["p50_ms"] - percentile(get.latencies, 50)
            row |= {f"{key}_{size}": value for key, value in figures.items()}
        row["scan_ms"] = scans.get(row["name"])
        rows.append(row)
    return rows


def columns(sizes: list[int]) -> list[Column]:
    found = [Column("name", "read")]
    for size in sizes:
        found += [
            Column(f"p50_ms_{size}", f"{size:,}: p50 ms", ".2f"),
            Column(f"p99_ms_{size}", "p99 ms", ".2f"),
            Column(f"beyond_get_ms_{size}", "- get", ".2f"),
        ]
        if size != sizes[0]:
            found.append(Column(f"ratio_{size}", f"/ {sizes[0]:,}'s", ".2f"))
    return [*found, Column("scan_ms", "plain scan ms", ",.0f")]


def time_scans(postgres: Postgres) -> dict[str, float]:
    """The same figures from the executions themselves, by the read that has them, in ms."""
    times = {}
    for name in ("statistics", "metrics"):
        text = (sql.SCRIPTS / f"scan_{name}.sql").read_text()
        for days in (30, DAYS):
            variables = {"user": BIG_USER, "days": days, "schema": SCHEMA}
            taken = sql.milliseconds(postgres, text, SCANS, **variables)
            times[f"{name}, {days} days"] = median(taken)
    return times


# -- volume

VOLUMES = [
    Column("executions", "executions", ","),
    Column("users", "users", ","),
    Column("load_seconds", "load s", ",.1f"),
    Column("rebuild_seconds", "rebuild s", ",.1f"),
    Column("rebuilt_per_second", "executions/s", ",.0f"),
    Column("verify_seconds", "verify s", ",.1f"),
    Column("rollups", "rollups", ","),
    Column("table_bytes_per_million", "rows, MB/M", ",.0f"),
    Column("index_bytes_per_million", "indexes, MB/M", ",.0f"),
    Column("rollup_bytes_per_million", "rollups, MB/M", ",.0f"),
]


def volume(postgres: Postgres, loaded: Loaded) -> dict:
    """What the executions and their rollups take, in MB for each million executions."""

    def megabytes(size: str, tables: str) -> float:
        query = f"SELECT sum({size}(relid)) FROM {tables}"
        return sql.number(postgres, query) / loaded.executions

    executions = "pg_partition_tree('workflow_executions')"
    tables = "execution_rollups, execution_error_rollups, execution_task_rollups"
    rollups = f"unnest('{{{tables}}}'::regclass[]) AS relid"
    row = dataclasses.asdict(loaded)
    return row | {
        "rebuilt_per_second": loaded.executions / loaded.rebuild_seconds,
        "rollups": sql.number(postgres, "SELECT count(*) FROM execution_rollups"),
        "table_bytes_per_million": megabytes("pg_table_size", executions),
        "index_bytes_per_million": megabytes("pg_indexes_size", executions),
        "rollup_bytes_per_million": megabytes("pg_total_relation_size", rollups),
    }
