"""Statements in the Postgres of a server, of any length."""

import contextlib
import os
import pathlib
import re
import subprocess

from bench.servers import SOURCES
from harness.postgres import PSQL, Postgres, unprivileged

SCRIPTS = SOURCES / "sql"


def run(postgres: Postgres, script: str, **variables: object) -> str:
    """Runs a script in one session; returns what its statements gave, unaligned."""
    command = [*PSQL, "--set=ON_ERROR_STOP=1"]
    command += [f"--set={name}={value}" for name, value in variables.items()]
    done = subprocess.run(
        unprivileged([*command, postgres.conninfo]),
        input=script,
        capture_output=True,
        text=True,
        env=os.environ | {"PGOPTIONS": "-c client_min_messages=warning"},
    )
    if done.returncode != 0:
        raise SystemExit(f"psql: {done.stderr}")
    return done.stdout.strip()


def run_file(postgres: Postgres, name: str, **variables: object) -> str:
    return run(postgres, (SCRIPTS / name).read_text(), **variables)


def number(postgres: Postgres, query: str) -> int:
    return int(run(postgres, f"{query};"))


def milliseconds(postgres: Postgres, query: str, times: int, **variables: object) -> list[float]:
    """How long a query takes in a session that has run it once."""
    script = "\n".join(["\\timing on", *[f"{query};" for _ in range(times + 1)]])
    told = run(postgres, script, **variables)
    return [float(time) for time in re.findall(r"^Time: ([\d.]+) ms", told, re.M)][1:]


def checkpoint(postgres: Postgres):
    """So that what was written before is not written back during a round."""
    run(postgres, "CHECKPOINT;")


class Session:
    """One session, for as long as the block lasts."""

    def __init__(self, postgres: Postgres):
        self.psql = postgres.session()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_):
        self.psql.communicate()

    def value(self, query: str) -> str:
        """The one value that a query gives."""
        self.psql.stdin.write(f"{query};\n")
        value = self.psql.stdout.readline().strip()
        if not value:
            raise SystemExit(f"psql: nothing came of {query}")
        return value


@contextlib.contextmanager
def open_transaction(postgres: Postgres):
    """A transaction that has written and stays open for as long as the block lasts: it holds back
    whoever reads the change log."""
    with Session(postgres) as session:
        session.value("BEGIN; SELECT pg_current_xact_id()")
        yield
        session.psql.stdin.write("COMMIT;\n")


def readable_by_postgres(path: pathlib.Path) -> pathlib.Path:
    """A new folder that Postgres's own user may write to."""
    path.mkdir()
    path.chmod(0o777)
    return path
