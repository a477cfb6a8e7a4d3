"""What one caller may take of the server."""

import time

import grpc
import pytest

from harness import curl, prometheus
from harness.client import PATIENCE, document, execution, refused, retry_delay
from harness.identifiers import fresh_user
from harness.server import Server, wait_until
from harness.stubs import service_pb2


def serving(*flags: str):
    server = Server(*flags)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="module")
def ten_a_second():
    yield from serving("--caller-calls-per-second", "10")


def ask_at_once(client, count: int = 30) -> list[grpc.RpcError | None]:
    """Why each of these calls was refused; None of those that were answered."""
    request = service_pb2.GetWorkflowStatisticsRequest()
    begin = client.stub.GetWorkflowStatistics.future
    calls = [begin(request, metadata=client.metadata, timeout=PATIENCE) for _ in range(count)]
    return [call.exception() for call in calls]


def spend(client) -> grpc.RpcError:
    """The first refusal of more calls at once than may be, however slow each is."""
    return next(error for _ in range(10) for error in ask_at_once(client) if error is not None)


def test_calls_beyond_the_rate_are_refused_with_when_to_come_back(ten_a_second):
    client = ten_a_second.client(fresh_user())
    error = spend(client)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "10 calls a second" in error.details()
    delay = retry_delay(error)
    assert 0 < delay <= 0.2
    time.sleep(delay)
    assert client.statistics().user_id == client.user


@pytest.fixture
def one_a_second():
    yield from serving("--caller-calls-per-second", "1")


def test_reading_figures_counts_as_calls(one_a_second):
    token = one_a_second.token(fresh_user(), prometheus.READER)
    refusal = curl.first_refusal(lambda: prometheus.scrape(one_a_second, token=token), good=200)
    assert refusal.status == 429 and int(refusal.fields["retry-after"]) > 0


def test_one_callers_refusals_are_nobody_elses(ten_a_second):
    greedy, polite = (ten_a_second.client(fresh_user()) for _ in range(2))
    spend(greedy)
    assert polite.statistics().user_id == polite.user
    # Two connections are one caller: it has no ten calls more by the second, but what is due
    # meanwhile.
    again = ten_a_second.client(greedy.user, "unix")
    began = time.monotonic()
    spend(greedy)
    answered = ask_at_once(again).count(None)
    assert answered <= 1 + 10 * (time.monotonic() - began)


def test_who_asks_again_at_once_waits_for_the_refusal(ten_a_second):
    client = ten_a_second.client(fresh_user())
    request = service_pb2.GetWorkflowStatisticsRequest()
    spending = time.monotonic()
    spend(client)
    began = time.monotonic()
    took: list[float] = []
    calls = []
    for _ in range(150):
        call = client.stub.GetWorkflowStatistics.future(
            request, metadata=client.metadata, timeout=PATIENCE
        )
        call.add_done_callback(lambda _: took.append(time.monotonic() - began))
        calls.append(call)
    codes = [call.code() for call in calls]
    assert set(codes) <= {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}
    # A few more calls are due meanwhile.
    assert codes.count(grpc.StatusCode.OK) <= 1 + 10 * (time.monotonic() - spending)
    # Some are answered at once, fifty in a second, and none waits much longer than that.
    wait_until(lambda: len(took) == len(codes), what="the last answer")
    assert sorted(took)[100] > 0.5
    assert max(took) < 10


def test_bytes_are_counted_both_ways():
    for server in serving("--caller-bytes-per-second", "64k"):
        client = server.client(fresh_user())
        began = time.monotonic()
        # What the save brings and takes is a debt of eight seconds beyond the first one's.
        saved = client.save(input_data=document("x" * 300_000))
        with refused(grpc.StatusCode.RESOURCE_EXHAUSTED) as caught:
            client.get(saved.id)
        assert "bytes a second" in caught.value.details()
        passed = time.monotonic() - began
        assert 8 - passed < retry_delay(caught.value) < 12
        other = server.client(fresh_user())
        other.save()


def test_calls_at_once_are_counted_until_they_end():
    for server in serving("--caller-concurrent-calls", "2"):
        client = server.client(fresh_user())
        request = service_pb2.SaveWorkflowExecutionRequest(execution=execution())
        with server.postgres().session() as session:
            session.stdin.write("BEGIN; LOCK TABLE workflow_executions; SELECT 1;\n")
            assert session.stdout.readline()
            calls = [
                client.stub.SaveWorkflowExecution.future(request, metadata=client.metadata)
                for _ in range(3)
            ]
            done = wait_until(
                lambda calls=calls: [call for call in calls if call.done()], what="a refusal"
            )
            session.stdin.write("COMMIT;\n")
            session.stdin.close()
        [refusal] = done
        assert refusal.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "2 calls of yours" in refusal.details()
        assert [call.code() for call in calls if call is not refusal] == [grpc.StatusCode.OK] * 2
        client.save()
