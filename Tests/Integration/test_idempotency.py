"""A save with an id is made once, however often it is sent."""

import time
from concurrent import futures

import grpc
import pytest

from harness.client import COMPLETED, document, execution, refused
from harness.identifiers import timestamp, uuid7


def test_a_retried_save_returns_the_first_row(any_client):
    sent = execution(id=uuid7(), input_data=document({"a": 1}))
    first = any_client.save(sent)
    assert any_client.save(sent) == first
    assert any_client.statistics().total_executions == 1


def test_a_save_retried_after_an_update_returns_the_row_as_it_is_now(client):
    sent = execution(id=uuid7())
    client.save(sent)
    updated = client.update(sent.id, status=COMPLETED)
    assert client.save(sent) == updated


@pytest.mark.parametrize(
    "change",
    [
        {"workflow_id": "other"},
        {"workflow_type": "other"},
        {"status": COMPLETED},
        {"input_data": document(2)},
        {"output_data": document(None)},
        {"task_results": document([1])},
        {"error_message": "other"},
        {"start_time": timestamp(1.7e9)},
        {"execution_metadata": document({"other": 1})},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_content_under_the_same_id_already_exists(client, change):
    base = {"id": uuid7(), "input_data": document(1)}
    first = client.save(**base)
    with refused(grpc.StatusCode.ALREADY_EXISTS):
        client.save(**base | change)
    assert client.get(first.id) == first


def test_concurrent_saves_of_one_id_make_one_row_and_all_return_it(client):
    sent = execution(id=uuid7(), input_data=document({"a": 1}))
    with futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: client.save(sent), range(64)))
    assert all(answer == answers[0] for answer in answers)
    assert client.statistics().total_executions == 1


def test_of_concurrent_saves_of_one_id_with_different_content_one_wins(client):
    shared = uuid7()

    def attempt(n: int):
        try:
            return client.save(id=shared, workflow_id=f"wf-{n}")
        except grpc.RpcError as error:
            return error.code()

    with futures.ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(attempt, range(32)))
    losers = [answer for answer in answers if answer is grpc.StatusCode.ALREADY_EXISTS]
    assert len(losers) == 31
    (winner,) = (answer for answer in answers if not isinstance(answer, grpc.StatusCode))
    assert client.get(shared) == winner


def test_saves_without_an_id_are_each_an_execution(client):
    sent = execution()
    assert client.save(sent).id != client.save(sent).id
    assert client.statistics().total_executions == 2


def test_the_servers_own_fields_are_ignored_in_a_save(client):
    sent = execution(version=7, created_at=timestamp(1), updated_at=timestamp(2))
    saved = client.save(sent)
    assert saved.version == 1
    assert saved.created_at.seconds > 1.7e9
    assert saved.updated_at.seconds > 1.7e9


def test_created_at_is_the_millisecond_in_the_clients_id(client):
    when = time.time() - 30 * 86_400
    saved = client.save(id=uuid7(when))
    assert saved.created_at.ToMilliseconds() == int(when * 1000)
