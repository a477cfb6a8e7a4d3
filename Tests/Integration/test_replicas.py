"""With --read-database: replicas take the reads."""

import dataclasses

import grpc
import pytest

from harness.client import Client, refused
from harness.identifiers import fresh_user
from harness.postgres import Cluster
from harness.server import Server, wait_until
from harness.stubs import service_pb2


@dataclasses.dataclass(frozen=True)
class StrongClient(Client):
    """One who asks to see every write."""

    @property
    def metadata(self):
        return (*super().metadata, ("history-consistency", "strong"))


@pytest.fixture
def clusters():
    primary = Cluster()
    try:
        standby = Cluster(standby_of=primary)
        try:
            yield primary, standby
        finally:
            standby.remove()
    finally:
        primary.remove()


@pytest.fixture
def replicated(clusters):
    primary, standby = (cluster.postgres.conninfo for cluster in clusters)
    server = Server("--database", primary, "--read-database", standby)
    try:
        yield server.start()
    finally:
        server.remove()


def found(client: Client, execution_id: str) -> bool:
    try:
        return client.get(execution_id).id == execution_id
    except grpc.RpcError as error:
        assert error.code() is grpc.StatusCode.NOT_FOUND
        return False


def test_a_replica_may_lag_behind_and_a_strong_read_does_not(clusters, replicated):
    _, standby = clusters
    client = replicated.client(fresh_user())
    strong = StrongClient(client.channel, client.user, client.token)
    first = client.save()
    # Asked of itself: what it does not have yet, such as the tables, the server reads elsewhere.
    has_tables = "select to_regclass('workflow_executions') is not null"
    wait_until(lambda: standby.postgres.psql(has_tables) == "t", what="the replica's tables")
    has_first = f"select count(*) from workflow_executions where id = '{first.id}'"
    wait_until(lambda: standby.postgres.psql(has_first) == "1", what="the replica has the first")
    standby.postgres.psql("select pg_wal_replay_pause()")
    paused = "select pg_get_wal_replay_pause_state()"
    wait_until(lambda: standby.postgres.psql(paused) == "paused", what="the pause")

    saved = client.save()
    with refused(grpc.StatusCode.NOT_FOUND):
        client.get(saved.id)
    assert strong.get(saved.id) == saved
    assert [client.statistics().total_executions, strong.statistics().total_executions] == [1, 2]
    assert len(strong.history().executions) == 2

    standby.postgres.psql("select pg_wal_replay_resume()")
    wait_until(lambda: found(client, saved.id), what="the replica has the second")


def test_reads_go_to_the_primary_while_the_replica_is_away(clusters, replicated):
    _, standby = clusters
    client = replicated.client(fresh_user())
    saved = client.save()
    standby.kill()
    for _ in range(20):
        assert client.get(saved.id) == saved
        assert client.statistics().total_executions == 1


def test_a_read_database_goes_with_a_database():
    status, output = Server("--read-database", "host=/nowhere").refusal()
    assert status != 0
    assert "--read-database goes with --database" in output


def test_a_consistency_that_there_is_not_is_refused(client):
    asked = (*client.metadata, ("history-consistency", "sometimes"))
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        client.stub.GetWorkflowStatistics(
            service_pb2.GetWorkflowStatisticsRequest(), metadata=asked
        )
