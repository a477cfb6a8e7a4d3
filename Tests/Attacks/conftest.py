import time

import pytest

from attacks import memory
from attacks.target import running_target
from attacks.witness import PAUSE, Witness

# What one attacker may make the server take beside messages that wait: header blocks, frames that
# are queued, windows of 256 KiB and a MiB, and what malloc keeps of it all. An attack without a
# limit would go far beyond.
GROWTH = 24 * memory.MIB
# For how long after an attack what it does to others counts.
AFTERMATH = 0.05


@pytest.fixture(scope="module")
def target():
    """The server that a file's tests attack."""
    with running_target() as target:
        yield target


@pytest.fixture(scope="module")
def witness(target):
    with Witness(target, PAUSE) as witness:
        yield witness


@pytest.fixture
def attacked(target, witness):
    """Mounts an attack, and returns what the attacker got, if meanwhile each of the witness's calls
    was answered in time and the server's memory did not grow too far."""

    def mount(attack, hold: float = 0.3, growth: int = GROWTH):
        memory.forget_peak(target.pid)
        before = memory.resident(target.pid)
        start = time.monotonic()
        outcome = attack(target, hold)
        testimony = witness.between(start, time.monotonic() + AFTERMATH)
        assert testimony.samples, "no call was under way"
        assert not testimony.failures, f"{testimony.failures}; the attacker got: {outcome}"
        grown = memory.peak(target.pid) - before
        assert grown <= growth, f"{grown / memory.MIB:.1f} MiB; the attacker got: {outcome}"
        return outcome

    return mount
