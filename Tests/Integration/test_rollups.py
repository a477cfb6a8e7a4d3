"""Rollups of a server that runs: folded from the change log, verified and rebuilt by commands."""

import json
import time

import pytest

from harness import command_line, oracle
from harness.client import COMPLETED
from harness.folding import fold
from harness.identifiers import fresh_user, uuid7


def rollups(server, command: str, *flags: str):
    return command_line.run("rollups", command, "--data-dir", server.data, *flags)


def figures(client):
    """The statistics of a month, but for its bounds."""
    statistics = client.statistics(days=30)
    statistics.ClearField("window_start")
    statistics.ClearField("window_end")
    return statistics


def lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_changes_are_folded_and_the_figures_stay(own_server):
    client = own_server.client(fresh_user())
    # None of them leaves the month while it is looked at.
    oracle.save_all(client, oracle.random_rows(3, 200, days=20))
    before = figures(client)
    fold(own_server)
    assert figures(client) == before
    verified = rollups(own_server, "verify", "--json")
    assert verified.returncode == 0, verified.stderr
    assert lines(verified.stdout)[-1]["differing"] == "0"


def test_damage_is_told_and_made_right(own_server):
    user = fresh_user()
    client = own_server.client(user)
    # Of one day, whenever that ends.
    instant = time.time()
    for _ in range(3):
        client.save(id=uuid7(instant), workflow_type="etl", status=COMPLETED)
    fold(own_server)
    own_server.postgres().psql(
        f"UPDATE execution_rollups SET completed = 7 WHERE user_id = '{user}'"
    )
    assert client.statistics(days=30).total_executions == 7
    verified = rollups(own_server, "verify", "--json")
    assert verified.returncode == 1
    [difference, day] = lines(verified.stdout)
    assert (difference["userId"], difference["workflowType"]) == (user, "etl")
    assert (day["rollups"], day["differing"]) == ("1", "1")
    rebuilt = rollups(own_server, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    header, told, total = [line.split("\t") for line in rebuilt.stdout.splitlines()]
    assert header == ["day", "user_id", "workflow_type", "rollups", "differing"]
    assert told[1:3] == [user, "etl"]
    assert total[3:] == ["1", "1"]
    assert rollups(own_server, "verify").returncode == 0
    assert client.statistics(days=30).total_executions == 3


def test_a_terminal_shows_a_line_that_goes_on_counting(own_server):
    own_server.client(fresh_user()).save(status=COMPLETED)
    shown = command_line.in_terminal("rollups", "verify", "--data-dir", str(own_server.data))
    assert "day 1 of 1" in shown
    assert shown.rstrip().splitlines()[-1].split("\r")[-1].startswith("1 rollups, 0 differ")


def test_the_private_postgres_is_started_for_it_and_stopped(own_server):
    own_server.client(fresh_user()).save(status=COMPLETED)
    fold(own_server)
    assert own_server.stop() == 0
    verified = rollups(own_server, "verify")
    assert verified.returncode == 0, verified.stderr
    assert own_server.postmasters() == []


@pytest.mark.parametrize("command", ["verify", "rebuild"])
def test_where_there_is_no_database_it_says_what_to_name(command, tmp_path):
    refused = command_line.run("rollups", command, "--data-dir", tmp_path)
    assert refused.returncode == 1
    assert "--data-dir" in refused.stderr and "--database" in refused.stderr
    assert list(tmp_path.iterdir()) == []
