"""The ledger finds what a fault could do to it."""

import pytest

from faults.catalogue import private
from faults.ledger import Ledger

TABLE = "workflow_executions"


@pytest.fixture(scope="module")
def setting():
    with private() as setting:
        yield setting


@pytest.fixture
def kept(setting):
    """A ledger of a quiet time, and the table behind it."""
    ledger = Ledger(setting.server, threads=2)
    with ledger.running():
        ledger.wait_for(20)
    return ledger, setting.postgres


def test_a_quiet_time_is_clean(kept):
    ledger, postgres = kept
    audit = ledger.audit(postgres)
    assert audit.is_clean
    assert audit.acknowledged == len(ledger.entries)
    assert audit.refusals == {}


def test_an_acknowledged_row_that_is_gone_is_lost(kept):
    ledger, postgres = kept
    gone = next(iter(ledger.entries))
    postgres.psql(f"delete from {TABLE} where id = '{gone}'")
    audit = ledger.audit(postgres)
    assert (audit.lost, audit.is_clean) == (1, False)


def test_an_acknowledged_update_that_is_gone_is_lost(kept):
    ledger, postgres = kept
    updated = next(id for id, entry in ledger.entries.items() if entry.acknowledged == 2)
    postgres.psql(f"update {TABLE} set version = 1, status = 2 where id = '{updated}'")
    assert ledger.audit(postgres).lost == 1


def test_a_row_that_nobody_sent_is_found_and_so_is_one_that_was_sent_otherwise(kept):
    ledger, postgres = kept
    unknown, changed = list(ledger.entries)[:2]
    postgres.psql(f"update {TABLE} set input_data = '{{}}' where id = '{changed}'")
    del ledger.entries[unknown]
    assert ledger.audit(postgres).never_sent == 2
