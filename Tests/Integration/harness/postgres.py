"""Postgres itself: a cluster of the tests' own, and ways into the one that a server supervises."""

import dataclasses
import glob
import os
import pathlib
import shutil
import subprocess

from harness.folders import temporary_folder


def unprivileged() -> dict:
    """How to start a process that Postgres lets run: as ourselves, unless we are root."""
    if os.geteuid() != 0:
        return {}
    return {"user": "postgres", "group": "postgres", "extra_groups": []}


def program(name: str) -> str:
    """The newest that is installed."""
    found = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
    return max(found, key=lambda path: int(path.split("/")[4])) if found else name


@dataclasses.dataclass(frozen=True)
class Postgres:
    """A way into a running cluster: through the socket in a folder."""

    socket_folder: str
    port: int
    user: str
    database: str

    @staticmethod
    def of_data_directory(folder: pathlib.Path, user: str, database: str) -> "Postgres":
        """As postmaster.pid tells it: the port stands in its line 4, the socket's folder in 5."""
        lines = (folder / "postmaster.pid").read_text().splitlines()
        return Postgres(lines[4], int(lines[3]), user, database)

    @property
    def conninfo(self) -> str:
        parts = {"host": self.socket_folder, "port": self.port}
        parts |= {"user": self.user, "dbname": self.database}
        return " ".join(f"{name}={value}" for name, value in parts.items())

    def psql(self, *statements: str) -> str:
        """Runs the statements one by one; returns what they gave, unaligned."""
        arguments = [argument for one in statements for argument in ("--command", one)]
        return subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", *arguments]
            + [self.conninfo],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            **unprivileged(),
        ).stdout.strip()

    def session(self) -> subprocess.Popen:
        """A psql that takes statements on its standard input."""
        return subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", self.conninfo],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            **unprivileged(),
        )


class Cluster:
    """A cluster that no server of ours has made."""

    def __init__(self):
        self.folder = temporary_folder()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data = self.folder / "data"
        self._run("initdb", "--username=postgres", "--auth=trust", "--no-sync")
        settings = f"-c listen_addresses= -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "--wait", "--log", log, "--options", settings)
        self.postgres = Postgres.of_data_directory(self.data, "postgres", "postgres")

    def _run(self, name: str, *arguments: str):
        subprocess.run(
            [program(name), "--pgdata", str(self.data), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
            cwd=self.folder,
            timeout=120,
            **unprivileged(),
        )

    def remove(self):
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self.folder)
