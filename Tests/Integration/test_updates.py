"""What an update may change, and what it may not."""

import time
from concurrent import futures

import grpc
import pytest
from google.protobuf import wrappers_pb2

from harness.client import (
    COMPLETED,
    FAILED,
    PAUSED,
    PENDING,
    RUNNING,
    document,
    parsed,
    refused,
    violated_fields,
)
from harness.identifiers import timestamp, uuid7

CHANGES = {
    "workflow_type": "other",
    "status": PAUSED,
    "input_data": document({"in": 1}),
    "output_data": document({"out": 1}),
    "task_results": document([{"task_name": "a"}]),
    "error_message": "other",
    "start_time": timestamp("2026-01-01T00:00:00.000001Z"),
    "end_time": timestamp("2036-01-01T00:00:00.000001Z"),
    "duration_seconds": wrappers_pb2.DoubleValue(value=0.1),
    "execution_metadata": document({"meta": 1}),
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_masked_field_is_changed(client, field):
    saved = client.save()
    updated = client.update(saved.id, **{field: CHANGES[field]})
    assert updated.version == 2
    changed, expected = getattr(updated, field), CHANGES[field]
    if hasattr(expected, "json"):
        changed, expected = parsed(changed), parsed(expected)
    assert changed == expected
    assert updated.updated_at.ToMicroseconds() >= saved.updated_at.ToMicroseconds()
    assert client.get(saved.id) == updated


def test_a_field_outside_of_the_mask_is_left_alone(client):
    saved = client.save(error_message="old")
    updated = client.update(saved.id, mask=["status"], status=PAUSED, error_message="new")
    assert (updated.status, updated.error_message) == (PAUSED, "old")


def test_a_masked_field_that_is_absent_is_cleared_or_gets_its_default(client):
    saved = client.save(
        status=RUNNING,
        input_data=document(1),
        task_results=document([1]),
        execution_metadata=document({"a": 1}),
        error_message="error",
    )
    cleared = client.update(
        saved.id, mask=["input_data", "task_results", "execution_metadata", "error_message"]
    )
    assert not cleared.HasField("input_data")
    assert parsed(cleared.task_results) == []
    assert parsed(cleared.execution_metadata) == {}
    assert cleared.error_message == ""


@pytest.mark.parametrize("path", ["id", "user_id", "workflow_id", "created_at", "version"])
def test_what_identifies_an_execution_cannot_be_changed(client, path):
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, mask=[path, "status"], status=COMPLETED)
    assert violated_fields(caught.value) == ["update_mask"]
    assert client.get(saved.id) == saved


def test_an_expected_version_that_is_right_is_accepted_and_a_wrong_one_aborts(client):
    saved = client.save()
    assert client.update(saved.id, expected_version=1, status=PAUSED).version == 2
    with refused(grpc.StatusCode.ABORTED):
        client.update(saved.id, expected_version=1, status=COMPLETED)
    assert client.get(saved.id).status == PAUSED


def test_of_concurrent_updates_of_one_version_one_wins(client):
    saved = client.save()

    def attempt(n: int):
        try:
            return client.update(saved.id, expected_version=1, error_message=str(n))
        except grpc.RpcError as error:
            return error.code()

    with futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(attempt, range(16)))
    assert answers.count(grpc.StatusCode.ABORTED) == 15
    assert client.get(saved.id).version == 2


def test_concurrent_updates_without_a_version_all_count(client):
    saved = client.save()
    with futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: client.update(saved.id, error_message=str(n)), range(32)))
    assert sorted(answer.version for answer in answers) == list(range(2, 34))
    assert client.get(saved.id).version == 33


@pytest.mark.parametrize("terminal", [COMPLETED, FAILED])
@pytest.mark.parametrize("reopened", [PENDING, RUNNING, PAUSED])
def test_a_terminal_execution_turns_back_only_when_allowed(client, terminal, reopened):
    saved = client.save(status=terminal)
    with refused(grpc.StatusCode.FAILED_PRECONDITION):
        client.update(saved.id, status=reopened)
    assert client.get(saved.id) == saved
    assert client.update(saved.id, allow_reopen=True, status=reopened).status == reopened


def test_a_status_that_turns_terminal_ends_now_and_has_a_duration(client):
    saved = client.save(start_time=timestamp(time.time() - 60))
    assert not saved.HasField("end_time")
    before = time.time()
    updated = client.update(saved.id, status=COMPLETED)
    after = time.time()
    end = updated.end_time.ToMicroseconds() / 1e6
    assert before - 1 <= end <= after + 1
    expected = (updated.end_time.ToMicroseconds() - saved.start_time.ToMicroseconds()) / 1e6
    assert updated.duration_seconds.value == pytest.approx(expected, abs=1e-9)


def test_an_end_that_is_given_with_the_terminal_status_is_kept(client):
    saved = client.save(start_time=timestamp(1.7e9))
    updated = client.update(saved.id, status=FAILED, end_time=timestamp(1.7e9 + 5.25))
    assert updated.end_time == timestamp(1.7e9 + 5.25)
    assert updated.duration_seconds.value == 5.25


def test_an_end_before_the_stored_start_is_refused_by_name(client):
    saved = client.save(start_time=timestamp(1.7e9))
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, end_time=timestamp(1.7e9 - 1))
    assert violated_fields(caught.value) == ["execution.end_time"]
    assert client.get(saved.id) == saved


@pytest.mark.parametrize("status", [0, 9])
def test_a_status_that_is_none_is_refused_by_name(client, status):
    saved = client.save()
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as caught:
        client.update(saved.id, mask=["status"], status=status)
    assert violated_fields(caught.value) == ["execution.status"]


def test_an_update_of_what_does_not_exist_is_not_found(client):
    with refused(grpc.StatusCode.NOT_FOUND):
        client.update(uuid7(), status=COMPLETED)
