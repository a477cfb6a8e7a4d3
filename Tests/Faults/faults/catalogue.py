"""The faults, by name: each happens to a running server while a ledger is kept."""

import contextlib
import os
import pathlib
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

from faults.ledger import Audit, Ledger
from harness.postgres import Cluster, Postgres, unprivileged
from harness.server import Server, wait_until

# Answers before a fault and after it.
ENOUGH = 100
STOPPED_SECONDS = 10
# How far the largest file may still grow. No multiple of a block: a write that meets the limit
# comes out short, and that is a full disk to Postgres.
ROOM = (1 << 20) + 1000


class Setting:
    """A server, and the way into the database that it uses."""

    payload = 100

    def __init__(self, server: Server):
        self.server = server

    @property
    def postgres(self) -> Postgres:
        return self.server.postgres()


class OnClusters(Setting):
    """A server on clusters that it did not make."""

    def __init__(self, *clusters: Cluster, payload: int = 100):
        folders = ",".join(cluster.postgres.socket_folder for cluster in clusters)
        self.clusters = clusters
        self.payload = payload
        self.primary = clusters[0]
        super().__init__(Server("--database", f"host={folders} user=postgres dbname=postgres"))

    @property
    def postgres(self) -> Postgres:
        return self.primary.postgres


@contextlib.contextmanager
def private() -> Iterator[Setting]:
    """A server with its private Postgres."""
    server = Server()
    try:
        server.start()
        yield Setting(server)
    finally:
        server.remove()


@contextlib.contextmanager
def replicated() -> Iterator[OnClusters]:
    """A server on a primary and its synchronous standby."""
    with contextlib.ExitStack() as stack:
        primary = Cluster("synchronous_standby_names=*")
        stack.callback(primary.remove)
        # A standby whose primary has just gone may sleep for this long (5 s otherwise) before it
        # sees that it is promoted.
        standby = Cluster("wal_retrieve_retry_interval=100ms", standby_of=primary)
        stack.callback(standby.remove)
        setting = OnClusters(primary, standby)
        stack.callback(setting.server.remove)
        setting.server.start()
        yield setting


@contextlib.contextmanager
def alone() -> Iterator[OnClusters]:
    """A server on a cluster, with documents that fill files."""
    cluster = Cluster()
    setting = OnClusters(cluster, payload=20_000)
    try:
        setting.server.start()
        yield setting
    finally:
        setting.server.remove()
        cluster.remove()


def kill_server(setting: Setting, _: Ledger):
    setting.server.stop(signal.SIGKILL)
    setting.server.start()


def kill_postmasters(setting: Setting):
    for postmaster in setting.server.postmasters():
        send(postmaster, signal.SIGKILL)


def kill_postgres(setting: Setting, _: Ledger):
    """Backends that are busy answer for a moment more: what is counted from here on is its
    successor's."""
    postgres = setting.postgres
    kill_postmasters(setting)
    wait_until(lambda: accepts(postgres), what="the next Postgres")


def accepts(postgres: Postgres) -> bool:
    try:
        return postgres.psql("SELECT 1") == "1"
    except AssertionError:
        return False


def kill_both(setting: Setting, ledger: Ledger):
    kill_postmasters(setting)
    kill_server(setting, ledger)


def cut_connections(setting: Setting, _: Ledger):
    """Every session of the server ends in the middle of what it does."""
    setting.postgres.psql(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = 'workflow-history'"
    )


def stop_postgres(setting: Setting, _: Ledger):
    """Every process of it stands still for a while, and goes on as if nothing had been."""
    with stopped(setting.server.postgres_processes()):
        time.sleep(STOPPED_SECONDS)


@contextlib.contextmanager
def stopped(processes: list[int]):
    try:
        for pid in processes:
            send(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in processes:
            send(pid, signal.SIGCONT)


def send(pid: int, told: signal.Signals):
    """Tells a process of Postgres something, unless it has ended: workers do, when done."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, told)


def fail_over(setting: OnClusters, _: Ledger):
    """The primary is gone for good, and its synchronous standby takes over."""
    setting.primary.kill()
    setting.primary = setting.clusters[1]
    setting.primary.promote()


def fill_disk(setting: OnClusters, ledger: Ledger):
    """No file can grow any more, until there is room again. A limit on the processes stands for the
    disk: it needs no right to mount one."""
    # All are stopped for it: a file that has outgrown another process's limit is another error.
    with stopped(setting.primary.processes()):
        largest = max(map(size_of, setting.primary.data.rglob("*")))
        limit_files(setting.primary, str(-(-largest // 8192) * 8192 + ROOM))
    refused = "RESOURCE_EXHAUSTED"
    wait_until(lambda: ledger.refusals[refused] > 10, what="a full disk")
    with stopped(setting.primary.processes()):
        limit_files(setting.primary, "unlimited")


def size_of(path: pathlib.Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def limit_files(cluster: Cluster, size: str):
    """Limits the files of every process, as the user whose they are: root may lack the right to."""
    for pid in cluster.processes():
        command = ["prlimit", f"--pid={pid}", f"--fsize={size}:"]
        subprocess.run(unprivileged(command), check=True)


# By name: the setting, the fault, and whether the setting can bear it again.
FAULTS: dict[str, tuple[Callable, Callable, bool]] = {
    "kill-server": (private, kill_server, True),
    "kill-postgres": (private, kill_postgres, True),
    "kill-both": (private, kill_both, True),
    "cut-connections": (private, cut_connections, True),
    "stop-postgres": (private, stop_postgres, True),
    "fail-over": (replicated, fail_over, False),
    "fill-disk": (alone, fill_disk, False),
}


def strike(setting: Setting, name: str, moments: random.Random) -> Audit:
    """Lets a fault happen at a random moment under load; returns what became of the ledger."""
    ledger = Ledger(setting.server, payload=setting.payload)
    with ledger.running():
        ledger.wait_for(ENOUGH)
        time.sleep(moments.uniform(0, 0.3))
        FAULTS[name][1](setting, ledger)
        ledger.wait_for(ENOUGH)
    return ledger.audit(setting.postgres)
