"""Payloads are sealed at rest: who has the database alone reads none of them."""

import json
import signal
import subprocess

import grpc
import pytest

from harness import command_line
from harness.client import COMPLETED, FAILED, FULL, document, parsed, refused
from harness.folding import fold
from harness.identifiers import fresh_user, uuid7
from harness.learning import learn
from harness.load import Load
from harness.payload_keys import PayloadKeys
from harness.postgres import program, unprivileged
from harness.server import Server, wait_until

PLANTED = "planted"


@pytest.fixture
def keys(own_server) -> PayloadKeys:
    return PayloadKeys(own_server.folder / "payload-keys")


@pytest.fixture
def sealing(own_server, keys) -> Server:
    """A server that seals with the key `old`."""
    restart(own_server, *keys.write("old").flags)
    return own_server


def restart(server: Server, *flags: str):
    assert server.stop() == 0, server.log
    server.flags += flags
    server.start()


def reload_keys(server: Server):
    seen = server.log.count("keys of payloads were read anew")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.log.count("keys of payloads were read anew") > seen, what="SIGHUP")


def dump(server: Server) -> str:
    """All that the database keeps, as a backup has it."""
    postgres = server.postgres()
    done = subprocess.run(
        unprivileged([program("pg_dump"), "--data-only", "--inserts", postgres.conninfo]),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    # Bytes stand there in hexadecimal.
    words = done.stdout.replace("'", " ").split()
    shown = [bytes.fromhex(word[2:]) for word in words if word.startswith("\\x")]
    return done.stdout + "\n".join(some.decode("latin-1") for some in shown)


def seal(server: Server, keys: PayloadKeys) -> dict:
    done = command_line.run("seal", "--data-dir", server.data, *keys.flags, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def save_planted(client, **fields):
    fields = {
        "status": FAILED,
        "input_data": document({"card": f"{PLANTED} 4111"}),
        "output_data": document([PLANTED, 1.50]),
        "task_results": document([{"task_name": f"{PLANTED} task"}]),
        "error_message": f"{PLANTED} host 17 is away",
    } | fields
    return client.save(**fields)


def counted_by_key(server: Server) -> dict[str, int]:
    rows = server.postgres().psql(
        "SELECT coalesce(sealed_with, '-'), count(*) FROM workflow_executions GROUP BY 1"
    )
    return {name: int(count) for name, count in (row.split("|") for row in rows.splitlines())}


def test_a_backup_shows_nothing_of_payloads_and_clients_see_all(sealing):
    client = sealing.client(fresh_user())
    saved = save_planted(client)
    assert parsed(saved.input_data) == {"card": f"{PLANTED} 4111"}
    update = {"output_data": document({PLANTED: "updated"}), "status": COMPLETED}
    updated = client.update(saved.id, allow_reopen=True, **update)
    failed = save_planted(client)
    fold(sealing)
    shown = dump(sealing)
    assert saved.id in shown and client.user in shown
    assert PLANTED not in shown
    assert client.get(saved.id) == updated
    page = client.history(view=FULL, statuses=[FAILED], include_total=True)
    assert list(page.executions) == [failed] and page.total == 1
    (pattern,) = client.metrics(days=7).error_patterns
    assert pattern.fingerprint == f"{PLANTED} host <n> is away"
    assert pattern.sample_message == failed.error_message
    assert pattern.frequency == 2


def test_sealing_is_turned_on_for_what_is_there_and_off_again(own_server, keys):
    client = own_server.client(fresh_user())
    rows = [save_planted(client, id=uuid7()) for _ in range(20)]
    fold(own_server)
    before = client.statistics(days=7).by_type, client.metrics(days=7).error_patterns
    assert PLANTED in dump(own_server)

    restart(own_server, *keys.write("old").flags)
    client = own_server.client(client.user)
    assert seal(own_server, keys)["executions"] == "20"
    assert PLANTED not in dump(own_server)
    assert (client.statistics(days=7).by_type, client.metrics(days=7).error_patterns) == before
    assert [client.get(row.id) for row in rows] == rows
    assert save_planted(client, id=rows[0].id) == rows[0]

    keys.write("plain", "old")
    reload_keys(own_server)
    assert seal(own_server, keys)["executions"] == "20"
    assert counted_by_key(own_server) == {"-": 20}
    own_server.flags = own_server.flags[:-2]
    restart(own_server)
    client = own_server.client(client.user)
    assert [client.get(row.id) for row in rows] == rows
    assert save_planted(client, id=rows[0].id) == rows[0]
    assert client.metrics(days=7).error_patterns == before[1]


def test_sealing_tells_of_users_of_whom_what_was_learned_does_not_open(sealing, keys):
    save_planted(sealing.client(fresh_user()))
    learn(sealing, *keys.flags)
    sealing.postgres().psql("UPDATE learned_periods SET sealed_with = 'lost'")
    done = command_line.run("seal", "--data-dir", sealing.data, *keys.flags, "--json")
    assert done.returncode == 1
    assert "what was learned of 1 users is left" in done.stderr
    counts = json.loads(done.stdout)
    assert (counts["executionsLeft"], counts["usersLeft"]) == ("0", "1")
    learn(sealing, *keys.flags, "--from-table")
    assert seal(sealing, keys)["usersLeft"] == "0"


def test_keys_are_rotated_under_load_and_no_call_fails(sealing, keys):
    client = sealing.client(fresh_user())
    load = Load(client, threads=4)
    with load.running():
        wait_until(lambda: len(load.acknowledged) > 100, what="load")
        keys.write("old", "new")
        reload_keys(sealing)
        keys.write("new", "old")
        reload_keys(sealing)
        counts = seal(sealing, keys)
        assert int(counts["executions"]) > 50 and counts["key"] == "new"
        keys.write("new")
        reload_keys(sealing)
        settled = len(load.acknowledged)
        wait_until(lambda: len(load.acknowledged) > settled + 50, what="load")
    assert load.refusals == []
    assert set(counted_by_key(sealing)) == {"new"}
    # In the order in which they were made: each as it was answered last.
    for execution_id, answer in load.acknowledged.items():
        assert client.get(execution_id) == answer
    restart(sealing)
    assert sealing.client(client.user).get(answer.id) == answer


def test_a_server_without_the_keys_says_so_to_its_operator(sealing, keys):
    client = sealing.client(fresh_user())
    saved = save_planted(client)
    sealing.flags = sealing.flags[:-2]
    restart(sealing)
    client = sealing.client(client.user)
    with refused(grpc.StatusCode.INTERNAL):
        client.get(saved.id)
    wait_until(lambda: "the key old" in sealing.log, what="the log's line")
    assert PLANTED not in sealing.log
    assert client.statistics(days=7).total_executions == 1
    sealing.stop()
    sealing.flags += keys.write("other").flags
    status, said = sealing.refusal()
    assert status == 1 and "the key old" in said


def test_a_list_of_keys_that_can_not_be_read_changes_nothing(sealing, keys):
    client = sealing.client(fresh_user())
    saved = save_planted(client)
    keys.path.write_text("old short\n")
    wait_until(lambda: "keys of payloads stay as they were" in sealing.log, what="the refusal")
    assert "line 1" in sealing.log and "short" not in sealing.log
    assert client.get(saved.id) == saved
    status = command_line.run("seal", "--data-dir", sealing.data, *keys.flags)
    assert status.returncode == 1 and "line 1" in status.stderr
    assert command_line.run("seal", "--data-dir", sealing.data).returncode != 0
