"""Messages that are large, or say so, and answers that nobody takes."""

import grpc
import pytest

from attacks import memory, messages
from attacks.frames import ErrorCode
from attacks.target import running_target
from attacks.witness import PAUSE, Witness

RESOURCE_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
# RPCServerConfiguration.maxConnectionMemory.
BUDGET = 64 * memory.MIB
# Arrays that grow have up to twice the room that they need.
BUDGET_AS_HELD = 2 * BUDGET + 24 * memory.MIB


@pytest.fixture
def target():
    """A server for each test: memory that malloc kept of one attack would hide what the next one
    takes."""
    with running_target() as target:
        yield target


@pytest.fixture
def witness(target):
    with Witness(target, PAUSE) as witness:
        yield witness


def test_a_huge_length_is_refused_at_its_five_bytes(attacked):
    # A tenth of one such message would show.
    outcome = attacked(messages.huge_length, growth=16 * memory.MIB)
    assert outcome.statuses == {RESOURCE_EXHAUSTED: messages.STREAMS}
    assert outcome.resets == {ErrorCode.NO_ERROR: messages.STREAMS}


def test_messages_that_never_end_are_held_up_to_the_connections_budget(attacked):
    outcome = attacked(messages.partial_messages, growth=BUDGET_AS_HELD)
    assert outcome.goaway is None
    most = BUDGET // messages.MESSAGE
    asked = messages.STREAMS // 2
    refused = outcome.statuses[RESOURCE_EXHAUSTED]
    assert asked - most - 2 <= refused <= asked - most
    assert outcome.statuses.keys() == {RESOURCE_EXHAUSTED}


def test_small_messages_are_held_up_to_the_connections_budget(attacked):
    assert attacked(messages.small_messages, growth=BUDGET_AS_HELD).goaway is None


@pytest.mark.parametrize("attack", [messages.decompression_bomb], ids=["gzip"])
def test_a_decompression_bomb_is_refused_once_it_is_over_the_limit(attacked, attack):
    # Of half a gigabyte no more is made than a message may have.
    assert attacked(attack).statuses == {RESOURCE_EXHAUSTED: messages.BOMBS}


def test_a_bomb_in_a_bomb_is_not_opened(attacked):
    statuses = attacked(messages.nested_bomb).statuses
    assert 0 not in statuses
    assert statuses.total() == messages.BOMBS


@pytest.mark.parametrize(
    "attack", [messages.zero_window, messages.never_read], ids=lambda attack: attack.__name__
)
def test_answers_that_nobody_takes_are_held_up_to_the_connections_budget(attacked, attack):
    # Three times what fits. How long so many large answers hold up the others' calls while
    # they are made is another matter, which scripts/attacks shows.
    count = 56

    def ask_and_wait(target, hold):
        return attack(target, hold, count)

    outcome = attacked(ask_and_wait, hold=3, growth=BUDGET_AS_HELD)
    assert outcome.goaway is None
    assert outcome.statuses[0] == 0
    if attack is messages.zero_window:
        assert outcome.statuses == {RESOURCE_EXHAUSTED: count - messages.FITTING}
