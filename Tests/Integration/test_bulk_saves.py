"""Executions that come in streams, by a stock client."""

import itertools
import os
import queue
import signal

import grpc
import pytest
from google.rpc import code_pb2

from harness import tokens
from harness.client import COMPLETED, PATIENCE, Client, document, execution
from harness.identifiers import fresh_user, uuid7
from harness.stubs import execution_pb2, service_pb2


def request(executions) -> service_pb2.SaveWorkflowExecutionsRequest:
    return service_pb2.SaveWorkflowExecutionsRequest(executions=executions)


def begin(client: Client, sent):
    return client.stub.SaveWorkflowExecutions(sent, metadata=client.metadata, timeout=PATIENCE)


def some(count: int, **fields) -> list[execution_pb2.WorkflowExecution]:
    return [
        execution(id=uuid7(), workflow_id=f"wf-{number}", status=COMPLETED, **fields)
        for number in range(count)
    ]


def fields_of(outcome) -> list[str]:
    return [violation.field for violation in outcome.refusal.field_violations]


def test_each_request_is_answered_in_order_when_all_its_executions_are_stored(any_client):
    portions = [some(size) for size in (1, 1000, 7, 300, 300, 300, 2)]
    answers = any_client.save_many(portions)
    assert [len(outcomes) for outcomes in answers] == [len(portion) for portion in portions]
    outcomes = list(itertools.chain(*answers))
    assert [outcome.index for outcome in outcomes] == list(range(1910))
    sent = list(itertools.chain(*portions))
    assert [outcome.id for outcome in outcomes] == [one.id for one in sent]
    assert not any(outcome.HasField("refusal") for outcome in outcomes)
    assert any_client.history(include_total=True).total == 1910
    for one in (sent[0], sent[1000], sent[-1]):
        assert any_client.get(one.id).workflow_id == one.workflow_id


def test_each_request_is_answered_while_the_stream_goes_on(client):
    sent = queue.Queue()
    responses = begin(client, iter(sent.get, None))
    for size in (3, 2):
        sent.put(request(some(size)))
        outcomes = next(responses).outcomes
        assert [client.get(outcome.id).status for outcome in outcomes] == [COMPLETED] * size
    sent.put(None)
    assert list(responses) == []


def test_an_execution_that_is_refused_keeps_no_other_from_being_saved(client, stranger):
    foreign, taken = stranger.save(id=uuid7()), client.save(id=uuid7(), workflow_id="first")
    good = some(2)
    bad = [
        execution(id="no id"),
        execution(workflow_id=""),
        execution(input_data=execution_pb2.JsonDocument(json="{")),
        execution(user_id=stranger.user),
        execution(id=foreign.id),
        execution(id=taken.id, workflow_id="another"),
    ]
    [outcomes] = client.save_many([[good[0], *bad, good[1]]])
    codes = [outcome.refusal.code for outcome in outcomes]
    assert codes == [
        code_pb2.OK,
        *[code_pb2.INVALID_ARGUMENT] * 3,
        *[code_pb2.PERMISSION_DENIED] * 2,
        code_pb2.ALREADY_EXISTS,
        code_pb2.OK,
    ]
    assert [fields_of(outcome) for outcome in outcomes[1:4]] == [
        ["execution.id"],
        ["execution.workflow_id"],
        ["execution.input_data"],
    ]
    assert outcomes[1].id == ""
    assert outcomes[6].id == taken.id
    assert client.get(taken.id).workflow_id == "first"
    assert {one.id for one in client.history().executions} == {taken.id, *(o.id for o in good)}


def test_a_stream_that_is_sent_again_saves_nothing_twice(client):
    portions = [some(50), some(50)]
    first = client.save_many(portions)
    assert client.save_many(portions) == first
    assert client.history(include_total=True).total == 100
    # Also within one request.
    one = some(1)
    [outcomes] = client.save_many([one * 3])
    assert [outcome.id for outcome in outcomes] == [one[0].id] * 3
    assert client.history(include_total=True).total == 101


def test_without_ids_each_gets_one(client):
    [outcomes] = client.save_many([[execution(workflow_id="a"), execution(workflow_id="b")]])
    assert [client.get(outcome.id).workflow_id for outcome in outcomes] == ["a", "b"]


@pytest.mark.parametrize("portion", [[], [execution()] * 1001])
def test_a_request_of_none_or_too_many_ends_the_call(client, portion):
    with pytest.raises(grpc.RpcError) as failed:
        client.save_many([some(1), portion])
    assert failed.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert "executions" in failed.value.details()
    assert client.history(include_total=True).total <= 1


def test_a_stream_without_a_token_is_unauthenticated(server):
    nobody = Client(server.channel(), "", None)
    with pytest.raises(grpc.RpcError) as failed:
        nobody.save_many([some(1)])
    assert failed.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_a_stream_needs_the_scope_to_write_and_one_for_others(server, client):
    reader = server.client(client.user, scope="")
    with pytest.raises(grpc.RpcError) as failed:
        reader.save_many([some(1)])
    assert failed.value.code() == grpc.StatusCode.PERMISSION_DENIED
    operator = server.client(fresh_user(), scope=tokens.ANY_USER)
    [outcomes] = operator.save_many([some(3, user_id=client.user)])
    assert not any(outcome.HasField("refusal") for outcome in outcomes)
    assert client.history(include_total=True).total == 3


def test_what_was_answered_before_a_kill_is_there_and_the_rest_can_be_sent_again(own_server):
    user = fresh_user()
    client = own_server.client(user)
    portions = [some(100, input_data=document({"n": n})) for n in range(200)]
    answered = 0
    with pytest.raises(grpc.RpcError):
        for _ in begin(client, map(request, portions)):
            answered += 1
            if answered == 5:
                own_server.process.kill()
    assert answered < len(portions)
    own_server.stop()
    own_server.start()
    client = own_server.client(user)
    assert client.history(include_total=True).total >= answered * 100
    client.save_many(portions[answered:])
    assert client.history(include_total=True).total == len(portions) * 100


def test_a_database_that_is_away_ends_the_call_and_says_when_to_try_again(own_server):
    client = own_server.client(fresh_user())
    for process in own_server.postmasters():
        os.kill(process, signal.SIGKILL)
    with pytest.raises(grpc.RpcError) as failed:
        client.save_many(some(100) for _ in range(20))
    assert failed.value.code() == grpc.StatusCode.UNAVAILABLE


def test_executions_of_a_stream_count_in_statistics_at_once(client):
    client.save_many([some(120, duration_seconds={"value": 2.0})])
    statistics = client.statistics(days=1)
    assert statistics.completed_executions == statistics.total_executions == 120
    assert statistics.average_duration_seconds.value == 2
