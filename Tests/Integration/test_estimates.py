"""What is to be expected of executions, by a stock client."""

import concurrent.futures
import functools
import time

import grpc
import pytest
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from google.protobuf.wrappers_pb2 import DoubleValue

from harness import command_line
from harness.client import (
    COMPLETED,
    FAILED,
    PAUSED,
    PENDING,
    RUNNING,
    Client,
    document,
    refused,
    violated_fields,
)
from harness.identifiers import fresh_user, uuid7
from harness.learning import learn, taught_server
from harness.payload_keys import PayloadKeys
from harness.stubs import patterns_pb2
from test_patterns import DAY, monday

SLOW = "eu-west"


@pytest.fixture
def own_server():
    with taught_server() as server:
        yield server


def plant(client: Client, slow: str = SLOW):
    """Saves 120 executions of each of three weeks, of 10 to 20 s, but of 100 to 200 s in one
    region."""

    def save(week: int, number: int):
        is_slow = number % 4 == 0
        least = 100 if is_slow else 10
        client.save(
            id=uuid7(monday(week) + number % 7 * DAY + number // 5 * 3600),
            workflow_id=f"wf-{week}-{number}",
            status=COMPLETED,
            duration_seconds=DoubleValue(value=least * (1 + number * 7 % 20 / 20)),
            input_data=document({"region": slow if is_slow else f"other-{number % 4}"}),
        )

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for week in (3, 2, 1):
            list(pool.map(functools.partial(save, week), range(120)))
    client.save(
        id=uuid7(monday(0)),
        status=COMPLETED,
        workflow_id="after",
        duration_seconds=DoubleValue(value=15),
    )


def started(seconds_ago: float) -> Timestamp:
    instant = Timestamp()
    instant.FromMicroseconds(int((time.time() - seconds_ago) * 1e6))
    return instant


def estimate_of(client: Client, region: str):
    return client.estimate(workflow_type="etl", input_data=document({"region": region}))


def test_an_input_value_that_is_slow_is_expected_to_take_longer(own_server):
    client, stranger = own_server.client(fresh_user()), own_server.client(fresh_user())
    plant(client)
    before = estimate_of(client, SLOW)
    assert before == estimate_of(client, "other-1")
    assert before.duration_support == 361
    assert before.conditions[0] == "of the last 30 days"
    learn(own_server)
    slow, usual = estimate_of(client, SLOW), estimate_of(client, "other-1")
    assert 100 <= slow.p50_duration_seconds.value <= 200
    assert slow.p90_duration_seconds.value > 5 * usual.p90_duration_seconds.value
    assert (slow.duration_support, slow.failure_support) == (90, 361)
    assert slow.failure_probability.value < 0.01
    assert any(SLOW in condition for condition in slow.conditions)
    assert not slow.HasField("running")
    assert estimate_of(stranger, SLOW) == patterns_pb2.ExecutionEstimate(workflow_type="etl")


def test_a_running_execution_that_runs_unusually_long_is_told(own_server):
    client = own_server.client(fresh_user())
    plant(client)
    learn(own_server)

    def running(region: str, seconds: float):
        row = client.save(
            status=RUNNING,
            start_time=started(seconds),
            input_data=document({"region": region}),
        )
        estimate = client.estimate(execution_id=row.id)
        assert estimate.p90_duration_seconds == estimate_of(client, region).p90_duration_seconds
        return estimate.running

    assert running("other-1", 60).longer_percent.value == 0
    asked = time.time()
    elapsed = running("other-1", 60).elapsed_seconds
    assert 60 <= elapsed <= 60 + time.time() - asked + 0.001
    assert running(SLOW, 60).longer_percent.value == 100
    for status in (PENDING, PAUSED, COMPLETED, FAILED):
        row = client.save(status=status, start_time=started(60))
        assert not client.estimate(execution_id=row.id).HasField("running")


def test_before_anything_is_learned_the_last_days_count(client):
    for number in range(9):
        client.save(status=COMPLETED, duration_seconds=DoubleValue(value=number + 1))
    client.save(status=FAILED, duration_seconds=DoubleValue(value=100))
    estimate = client.estimate(workflow_type="etl")
    assert estimate.p50_duration_seconds.value == pytest.approx(6, rel=0.01)
    assert estimate.p90_duration_seconds.value == pytest.approx(100, rel=0.01)
    assert (estimate.duration_support, estimate.failure_support) == (10, 10)
    assert estimate.failure_probability.value == 1.5 / 11
    assert list(estimate.conditions) == [
        "of the last 30 days",
        "with the durations of all of them, also of those that failed",
    ]


def test_of_what_never_ran_nothing_is_expected(client):
    nothing = patterns_pb2.ExecutionEstimate(workflow_type="never")
    assert client.estimate(workflow_type="never", input_data=document(7)) == nothing
    row = client.save(workflow_type="never", status=RUNNING, start_time=started(5))
    estimate = client.estimate(execution_id=row.id)
    assert estimate.running.elapsed_seconds >= 5
    assert not estimate.running.HasField("longer_percent")
    assert (estimate.duration_support, estimate.failure_support) == (0, 0)


@pytest.mark.parametrize(
    ["fields", "names"],
    [
        ({}, ["workflow_type"]),
        ({"input_data": document(1)}, ["workflow_type"]),
        ({"workflow_type": "x" * 256}, ["workflow_type"]),
        ({"workflow_type": "etl", "execution_id": uuid7()}, ["workflow_type"]),
        ({"input_data": document(1), "execution_id": uuid7()}, ["input_data"]),
        ({"execution_id": "7"}, ["execution_id"]),
        (
            {
                "workflow_type": "etl",
                "input_data": patterns_pb2.EstimateWorkflowExecutionRequest().input_data,
            },
            ["input_data"],
        ),
    ],
)
def test_what_is_refused_is_named(client, fields, names):
    with refused(grpc.StatusCode.INVALID_ARGUMENT) as error:
        client.estimate(**fields)
    assert violated_fields(error.value) == names


def test_another_users_execution_is_refused_and_none_is_not_found(server, client):
    other = server.client(fresh_user())
    row = other.save(status=RUNNING, workflow_type="secret-type")
    with refused(grpc.StatusCode.PERMISSION_DENIED) as error:
        client.estimate(execution_id=row.id)
    assert "secret-type" not in str(error.value)
    with refused(grpc.StatusCode.PERMISSION_DENIED):
        client.estimate(user_id=other.user, workflow_type="etl")
    with refused(grpc.StatusCode.NOT_FOUND):
        client.estimate(execution_id=uuid7())


def test_sealed_estimates_are_not_read_in_the_database(own_server):
    keys = PayloadKeys(own_server.folder / "payload-keys")
    assert own_server.stop() == 0, own_server.log
    own_server.flags += keys.write("key").flags
    own_server.start()
    client = own_server.client(fresh_user())
    plant(client, "secret-land")
    learn(own_server, *keys.flags)
    assert any("secret-land" in one for one in estimate_of(client, "secret-land").conditions)
    rows = own_server.postgres().psql("SELECT encode(estimate, 'escape') FROM learned_types")
    assert rows and "secret" not in rows and "region" not in rows


def test_the_command_tells_what_grpc_answers(own_server):
    user = fresh_user()
    client = own_server.client(user)
    plant(client)
    learn(own_server)
    caller = {
        "WORKFLOW_HISTORY_DATA_DIR": str(own_server.data),
        "WORKFLOW_HISTORY_TOKEN": own_server.token(user),
    }
    asked = ["estimate", "--workflow-type", "etl", "--input-data", f'{{"region": "{SLOW}"}}']
    printed = command_line.answer(*asked, **caller)
    read = json_format.ParseDict(printed, patterns_pb2.EstimateWorkflowExecutionResponse())
    assert read.estimate == estimate_of(client, SLOW)
    header, row = command_line.output(*asked, **caller).splitlines()
    fields = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert fields["duration_support"] == "90"
    assert fields["elapsed_seconds"] == ""
    running = client.save(status=RUNNING, start_time=started(3000), input_data=document({}))
    shown = command_line.in_terminal("estimate", running.id, NO_COLOR="1", **caller)
    assert "nine in ten at most" in shown
    assert "has run for 50m" in shown and "0.00% take longer" in shown
    for bad in (["estimate"], [*asked, running.id]):
        assert command_line.run(*bad, **caller).returncode != 0
