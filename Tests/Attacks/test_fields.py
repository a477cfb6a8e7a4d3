"""Header blocks that are more than they seem."""

import grpc
import pytest

from attacks import fields
from attacks.frames import ErrorCode
from attacks.target import running_target
from harness.client import PATIENCE

RESOURCE_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]


@pytest.mark.parametrize(
    "attack",
    [fields.hpack_bomb, fields.many_fields, fields.large_metadata],
    ids=lambda a: a.__name__,
)
def test_what_is_over_the_limits_is_counted_and_not_kept(attacked, attack):
    assert attacked(attack).statuses == {RESOURCE_EXHAUSTED: fields.BLOCKS}


def test_trailers_are_not_kept(attacked):
    assert attacked(fields.many_trailers).statuses == {0: fields.BLOCKS}


def test_metadata_within_the_limit_is_taken(attacked):
    def large_metadata(target, hold):
        return fields.large_metadata(target, hold, size=30 << 10)

    # No message follows: it is not the metadata that is refused.
    assert RESOURCE_EXHAUSTED not in attacked(large_metadata).statuses


def test_calls_that_are_not_complete_in_time_end_and_meanwhile_are_counted():
    deadline_exceeded = grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
    # A tenth over the message that it must hold.
    memory = 4_500 << 10
    flags = ["--request-timeout", "2s", "--max-connection-memory", str(memory)]
    with running_target(*flags) as target:
        statuses = fields.unfinished_calls(target, PATIENCE).statuses
    assert statuses.keys() == {RESOURCE_EXHAUSTED, deadline_exceeded}
    assert statuses.total() == fields.CALLS
    assert statuses[deadline_exceeded] <= memory // (24 << 10)


def test_a_header_block_without_end_ends_the_connection(attacked):
    assert attacked(fields.continuation_flood).goaway == ErrorCode.ENHANCE_YOUR_CALM
