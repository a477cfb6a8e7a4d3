"""PgBouncer in transaction mode, in front of a cluster."""

import os
import pathlib
import shutil
import signal
import subprocess

from harness.folders import temporary_folder
from harness.postgres import Postgres, unprivileged
from harness.server import wait_until

PORT = 6432


class PgBouncer:
    """One that lends a few sessions, each for a transaction at a time."""

    def __init__(self, postgres: Postgres, sessions: int = 2):
        self.folder = temporary_folder()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(
            f"[databases]\n* = host={postgres.socket_folder} port={postgres.port}"
            f" user={postgres.user}\n"
            f"[pgbouncer]\nlisten_port = {PORT}\nunix_socket_dir = {self.folder}\n"
            f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {sessions}\n"
            f"max_client_conn = 200\nlogfile = {self.folder}/log\n"
        )
        program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
        self.process = subprocess.Popen(
            unprivileged([program, "--quiet", str(settings)]),
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
        )
        self.postgres = Postgres(str(self.folder), PORT, postgres.user, postgres.database)
        socket = pathlib.Path(self.folder / f".s.PGSQL.{PORT}")
        wait_until(socket.exists, what="PgBouncer's socket")

    def remove(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)
        shutil.rmtree(self.folder)
