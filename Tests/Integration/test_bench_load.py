"""The loader of scripts/bench: what it puts into the tables is what the server would have put."""

import pytest

from bench import load
from harness import command_line

EXECUTIONS, USERS = 2_000, 4


@pytest.fixture
def loaded(own_server):
    load.save_samples(own_server)
    load.load_executions(own_server, EXECUTIONS, USERS)
    load.check_rollups(own_server, "rebuild")
    return own_server


def test_executions_that_were_loaded_are_read_as_if_saved(loaded):
    verified = command_line.run("rollups", "verify", "--data-dir", loaded.data)
    assert verified.returncode == 0, verified.stderr
    client = loaded.client(load.BIG_USER)
    executions = list(client.walk(page_size=100))
    assert len(executions) == EXECUTIONS / 10
    assert len({one.created_at.ToDatetime().month for one in executions}) == 12
    # Since the load began the window has moved on.
    assert client.statistics(days=365).total_executions in range(198, 201)
    patterns = client.metrics(days=365).error_patterns
    assert {pattern.sample_message for pattern in patterns} <= set(load.ERRORS)
    assert all(pattern.fingerprint for pattern in patterns)
    saved = client.save(workflow_id="the next one")
    assert client.history().executions[0].id == saved.id
