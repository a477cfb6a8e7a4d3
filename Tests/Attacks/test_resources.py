"""What is read by its path, again and again."""

import pytest

from attacks import resources
from attacks.target import running_target


@pytest.fixture(scope="module")
def target():
    """A server that tells its figures to everybody."""
    with running_target("--metrics", "open") as target:
        yield target


@pytest.mark.parametrize(
    "attack",
    [resources.pages, resources.figures, resources.figures_of_strangers],
    ids=lambda attack: attack.__name__,
)
def test_who_reads_as_fast_as_they_can_keeps_no_call_waiting(attacked, attack):
    assert attacked(attack).goaway is None
