"""A Postgres whose flushes to disk take a millisecond longer.

The server starts its Postgres with a clean environment, so it is started here, with the library of
slow_flush.c preloaded; the server then adopts the one that runs.
"""

import os
import subprocess

from bench.pgbench import Script
from bench.servers import SOURCES
from harness.postgres import program, unprivileged
from harness.server import Server

# pgbench's clients and the server's own connections.
CONNECTIONS = 400


def restart(server: Server):
    """Stops a server and its Postgres, and starts both again with slow flushes."""
    if server.stop() != 0:
        raise SystemExit(f"the server did not stop:\n{server.log}")
    library = server.folder / "slow_flush.so"
    subprocess.run(
        ["cc", "-O2", "-shared", "-fPIC", SOURCES / "slow_flush.c", "-o", library, "-ldl"],
        check=True,
    )
    cluster = server.data / "postgres"
    command = [program("pg_ctl"), "start", "--wait", f"--pgdata={cluster}"]
    command += [f"--log={cluster}/postgres.log", f"--options=-c max_connections={CONNECTIONS}"]
    subprocess.run(
        unprivileged(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        check=True,
        cwd=cluster,
        env=os.environ | {"LD_PRELOAD": str(library)},
    )
    server.start()


def check(server: Server, save: Script) -> float:
    """Commits a second of one client: fewer than a thousand, or flushes are not slow."""
    per_second = save.run(server.postgres(), 1, 1).per_second
    if not 300 < per_second < 1000:
        raise SystemExit(f"{per_second:.0f} commits/s of one client: flushes do not take 1 ms more")
    return per_second
