"""Streams that begin and end for nothing."""

import itertools

import grpc
import pytest

from attacks import frames, streams
from attacks.frames import ErrorCode

UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED.value[0]
UNIMPLEMENTED = grpc.StatusCode.UNIMPLEMENTED.value[0]


def test_rapid_reset_ends_the_connection(attacked):
    # nghttp2's own limit, and the code that it has for it.
    assert attacked(streams.rapid_reset).goaway == ErrorCode.INTERNAL_ERROR


@pytest.mark.parametrize("provocation", streams.PROVOCATIONS)
def test_a_client_can_not_make_the_server_reset_streams_for_ever(attacked, provocation):
    def made_you_reset(target, hold):
        return streams.made_you_reset(target, hold, streams.PROVOCATIONS[provocation])

    outcome = attacked(made_you_reset)
    assert outcome.goaway in {
        ErrorCode.ENHANCE_YOUR_CALM,
        # Of what breaks the rules of the connection itself, the first is the last.
        ErrorCode.PROTOCOL_ERROR,
        ErrorCode.STREAM_CLOSED,
        ErrorCode.FRAME_SIZE_ERROR,
    }
    assert outcome.statuses.total() < 200


def test_resets_that_nobody_reads_end_the_connection(attacked):
    assert attacked(streams.unread_resets).goaway == ErrorCode.ENHANCE_YOUR_CALM


def test_refusals_that_nobody_reads_wait_in_bounded_memory(attacked):
    outcome = attacked(streams.unread_refusals)
    assert outcome.statuses[UNIMPLEMENTED] > 0
    assert outcome.resets[ErrorCode.REFUSED_STREAM] > 0


def test_calls_whose_time_is_over_at_once_are_cancelled_or_refused(attacked):
    outcome = attacked(streams.short_deadlines)
    exceeded = outcome.statuses[grpc.StatusCode.DEADLINE_EXCEEDED.value[0]]
    refused = outcome.resets[ErrorCode.REFUSED_STREAM]
    assert exceeded > 0
    assert exceeded + refused + outcome.statuses[0] == streams.STREAMS


def test_more_streams_than_may_be_open_end_the_connection(attacked):
    assert attacked(streams.open_streams).goaway == ErrorCode.PROTOCOL_ERROR


def test_calls_that_were_reset_leave_no_handler_behind(target):
    """They hang, as behind a lock, and are more than may run for the connection. Handlers that do
    not heed their end are counted: Tests/RPCServerTests has those."""
    holder = target.server.postgres().session()
    try:
        holder.stdin.write("begin; lock workflow_executions; select 'locked';\n")
        assert holder.stdout.readline() == "locked\n"
        with target.connect() as attacker:
            calls = iter(range(1, 100_000, 2))
            # No more at once than streams may be open.
            for portion in (200, 200, 200):
                hanging = list(itertools.islice(calls, portion))
                attacker.send(b"".join(target.call(stream) for stream in hanging))
                attacker.ping()
                attacker.send(b"".join(frames.reset(stream) for stream in hanging))
            last = list(itertools.islice(calls, 10))
            attacker.send(b"".join(target.call(stream) for stream in last))
            holder.stdin.write("rollback;\n")
            assert attacker.answered(len(last)).statuses == {0: len(last)}
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize("token", [None, ""], ids=["no token", "a token"])
def test_a_path_that_is_not_the_methods_to_the_letter_is_no_method(attacked, token):
    def wrong_paths(target, hold):
        return streams.wrong_paths(target, hold, token)

    assert attacked(wrong_paths).statuses == {UNIMPLEMENTED: len(streams.BAD_PATHS)}


def test_the_path_to_the_letter_needs_a_token(target):
    with target.connect() as attacker:
        attacker.send(target.call(1, token=None) + target.call(3))
        assert attacker.answered(2).statuses == {UNAUTHENTICATED: 1, 0: 1}


@pytest.mark.parametrize("second", [streams.GET, "/other"])
def test_a_second_path_is_no_request(target, second):
    with target.connect() as attacker:
        # Pseudo-header fields come first, so that this is their only fault.
        attacker.send(frames.headers(1, frames.literal(":path", second) + target.head()))
        assert attacker.answered(1).resets == {ErrorCode.PROTOCOL_ERROR: 1}


@pytest.mark.parametrize("path", [streams.GET + "\0", "\r\n" + streams.GET, ""])
def test_a_path_of_bytes_that_no_path_has_is_no_request(target, path):
    with target.connect() as attacker:
        attacker.send(target.call(1, path=path))
        assert attacker.answered(1).resets == {ErrorCode.PROTOCOL_ERROR: 1}
