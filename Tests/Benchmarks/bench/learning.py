"""What it costs to learn what executions teach: time, the learner's memory, and room."""

import json
import subprocess
import time

from bench import progress, sql
from bench.figures import median
from bench.processes import PeakOf
from bench.report import Column, Report
from harness.command_line import environment
from harness.server import Server, executable

EXECUTIONS, DAYS = 100_000, 60
USERS = [1, 10_000]

COLUMNS = [
    Column("users", "users", ","),
    Column("executions", "executions", ","),
    Column("seconds", "learned in s", ".2f"),
    Column("executions_per_second", "executions/s", ",.0f"),
    Column("peak_bytes", "learner, bytes", ","),
    Column("learned_bytes", "learned, bytes", ","),
    Column("largest_bytes", "of a user at most", ","),
    Column("patterns", "patterns", ","),
]

LEARNED = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relname IN \
    ('learned_histories', 'learned_periods', 'learned_types')"
LARGEST = "SELECT max(bytes) FROM (SELECT user_id, sum(pg_column_size(content)) AS bytes \
    FROM learned_periods GROUP BY user_id) AS users"
PATTERNS = "SELECT count(*) FROM learning_patterns"


def measure(rounds: int) -> Report:
    rows = [measure_users(users, rounds) for users in USERS]
    progress.end()
    return Report(
        "learning",
        f"`patterns learn --from-table` of executions over {DAYS} days, with its reviews; medians "
        f"of {rounds} rounds",
        COLUMNS,
        rows,
    )


def measure_users(users: int, rounds: int) -> dict:
    server = Server("--learn-interval", "0")
    try:
        server.start()
        progress.say(f"executions of {users:,} users")
        sql.run_file(
            server.postgres(), "learnable.sql", executions=EXECUTIONS, users=users, days=DAYS
        )
        runs = []
        for number in range(rounds):
            progress.say(f"learning of {users:,} users, round {number + 1} of {rounds}")
            runs.append(learn(server))
        server.stop()
    finally:
        server.remove()
    medians = {key: median(run[key] for run in runs) for key in runs[0]}
    return {"users": users} | medians | {"rounds": runs}


def learn(server: Server) -> dict:
    postgres = server.postgres()
    sql.checkpoint(postgres)
    began = time.monotonic()
    command = ["patterns", "learn", "--from-table", "--json", "--data-dir", str(server.data)]
    learner = subprocess.Popen(
        [executable(), *command], stdout=subprocess.PIPE, text=True, env=environment()
    )
    peak = PeakOf(learner.pid)
    said, _ = learner.communicate()
    seconds = time.monotonic() - began
    assert learner.returncode == 0, said
    executions = int(json.loads(said)["executions"])
    assert executions == EXECUTIONS, said
    return {
        "executions": executions,
        "seconds": seconds,
        "executions_per_second": executions / seconds,
        "peak_bytes": peak.join(),
        "learned_bytes": sql.number(postgres, LEARNED),
        "largest_bytes": sql.number(postgres, LARGEST),
        "patterns": sql.number(postgres, PATTERNS),
    }
