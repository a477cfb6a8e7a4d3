"""The learner of a server: its command, once there is nothing that keeps it from learning all."""

import contextlib

from harness import command_line
from harness.postgres import Postgres
from harness.server import Server, wait_until

# It learns from changes of transactions before the oldest that is still running, of whichever
# client: autovacuum's, too, where it analyses a table.
HELD_BACK = """
    SELECT count(*) FROM workflow_execution_changes
    WHERE transaction_id >= pg_snapshot_xmin(pg_current_snapshot())
"""


def wait_until_learnable(postgres: Postgres) -> None:
    """Waits until nothing that runs holds back what was saved."""
    wait_until(lambda: postgres.psql(HELD_BACK) == "0", what="the end of older transactions")


def learn(server: Server, *flags: object) -> dict:
    """Learns from all that was saved."""
    wait_until_learnable(server.postgres())
    return command_line.answer("patterns", "learn", "--data-dir", server.data, *flags)


@contextlib.contextmanager
def taught_server():
    """A server that learns when it is told to, and never by itself."""
    server = Server("--learn-interval", "0")
    try:
        yield server.start()
    finally:
        server.remove()
