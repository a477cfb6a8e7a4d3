"""Postgres itself: a cluster of the tests' own, and ways into the one that a server supervises."""

import contextlib
import dataclasses
import glob
import os
import pathlib
import shutil
import signal
import subprocess

from harness.folders import temporary_folder

PSQL = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]


def unprivileged(command: list[str]) -> list[str]:
    """The command as Postgres lets it run: as ourselves, unless we are root. By another program,
    and not by Popen's `user`, which forks: gRPC's threads don't bear that."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]


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
        done = subprocess.run(
            unprivileged([*PSQL, *arguments, self.conninfo]),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def session(self) -> subprocess.Popen:
        """A psql that takes statements on its standard input."""
        return subprocess.Popen(
            unprivileged([*PSQL, self.conninfo]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )


class Cluster:
    """A cluster that no server of ours has made: a new one, or a standby of another."""

    def __init__(self, *settings: str, standby_of: "Cluster | None" = None):
        self.folder = temporary_folder()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self.data = self.folder / "data"
        if standby_of is None:
            # Small segments of the log, so that a limit on files can be small too.
            access = ("--username=postgres", "--auth=trust")
            self._run("initdb", *access, "--no-sync", "--wal-segsize=1")
        else:
            source = f"--dbname={standby_of.postgres.conninfo}"
            self._run("pg_basebackup", "--write-recovery-conf", "--checkpoint=fast", source)
        every = ("listen_addresses=", f"unix_socket_directories={self.folder}", *settings)
        options = " ".join(f"-c {setting}" for setting in every)
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "--wait", "--log", log, "--options", options)
        self.postgres = Postgres.of_data_directory(self.data, "postgres", "postgres")

    def _run(self, name: str, *arguments: str):
        subprocess.run(
            unprivileged([program(name), "--pgdata", str(self.data), *arguments]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            check=True,
            cwd=self.folder,
            timeout=120,
        )

    def processes(self) -> list[int]:
        """The postmaster and its children."""
        return [pid for pid, _ in postgres_processes(self.data)]

    def promote(self):
        """Makes a standby a primary; returns when it is one."""
        self._run("pg_ctl", "promote", "--wait")

    def kill(self):
        """Ends all of it at once, as a machine does that loses its power."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def remove(self):
        if self.processes():
            self._run("pg_ctl", "stop", "--wait", "--mode=immediate")
        shutil.rmtree(self.folder)


def postgres_processes(data: pathlib.Path):
    """The (pid, parent) of each live Postgres whose folder is at or under this one."""
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            folder = (entry / "cwd").readlink()
            name, _, rest = (entry / "stat").read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        state, parent = rest.split()[:2]
        if "postgres" in name and state != "Z" and folder.is_relative_to(data):
            yield int(entry.name), int(parent)
