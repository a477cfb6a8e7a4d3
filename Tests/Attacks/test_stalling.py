"""Connections that do nothing, or not what they should."""

import re
import time

import pytest

from attacks import connections, frames, memory
from attacks.waiting import ready
from harness import curl
from harness.client import PATIENCE
from harness.prometheus import READER
from harness.server import wait_until

# ConnectionLimits.handshakeTimeout, and what a busy machine may add.
HANDSHAKE_TIMEOUT, LATE = 10, 4
# With TLS or HTTP/2 state and the socket's buffers of its own.
PER_CONNECTION = 64 << 10


def test_a_client_that_stops_before_it_is_one_is_closed_in_time(attacked):
    seconds = {}

    def stall(target, hold):
        opened = connections.stalled(target)
        names = set(opened)
        try:
            seconds.update(connections.seconds_until_closed(opened, hold))
        finally:
            for one in opened.values():
                one.socket.close()
        assert seconds.keys() == names

    attacked(stall, hold=HANDSHAKE_TIMEOUT + LATE)
    # Not at once either: a slow network is no attack.
    assert min(seconds.values()) > HANDSHAKE_TIMEOUT - 1, seconds


def test_without_descriptors_those_connected_are_served_and_later_the_others(attacked, target):
    def exhaust(target, hold):
        with connections.few_descriptors(target) as opened:
            ready(opened, [], PATIENCE)
            time.sleep(hold)
            answered = ready(opened, [], 0)[0]
            assert 0 < len(answered) < len(opened)

    attacked(exhaust)
    with target.server.channel() as channel:
        call = channel.unary_unary("/nowhere")
        with pytest.raises(Exception, match="UNIMPLEMENTED"):
            call(b"", wait_for_ready=True, timeout=PATIENCE)


def test_idle_connections_cost_little(attacked):
    count = 500

    def idle(target, hold):
        return connections.idle_connections(target, hold, count)

    outcome = attacked(idle, growth=count * PER_CONNECTION)
    assert not outcome.closed
    assert outcome.goaway is None


def test_a_client_that_closes_its_side_in_the_midst_of_a_call_is_closed(attacked):
    assert attacked(connections.half_open).closed


def test_no_descriptor_is_left_behind(attacked, target):
    # What the tests before have left is closed.
    wait_until(lambda: memory.forsaken(target.pid) == 0, what="a quiet server")
    before = memory.descriptors(target.pid)
    attacked(connections.half_open)
    attacked(connections.garbage)
    wait_until(lambda: memory.descriptors(target.pid) == before, what=f"{before} descriptors")


def test_who_vanishes_in_the_midst_of_answers_leaves_nothing_held(attacked, target):
    def is_let_go() -> bool:
        answer = curl.ask(target.server, "GET", "/metrics", token=token)
        gauge = rb"^workflow_history_memory_held_bytes (\S+)$"
        (held,) = re.findall(gauge, answer.body, re.MULTILINE)
        return float(held) == 0

    token = target.server.token(target.user, READER)
    attacked(connections.vanishing)
    wait_until(is_let_go, what="memory that is let go of")


@pytest.mark.parametrize("seed", range(3))
def test_garbage_harms_only_its_own_connection(attacked, seed):
    def garbage(target, hold):
        return connections.garbage(target, hold, seed)

    outcome = attacked(garbage)
    assert outcome.frames[frames.GOAWAY] > 0
