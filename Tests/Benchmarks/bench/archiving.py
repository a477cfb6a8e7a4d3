"""Executions a second that are exported to files and imported from them, and the memory that server
and command need for it: from one server into an empty one, whose export must be the same bytes."""

import filecmp
import os
import pathlib
import subprocess
import time

from bench import progress, sql
from bench.calls import real_execution
from bench.figures import median
from bench.processes import PeakOf, peak_resident_bytes, reset_peak
from bench.report import Column, Report
from harness import tokens
from harness.command_line import environment
from harness.identifiers import uuid7
from harness.postgres import PSQL, unprivileged
from harness.server import Server, executable
from harness.stubs import service_pb2

FORMATS = ["ndjson", "csv"]
USERS = 100
# Of a request of the stream that makes the executions.
OF_A_REQUEST = 500

COLUMNS = [
    Column("name", ""),
    Column("executions", "executions", ","),
    Column("executions_per_second", "executions/s", ",.0f"),
    Column("ratio", "/ COPY TO", ".2f"),
    Column("file_bytes", "file, bytes", ","),
    Column("server_bytes", "server at most, bytes", ","),
    Column("command_bytes", "command at most, bytes", ","),
]

# What Postgres does without us: the same columns, as text, in the same order.
COPY = "COPY (SELECT * FROM workflow_executions ORDER BY id) TO STDOUT"


def measure(executions: int, rounds: int) -> Report:
    server = Server("--learn-interval", "0")
    try:
        server.start()
        fill(server, executions)
        rows = measure_rows(server, executions, rounds)
        server.stop()
    finally:
        progress.end()
        server.remove()
    caption = (
        f"{executions:,} executions of {USERS} users, of some 900 bytes, over TLS on one machine; "
        f"exports are medians of {rounds} rounds; what was imported exports as the same bytes"
    )
    return Report("archive", caption, COLUMNS, rows)


def fill(server: Server, executions: int):
    """Saves executions of the last hours, by one stream."""
    client = server.client("loader", scope=tokens.ANY_USER)
    began = time.time() - 3600

    def requests():
        for start in range(0, executions, OF_A_REQUEST):
            progress.say(f"{start:,} executions are saved")
            yield service_pb2.SaveWorkflowExecutionsRequest(
                executions=[
                    real_execution(
                        id=uuid7(began + number / executions * 3000),
                        user_id=f"user-{number % USERS}",
                        workflow_id=f"wf-{number % 1000}",
                    )
                    for number in range(start, min(start + OF_A_REQUEST, executions))
                ]
            )

    for answer in client.stub.SaveWorkflowExecutions(requests(), metadata=client.metadata):
        assert not any(outcome.HasField("refusal") for outcome in answer.outcomes)


def measure_rows(server: Server, executions: int, rounds: int) -> list[dict]:
    folder = server.folder / "archives"
    folder.mkdir()
    copies = [copied(server, executions) for _ in range(rounds)]
    rows = [row("COPY .. TO STDOUT by psql", executions, copies, copies)]
    for format in FORMATS:
        file = folder / f"all.{format}"
        exports = []
        for number in range(rounds):
            progress.say(f"{format}, export {number + 1} of {rounds}")
            export = ("export", "--all-users", "-o", str(file))
            exports.append(run(server, *export, executions=executions))
        rows.append(row(f"export, {format}", executions, exports, copies, file))
        rows.append(imported(file, format, executions))
    return rows


def imported(file: pathlib.Path, format: str, executions: int) -> dict:
    """Imports a file into an empty server, whose export must be the same."""
    server = Server("--learn-interval", "0")
    try:
        server.start()
        progress.say(f"{format}, import")
        once = run(server, "import", str(file), executions=executions)
        again = file.with_name("again")
        progress.say(f"{format}, export of what was imported")
        export = ("export", "--all-users", "--format", format, "-o", str(again))
        run(server, *export, executions=executions)
        if not filecmp.cmp(file, again, shallow=False):
            raise SystemExit(f"what was imported exports as other bytes than {file}")
        again.unlink()
        server.stop()
    finally:
        server.remove()
    return row(f"import, {format}", executions, [once], None, file)


def row(name: str, executions: int, runs: list[dict], copies, file=None) -> dict:
    medians = {key: median(run[key] for run in runs) for key in runs[0] if runs[0][key] is not None}
    ratio = None
    if copies is not None and copies is not runs:
        pairs = zip(runs, copies, strict=True)
        ratio = median(copy["seconds"] / run["seconds"] for run, copy in pairs)
    return {
        "name": name,
        "executions": executions,
        "executions_per_second": executions / medians["seconds"],
        "ratio": ratio,
        "file_bytes": file.stat().st_size if file else None,
        "server_bytes": medians.get("server_bytes"),
        "command_bytes": medians.get("command_bytes"),
        "rounds": runs,
    }


def copied(server: Server, executions: int) -> dict:
    progress.say("COPY")
    sql.checkpoint(server.postgres())
    began = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        command = unprivileged([*PSQL, "--command", COPY, server.postgres().conninfo])
        subprocess.run(command, stdout=nowhere, check=True)
    return {"seconds": time.monotonic() - began, "server_bytes": None, "command_bytes": None}


def run(server: Server, *command: str, executions: int) -> dict:
    """Runs a command, which must tell of so many executions."""
    sql.checkpoint(server.postgres())
    reset_peak(server.process.pid)
    variables = {
        "WORKFLOW_HISTORY_DATA_DIR": str(server.data),
        "WORKFLOW_HISTORY_TOKEN": server.token("operator", f"{tokens.ANY_USER} {tokens.IMPORT}"),
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [executable(), *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
    )
    peak = PeakOf(process.pid)
    _, said = process.communicate()
    seconds = time.monotonic() - began
    if process.returncode != 0 or f" {executions:,} executions in " not in said:
        raise SystemExit(f"{' '.join(command)}: {said}")
    return {
        "seconds": seconds,
        "server_bytes": peak_resident_bytes(server.process.pid),
        "command_bytes": peak.join(),
    }
