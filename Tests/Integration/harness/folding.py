"""The folder of a server: what it has folded into rollups, and what not yet."""

from harness.server import Server, wait_until

UNFOLDED = """
    SELECT count(*) FROM workflow_execution_changes WHERE transaction_id >=
      (SELECT watermark FROM change_log_readers WHERE name = 'rollups')
"""


def unfolded(server: Server) -> int:
    """How many changes are not in the rollups."""
    return int(server.postgres().psql(UNFOLDED))


def fold(server: Server) -> None:
    """Waits until every change is in the rollups."""
    wait_until(lambda: unfolded(server) == 0, what="the folder")
