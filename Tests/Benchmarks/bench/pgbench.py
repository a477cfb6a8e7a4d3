"""Statements through pgbench, on the Postgres of the server that they are compared with."""

import dataclasses
import math
import os
import pathlib
import re
import subprocess
import tempfile

from bench import sql
from harness.postgres import Postgres, program, unprivileged


@dataclasses.dataclass(frozen=True)
class Run:
    """What one run of pgbench did."""

    transactions: int
    per_second: float
    # How long each transaction took, from when it was due, in ms; empty unless it was asked for.
    latencies: list[float]


@dataclasses.dataclass(frozen=True)
class Script:
    """A script of sql/, its variables, and the schema whose tables it is for."""

    file: str
    variables: dict[str, object]
    schema: str = "public"
    protocol: str = "prepared"

    def run(
        self,
        postgres: Postgres,
        clients: int,
        seconds: float,
        *,
        rate: float | None = None,
        is_logged: bool = False,
    ) -> Run:
        """Runs it for whole seconds; with a rate, its transactions are due at random moments, so
        many a second."""
        command = [program("pgbench"), "--no-vacuum", f"--protocol={self.protocol}"]
        command += [f"--file={sql.SCRIPTS / self.file}", f"--client={clients}"]
        command += [f"--jobs={min(2, clients)}", f"--time={math.ceil(seconds)}"]
        command += [f"--define={name}={value}" for name, value in self.variables.items()]
        if rate is not None:
            command.append(f"--rate={rate:.0f}")
        with tempfile.TemporaryDirectory(prefix="wh-") as folder:
            os.chmod(folder, 0o777)
            if is_logged:
                command += ["--log", f"--log-prefix={folder}/log"]
            # Libpq takes a connection string in place of the database's name.
            done = subprocess.run(
                unprivileged([*command, postgres.conninfo]),
                capture_output=True,
                text=True,
                env=os.environ
                | {"PGOPTIONS": f"-c search_path={self.schema} -c client_min_messages=warning"},
            )
            latencies = [ms for log in pathlib.Path(folder).iterdir() for ms in logged(log)]
        if done.returncode != 0 or not re.search(r"failed transactions: 0 ", done.stdout):
            raise SystemExit(f"pgbench: {done.stderr or done.stdout}")
        return Run(
            transactions=int(re.search(r"actually processed: (\d+)", done.stdout)[1]),
            per_second=float(re.search(r"tps = ([\d.]+) \(without initial", done.stdout)[1]),
            latencies=latencies,
        )

    def best_clients(self, postgres: Postgres, choices: tuple[int, ...]) -> int:
        """With which number of clients it is at its best; that depends on the machine."""
        return max(choices, key=lambda clients: self.run(postgres, clients, 2).per_second)


def logged(log: pathlib.Path):
    """The third field of each line is a transaction's time in us."""
    with log.open() as lines:
        for line in lines:
            yield int(line.split(maxsplit=3)[2]) / 1e3
