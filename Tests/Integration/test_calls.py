"""How calls begin and end: deadlines, cancellation, methods and metadata."""

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from harness.client import execution, refused
from harness.stubs import service_pb2

SERVICE = "/workflow_history.v1.WorkflowHistoryService"


def raw_call(client, path: str, request: bytes = b""):
    method = client.channel.unary_unary(path)
    return method(request, metadata=client.metadata, timeout=60)


@pytest.mark.parametrize(
    "path",
    [
        f"{SERVICE}/DeleteEverything",
        f"{SERVICE}/saveWorkflowExecution",
        "/workflow_history.v1.OtherService/SaveWorkflowExecution",
        "/nothing/at.all",
    ],
)
def test_an_unknown_method_or_service_is_unimplemented(any_client, path):
    with refused(grpc.StatusCode.UNIMPLEMENTED):
        raw_call(any_client, path)


def test_a_deadline_that_is_over_is_exceeded(any_client):
    # A call that never ends by itself.
    watch = health_pb2_grpc.HealthStub(any_client.channel).Watch(
        health_pb2.HealthCheckRequest(), timeout=0.1
    )
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        list(watch)
    assert any_client.statistics().total_executions == 0


def test_a_cancelled_call_leaves_the_server_whole(any_client):
    request = service_pb2.SaveWorkflowExecutionRequest(execution=execution())
    calls = [
        any_client.stub.SaveWorkflowExecution.future(request, metadata=any_client.metadata)
        for _ in range(200)
    ]
    for call in calls[::2]:
        call.cancel()
    answered = [call.result().execution.id for call in calls[1::2]]
    assert len(set(answered)) == 100
    # A cancelled save may have been made or not, but never twice.
    assert 100 <= any_client.statistics().total_executions <= 200


def test_metadata_of_any_kind_is_carried_with_a_call(any_client):
    metadata = [
        *any_client.metadata,
        ("x-request-id", "abc"),
        ("x-request-id", "def"),
        ("trace-bin", bytes(range(256))),
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ]
    answer, call = any_client.stub.GetWorkflowStatistics.with_call(
        service_pb2.GetWorkflowStatisticsRequest(), metadata=metadata, timeout=60
    )
    assert answer.statistics.user_id == any_client.user
    assert call.code() is grpc.StatusCode.OK


def test_two_authorizations_are_unauthenticated(server, client):
    metadata = [*client.metadata, ("authorization", f"Bearer {server.token('another')}")]
    with refused(grpc.StatusCode.UNAUTHENTICATED):
        client.stub.GetWorkflowStatistics(
            service_pb2.GetWorkflowStatisticsRequest(), metadata=metadata, timeout=60
        )


def test_an_error_says_nothing_of_the_inside(client):
    for call in (
        lambda: client.get("x"),
        lambda: client.save(workflow_id=""),
        lambda: client.history(page_token="x"),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            call()
        said = caught.value.details().lower()
        assert said
        for word in ("postgres", "sql", "swift", "libpq", "select", "/tmp"):
            assert word not in said
