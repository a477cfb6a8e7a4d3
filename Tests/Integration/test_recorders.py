"""What executors record, by the Python client and by the Swift one, while they, servers and
databases are killed."""

import contextlib
import os
import pathlib
import random
import signal
import time

import pytest

from harness.client import COMPLETED, RUNNING, Client
from harness.heartbeats import abandoned, beat_times
from harness.recording import Executor
from harness.server import Server, wait_until

LANGUAGES = ["python", "swift"]
# Executions are abandoned three intervals after their last heartbeat, two of which a busy machine
# may take for the next one.
QUICK = 1
TIMEOUT = 3 * QUICK


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "spool"


@contextlib.contextmanager
def executing(*arguments, **options):
    executor = Executor(*arguments, **options)
    try:
        yield executor
    finally:
        executor.kill()


def delivered(server: Server, client: Client, spool: pathlib.Path, language: str) -> dict:
    """What the server has once an executor has done a run of its own and delivered all of the
    spool."""
    last = Executor(server, client.user, spool, runs=1, language=language)
    assert last.wait() == 0
    assert list(spool.glob("process-*")) == []
    assert list((spool / "refused").iterdir()) == []
    rows = list(client.walk(page_size=100))
    kept = {one.id: one for one in rows}
    assert len(kept) == len(rows)
    # Under another id a run would be there twice.
    assert len({one.workflow_id for one in kept.values()}) == len(kept)
    assert {one.version for one in kept.values()} <= {1, 2}
    return kept


@pytest.mark.parametrize("language", LANGUAGES)
def test_executors_that_are_killed_lose_no_run_that_they_have_begun(
    server, client, spool, language
):
    began, ended = [], []
    for _ in range(6):
        with executing(server, client.user, spool, language=language) as executor:
            enough = random.randrange(1, 60)
            wait_until(lambda e=executor, n=enough: len(e.ended) >= n)
            executor.kill()
        began += executor.began
        ended += executor.ended
    kept = delivered(server, client, spool, language)
    assert len(set(began)) == len(began)
    assert set(ended) <= set(began) <= set(kept)
    assert {kept[id].status for id in ended} == {COMPLETED}
    # Each of the four runs that went on when one was killed may have been written down unsaid.
    assert len(kept) <= len(began) + 6 * 4 + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_server_and_its_postgres_that_are_killed_cost_no_run(
    own_server, user, spool, language
):
    with executing(own_server, user, spool, seconds=0.02, language=language) as executor:
        for _ in range(2):
            enough = len(executor.ended) + 20
            wait_until(lambda n=enough: len(executor.ended) >= n)
            for postmaster in own_server.postmasters():
                os.kill(postmaster, signal.SIGKILL)
            own_server.stop(signal.SIGKILL)
            enough = len(executor.ended) + 20
            wait_until(lambda n=enough: len(executor.ended) >= n)
            own_server.start()
        executor.kill()
    client = own_server.client(user)
    kept = delivered(own_server, client, spool, language)
    assert set(executor.ended) <= set(executor.began) <= set(kept)
    assert {kept[id].status for id in executor.ended} == {COMPLETED}
    assert client.statistics().total_executions == len(kept)


@pytest.mark.parametrize("heir", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_an_executor_left_while_the_server_was_away_is_delivered_by_another(
    own_server, user, spool, language, heir
):
    own_server.stop()
    with executing(own_server, user, spool, language=language) as executor:
        wait_until(lambda: len(executor.ended) >= 50)
        executor.kill()
    assert list(spool.glob("process-*/*.records")) != []
    own_server.start()
    client = own_server.client(user)
    kept = delivered(own_server, client, spool, heir)
    assert set(executor.ended) <= set(executor.began) <= set(kept)
    assert {kept[id].status for id in executor.ended} == {COMPLETED}
    for id in executor.ended[:5]:
        one = client.get(id)
        assert one.input_data.json == one.output_data.json != ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_record_that_a_full_disk_cuts_short_costs_no_other(own_server, user, spool, language):
    own_server.stop()
    # A record has some 200 bytes, and no multiple of it is this.
    with executing(
        own_server, user, spool, runs=40, language=language, largest_file=1_999
    ) as executor:
        wait_until(lambda: len(executor.ended) == 40)
        executor.kill()
    torn = [one.stat().st_size for one in spool.glob("process-*/*.records")]
    assert torn.count(1_999) > 3
    own_server.start()
    kept = delivered(own_server, own_server.client(user), spool, language)
    assert set(executor.ended) == set(executor.began) <= set(kept)
    assert {kept[id].status for id in executor.ended} == {COMPLETED}


def abandoned_though_they_beat(server, client, executor) -> list[list[str]]:
    """The abandoned ones, at a time when none of the executor's runs has been silent for so long;
    nothing where a busy machine was late with a heartbeat, and one is told rightly."""
    oldest = min(beat_times(server, executor.began))
    told = abandoned(client)
    return [told] if time.time() < oldest + TIMEOUT else []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_run_of_an_executor_that_is_killed_is_abandoned(server, client, spool, language):
    with executing(
        server,
        client.user,
        spool,
        at_once=3,
        seconds=600,
        heartbeat_interval=QUICK,
        language=language,
    ) as executor:
        wait_until(lambda: len(beat_times(server, executor.began)) == 3)
        # While it lives, for longer than the timeout, none is.
        first = beat_times(server, executor.began)
        wait_until(lambda: min(beat_times(server, executor.began)) > max(first) + TIMEOUT)
        assert wait_until(lambda: abandoned_though_they_beat(server, client, executor)) == [[]]
        executor.kill()
        wait_until(lambda: len(abandoned(client)) == 3)
    assert set(abandoned(client)) == set(executor.began)
    assert {client.get(id).status for id in executor.began} == {RUNNING}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_another_delivers_for_one_that_was_killed_is_abandoned(
    own_server, user, spool, language
):
    own_server.stop()
    with executing(
        own_server, user, spool, at_once=3, seconds=600, language=language
    ) as executor:
        wait_until(lambda: len(executor.began) == 3)
        executor.kill()
    own_server.start()
    client = own_server.client(user)
    with executing(
        own_server, user, spool, seconds=600, heartbeat_interval=QUICK, language=language
    ):
        wait_until(lambda: set(abandoned(client)) == set(executor.began))
