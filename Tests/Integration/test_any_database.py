"""With --database: a Postgres that is somebody else's, shared by servers."""

from concurrent import futures

import grpc
import pytest

from harness.client import Client, document
from harness.identifiers import fresh_user
from harness.postgres import Cluster
from harness.server import Server, wait_until
from harness.stubs import service_pb2


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture
def two_servers(cluster):
    """Two servers on one database, with one secret."""
    first = Server("--database", cluster.postgres.conninfo).start()
    secret = str(first.data / "jwt" / "secret")
    second = Server("--database", cluster.postgres.conninfo, "--jwt-secret-file", secret).start()
    yield first, second
    for server in (first, second):
        server.remove()


def test_no_private_postgres_is_started_and_the_given_one_outlives_the_server(cluster):
    server = Server("--database", cluster.postgres.conninfo).start()
    try:
        assert server.client(fresh_user()).save().version == 1
        assert server.postmasters() == []
        assert server.stop() == 0
        assert cluster.postgres.psql("select count(*) > 0 from workflow_executions") == "t"
    finally:
        server.remove()


def test_two_servers_on_one_database_see_the_same_executions(two_servers):
    first, second = (server.channel() for server in two_servers)
    user = fresh_user()
    token = two_servers[0].token(user)
    first, second = Client(first, user, token), Client(second, user, token)
    saved = [first.save(input_data=document(n)) for n in range(4)]
    assert second.get(saved[0].id) == saved[0]
    page = first.history(page_size=2)
    rest = second.history(page_size=2, page_token=page.next_page_token)
    assert [row.id for row in (*page.executions, *rest.executions)] == [
        row.id for row in reversed(saved)
    ]


def test_servers_that_start_together_on_an_empty_database_both_serve(cluster):
    cluster.postgres.psql("create database empty")
    conninfo = cluster.postgres.conninfo.replace("dbname=postgres", "dbname=empty")
    servers = [Server("--database", conninfo) for _ in range(2)]
    try:
        with futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(Server.start, servers))
        for server in servers:
            assert server.client(fresh_user()).save().version == 1
    finally:
        for server in servers:
            server.remove()


def test_a_statement_that_waits_for_a_lock_exceeds_the_calls_deadline(cluster):
    server = Server("--database", cluster.postgres.conninfo).start()
    holder = cluster.postgres.session()
    try:
        client = server.client(fresh_user())
        saved = client.save()
        holder.stdin.write("begin; lock workflow_executions; select 'locked';\n")
        assert holder.stdout.readline() == "locked\n"
        request = service_pb2.GetWorkflowExecutionRequest(id=saved.id)
        with pytest.raises(grpc.RpcError) as caught:
            client.call("GetWorkflowExecution", request, timeout=1)
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        holder.stdin.write("rollback;\n")
        wait_until(lambda: client.get(saved.id) == saved, what="the end of the lock")
    finally:
        holder.kill()
        holder.communicate()
        server.remove()
