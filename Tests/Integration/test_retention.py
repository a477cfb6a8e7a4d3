"""What is taken away because it is old, or because its user is to be forgotten."""

import json
import time

import grpc
import pytest

from harness import command_line
from harness.client import COMPLETED, FAILED, refused, violated_fields
from harness.folding import fold
from harness.identifiers import fresh_user, uuid7
from harness.server import Server, wait_until

DAY = 86_400


def command(server: Server, name: str, *flags: str):
    done = command_line.run(*name.split(), "--data-dir", server.data, *flags)
    assert done.returncode == 0, done.stderr
    return done.stdout


def counts(output: str, key: str = "executions") -> int:
    """The sum over the lines of JSON that a command has printed."""
    return sum(int(json.loads(line)[key]) for line in output.splitlines())


def save_aged(client, days: float, **fields):
    return client.save(id=uuid7(time.time() - days * DAY), **fields)


@pytest.fixture
def aged(own_server):
    """A user's executions of 25 and of 2 days ago."""
    client = own_server.client(fresh_user())
    old = [save_aged(client, 25, status=status) for status in (COMPLETED, COMPLETED, FAILED)]
    new = [save_aged(client, 2, status=COMPLETED) for _ in range(2)]
    return own_server, client, old, new


RULES = ("--retain", "status=FAILED:30d", "--retain", "20d")


def test_what_is_due_goes_and_figures_stay(aged):
    server, client, old, new = aged
    before = client.statistics(days=30)
    assert counts(command(server, "retention", *RULES, "--dry-run", "--json")) == 2
    assert client.history(include_total=True).total == 5
    assert counts(command(server, "retention", *RULES, "--json")) == 2
    for row in old[:2]:
        with refused(grpc.StatusCode.NOT_FOUND):
            client.get(row.id)
    page = client.history(include_total=True)
    assert [row.id for row in page.executions] == [new[1].id, new[0].id, old[2].id]
    assert page.total == 3
    assert client.history(statuses=[COMPLETED], include_total=True).total == 2
    after = client.statistics(days=30)
    assert (after.total_executions, after.by_type) == (5, before.by_type)
    fold(server)
    assert client.history(include_total=True).total == 3
    assert client.statistics(days=30).by_type == before.by_type
    command(server, "rollups verify")
    assert counts(command(server, "retention", *RULES, "--json")) == 0


def test_a_server_takes_away_what_is_due_and_takes_no_id_that_would_be(aged):
    server, client, old, new = aged
    server.stop()
    server.flags += RULES
    server.start()
    client = server.client(client.user)
    wait_until(lambda: client.history(include_total=True).total == 3, what="retention")
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.save(id=old[0].id, status=COMPLETED)
    assert violated_fields(caught.value) == ["execution.id"]
    assert save_aged(client, 19, status=COMPLETED).status == COMPLETED


def test_a_forgotten_user_is_in_no_table_and_others_stay(aged):
    server, client, old, new = aged
    other = server.client(fresh_user())
    kept = other.save(status=COMPLETED)
    fold(server)
    assert counts(command(server, "forget", "--user", client.user, "--dry-run", "--json")) == 5
    assert client.history(include_total=True).total == 5
    shown = command(server, "forget", "--user", client.user)
    assert shown.splitlines()[0].split("\t") == [
        "executions",
        "changes",
        "rollups",
        "patterns",
    ]
    assert shown.splitlines()[1].split("\t")[:2] == ["5", "10"]
    assert client.history(include_total=True).total == 0
    assert client.statistics(days=30).total_executions == 0
    dump = server.postgres().psql("SELECT * FROM workflow_execution_changes")
    assert client.user not in dump and other.user in dump
    assert other.get(kept.id) == kept
    assert other.statistics(days=30).total_executions == 1
    command(server, "rollups verify")


@pytest.mark.parametrize(
    "flags, said",
    [
        ((), "--retain"),
        (("--retain", "5m"), "less than an hour"),
        (("--retain", "status=DONE:5d"), "status=DONE:5d"),
        (("--retain", "5d", "--retain", "type=etl:9d"), "type=etl:9d"),
    ],
)
def test_rules_that_make_no_sense_are_refused(flags, said, tmp_path):
    refused = command_line.run("retention", "--data-dir", tmp_path, *flags)
    assert refused.returncode != 0
    assert said in refused.stderr


def test_in_a_terminal_each_month_is_a_line(aged):
    server, *_ = aged
    shown = command_line.in_terminal("retention", "--data-dir", str(server.data), *RULES)
    assert "2 executions were taken away" in shown.rstrip().splitlines()[-1].split("\r")[-1]
