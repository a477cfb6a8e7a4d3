"""Loads a server with executions of a year by SQL, as they are once the server has saved them, and
makes their rollups by its own command."""

import concurrent.futures
import dataclasses
import subprocess
import time

from bench import progress, sql
from bench.calls import SCHEMA, real_execution
from bench.pgbench import Script
from harness.client import FAILED
from harness.postgres import Postgres
from harness.server import Server, executable

DAYS = 365
DAY_MS = 86_400_000
SESSIONS = 2
# Each is loaded by one statement, of some seconds at most.
FEWEST_SPANS, EXECUTIONS_OF_A_SPAN = 12, 10_000
EXECUTIONS_OF_A_USER = 500
# What stands ready to be written in batches, each as large as the server's writers make them.
READY, BATCH = 100_000, 128
# Has every tenth execution.
BIG_USER = "user-0"

ERRORS = [
    "connection to 10.0.0.7 timed out after 30 s",
    "row 4711 of file /data/in/17.csv has no column id",
    "worker 0b8f7d6e-3c1a-4f6f-9e2a-1d0c5b7a9e31 was lost",
    "at 2026-01-15T10:00:00Z: disk full",
    "value 1234567 out of range",
    "permission denied",
    "unexpected end of file",
    "no route to https://orders.example/v1/batches/99",
    "task 'transform' exceeded its limit of 900 s",
    "checksum 5d41402abc4b2a76b9719d911017c592 does not match",
    "out of memory: 2048 MiB were asked for",
    "deadlock detected, attempt 3 of 5",
]


@dataclasses.dataclass(frozen=True)
class Loaded:
    """What a load did, and how long it took."""

    executions: int
    users: int
    load_seconds: float
    rebuild_seconds: float
    verify_seconds: float


def load(server: Server, executions: int) -> Loaded:
    """Loads a server that runs and is empty."""
    users = max(2, executions // EXECUTIONS_OF_A_USER)
    began = time.monotonic()
    save_samples(server)
    load_executions(server, executions, users)
    loaded = time.monotonic()
    check_rollups(server, "rebuild")
    rebuilt = time.monotonic()
    check_rollups(server, "verify")
    verified = time.monotonic()
    progress.say("vacuum and checkpoint")
    sql.run(server.postgres(), "VACUUM (ANALYZE, PARALLEL 0);\nCHECKPOINT;")
    return Loaded(executions, users, loaded - began, rebuilt - loaded, verified - rebuilt)


def save_samples(server: Server):
    """Saves executions through the API, keeps what became of them, and deletes them again."""
    client = server.client(BIG_USER)
    samples = [client.save(real_execution())]
    for message in ERRORS:
        samples.append(client.save(real_execution(status=FAILED, error_message=message)))
    postgres = server.postgres()
    sql.run_file(postgres, "uuid_v7.sql", schema=SCHEMA)
    sql.run_file(postgres, "load.sql", schema=SCHEMA)
    for sample in samples:
        client.delete(sample.id)


def load_executions(server: Server, executions: int, users: int):
    """Span by span of the year, in a few sessions."""
    postgres = server.postgres()
    end = time.time_ns() // 1_000_000
    start = end - DAYS * DAY_MS
    in_schema(postgres, f"SELECT make_partitions({start}, {end})")
    spans = min(DAYS, max(FEWEST_SPANS, executions // EXECUTIONS_OF_A_SPAN))

    def load_span(number: int) -> int:
        first, end_first = (executions * edge // spans for edge in (number, number + 1))
        edges = [start + (end - start) * edge // spans for edge in (number, number + 1)]
        arguments = [first, end_first - 1, *edges, users]
        in_schema(postgres, f"CALL load_executions({', '.join(map(str, arguments))})")
        return end_first - first

    done = 0
    with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
        for count in pool.map(load_span, range(spans)):
            done += count
            progress.say(f"loaded {done:,} of {executions:,} executions")


def ready_batches(postgres: Postgres, users: int, schema: str) -> Script:
    """Writes batches of executions of so many users to the tables of a schema; see
    sql/batch.sql."""
    in_schema(
        postgres,
        "CREATE TABLE IF NOT EXISTS ready AS SELECT row_number() OVER () AS number, made.*"
        f" FROM new_executions(1, {READY}, 0, 1, {users}) AS made;"
        " CREATE INDEX IF NOT EXISTS ready_number ON ready (number)",
    )
    return Script("batch.sql", {"ready": READY, "batch": BATCH}, f"{schema},{SCHEMA}")


def in_schema(postgres: Postgres, statement: str):
    """Runs a statement that finds what sql/load.sql has made."""
    sql.run(postgres, f"SET search_path = {SCHEMA}, public;\n{statement};")


def check_rollups(server: Server, verb: str):
    """Runs `workflow-history rollups rebuild`, or `verify`, which fails where any differs."""
    command = [executable(), "rollups", verb, "--data-dir", server.data, "--json"]
    process = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    days = 0
    with process.stdout:
        for line in process.stdout:
            # A line for each rollup that differs, and one for each day.
            if '"differing"' in line:
                days += 1
                progress.say(f"rollups {verb}: day {days} of {DAYS + 1}")
    if process.wait() != 0:
        raise SystemExit(f"workflow-history rollups {verb} has ended with {process.returncode}")
