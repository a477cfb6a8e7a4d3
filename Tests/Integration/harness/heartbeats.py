"""What heartbeats have left behind."""

from collections.abc import Iterable

from harness.client import Client
from harness.server import Server


def abandoned(client: Client) -> list[str]:
    """The ids of a user's executions that are abandoned."""
    return [one.id for one in client.history(abandoned_only=True).executions]


def beat_times(server: Server, ids: Iterable[str]) -> list[float]:
    """When the last heartbeats of these executions came, of those that had any."""
    listed = ", ".join(f"'{id}'" for id in ids) or "NULL"
    found = f"SELECT extract(epoch FROM beat_at) FROM heartbeats WHERE execution_id IN ({listed})"
    return [float(one) for one in server.postgres().psql(found).split()]
