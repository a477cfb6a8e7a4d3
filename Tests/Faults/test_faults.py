"""Each fault once, at a random moment; scripts/faults lets them happen again and again."""

import random

import pytest

from faults.catalogue import FAULTS, strike

REFUSALS = {
    "kill-server": {"UNAVAILABLE"},
    "kill-postgres": {"UNAVAILABLE"},
    "kill-both": {"UNAVAILABLE"},
    "cut-connections": {"UNAVAILABLE"},
    "stop-postgres": {"UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED"},
    "fail-over": {"UNAVAILABLE"},
    "fill-disk": {"RESOURCE_EXHAUSTED"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_acknowledged_execution_is_there_once_and_nothing_else(name):
    with FAULTS[name][0]() as setting:
        audit = strike(setting, name, random.Random())
        assert audit.is_clean, f"{audit}\n{setting.server.log}"
        assert audit.acknowledged > 0
        assert set(audit.refusals) <= REFUSALS[name], audit
        # The server's own limit for a silent database is 15 s: nobody waits for that where the
        # connection has ended.
        assert name == "stop-postgres" or audit.longest_call_s < 10, audit
        assert setting.server.stop() == 0
