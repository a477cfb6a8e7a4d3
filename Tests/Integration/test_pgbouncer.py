"""With --database-prepared-statements off, behind PgBouncer in transaction mode."""

import grpc
import pytest

from harness.client import COMPLETED, document
from harness.load import Load, assert_nothing_is_lost
from harness.pgbouncer import PgBouncer
from harness.postgres import Cluster
from harness.server import Server, wait_until


@pytest.fixture(scope="module")
def cluster():
    cluster = Cluster()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="module")
def bouncer(cluster):
    bouncer = PgBouncer(cluster.postgres)
    yield bouncer
    bouncer.remove()


@pytest.fixture(scope="module")
def server(bouncer):
    database = ("--database", bouncer.postgres.conninfo)
    server = Server(*database, "--database-prepared-statements", "off")
    try:
        yield server.start()
    finally:
        server.remove()


def test_the_six_calls_work(client):
    saved = client.save(input_data=document([1]))
    updated = client.update(saved.id, status=COMPLETED)
    assert client.get(saved.id) == updated
    page = client.history(page_size=1, include_total=True)
    assert (list(page.executions)[0].id, page.total) == (saved.id, 1)
    assert client.statistics().total_executions == 1
    assert len(client.metrics().execution_time_distribution) == 5


def test_many_at_once_share_few_sessions_and_lose_nothing(client, cluster):
    with Load(client, threads=16).running() as load:
        wait_until(lambda: len(load.acknowledged) >= 500, what="500 acknowledged saves")
    assert not load.refusals
    assert_nothing_is_lost(load.acknowledged, client)
    sessions = "select count(*) from pg_stat_activity where application_name = 'workflow-history'"
    assert int(cluster.postgres.psql(sessions)) <= 2


def test_what_is_set_for_our_transactions_reaches_nobody_else(client, bouncer):
    client.statistics(user_id=client.user)
    for _ in range(4):
        assert bouncer.postgres.psql("show statement_timeout") == "0"
        assert bouncer.postgres.psql("show plan_cache_mode") == "auto"
        assert bouncer.postgres.psql("select count(*) from pg_prepared_statements") == "0"


def test_a_session_that_ends_is_over_at_once(client, cluster):
    saved = client.save()
    terminate = (
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where application_name = 'workflow-history'"
    )
    assert int(cluster.postgres.psql(terminate)) > 0

    def is_answered():
        try:
            return client.get(saved.id) == saved
        except grpc.RpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE
            return False

    wait_until(is_answered, what="an answer")


def test_partitions_that_are_done_with_are_dropped(server, cluster):
    server.stop()
    postgres = cluster.postgres
    # In its first hour the month before is not done with yet.
    day, month = postgres.psql(
        "select to_char(now() at time zone 'UTC' - interval '9 days', 'YYYY-MM-DD')",
        "select to_char(now() at time zone 'UTC' - interval '2 months', 'YYYY_MM')",
    ).splitlines()
    log = f"workflow_execution_changes_{day.replace('-', '_')}"
    begin, end = f"'{day} 00:00:00+00'", f"'{day} 00:00:00+00'::timestamptz + interval '1 day'"
    postgres.psql(
        f"create table {log} partition of workflow_execution_changes"
        f" for values from ({begin}) to ({end})"
    )
    tables = (log, f"workflow_executions_{month}")
    for table in tables:
        assert postgres.psql(f"select to_regclass('{table}')") == table
    server.flags += ["--retain", "1h"]
    server.start()
    for table in tables:
        found = f"select to_regclass('{table}')"
        wait_until(lambda found=found: postgres.psql(found) == "", what=table)
