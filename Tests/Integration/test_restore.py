"""A database that was dumped and restored elsewhere: in a cluster that numbers its transactions
anew."""

import subprocess

import pytest

from harness import command_line
from harness.client import COMPLETED
from harness.folding import fold, unfolded
from harness.identifiers import fresh_user
from harness.learning import wait_until_learnable
from harness.postgres import Cluster, program, unprivileged
from harness.server import Server


@pytest.fixture
def elsewhere():
    cluster = Cluster()
    yield cluster.postgres
    cluster.remove()


def dump(server: Server) -> bytes:
    command = [program("pg_dump"), "--no-owner", server.postgres().conninfo]
    return subprocess.run(unprivileged(command), capture_output=True, check=True).stdout


def restore(dumped: bytes, database):
    command = [program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    subprocess.run(
        unprivileged([*command, database.conninfo]), input=dumped, check=True, capture_output=True
    )


def spend_transactions(database, count: int):
    database.psql(
        f"do $$ begin for i in 1..{count} loop perform pg_current_xact_id(); commit;"
        " end loop; end $$"
    )


def test_a_restored_database_counts_what_was_saved_before_and_what_is_saved_after(
    own_server, elsewhere
):
    user = fresh_user()
    client = own_server.client(user)
    spend_transactions(own_server.postgres(), 20_000)
    for _ in range(3):
        client.save(status=COMPLETED)
    fold(own_server)
    with own_server.postgres().session() as held:
        # What an open transaction keeps from being folded.
        held.stdin.write("begin; select pg_current_xact_id();\n")
        assert held.stdout.readline()
        client.save(status=COMPLETED)
        assert unfolded(own_server) > 0
        dumped = dump(own_server)
        held.stdin.close()
    restore(dumped, elsewhere)
    other = Server("--database", elsewhere.conninfo, "--learn-interval", "0")
    try:
        other.start()
        client = other.client(user)
        assert client.statistics(days=30).total_executions == 4
        for _ in range(2):
            client.save(status=COMPLETED)
        assert client.statistics(days=30).total_executions == 6
        assert client.history(include_total=True).total == 6
        assert elsewhere.psql(
            "select count(*) from change_log_readers"
            " where watermark > pg_snapshot_xmax(pg_current_snapshot())"
        ) == "0"
        wait_until_learnable(elsewhere)
        learn = ["patterns", "learn", "--database", elsewhere.conninfo]
        assert command_line.answer(*learn)["executions"] == "2"
        assert command_line.answer(*learn, "--from-table")["executions"] == "6"
        verified = command_line.run("rollups", "verify", "--database", elsewhere.conninfo)
        assert verified.returncode == 0, verified.stdout
    finally:
        other.remove()
