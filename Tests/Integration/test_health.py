"""gRPC's health service, by its stock client."""

import os
import signal

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from harness.client import refused

SERVICE = "workflow_history.v1.WorkflowHistoryService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


def stub(server, transport="tls"):
    return health_pb2_grpc.HealthStub(server.channel(transport))


def request(service=""):
    return health_pb2.HealthCheckRequest(service=service)


@pytest.mark.parametrize("transport", ["tls", "unix-tls", "unix"])
@pytest.mark.parametrize("service", ["", SERVICE])
def test_a_server_that_serves_says_so_to_anyone(server, transport, service):
    assert stub(server, transport).Check(request(service), timeout=60).status == SERVING


def test_an_unknown_service_is_not_found(server):
    with refused(grpc.StatusCode.NOT_FOUND):
        stub(server).Check(request("no.such.Service"), timeout=60)


def test_a_list_has_the_server_and_its_service(server):
    statuses = stub(server).List(health_pb2.HealthListRequest(), timeout=60).statuses
    assert {name: response.status for name, response in statuses.items()} == {
        "": SERVING,
        SERVICE: SERVING,
    }


def test_an_unknown_service_may_be_watched(server):
    watch = stub(server).Watch(request("no.such.Service"), timeout=60)
    assert next(watch).status == SERVICE_UNKNOWN
    watch.cancel()


def test_the_services_health_follows_the_databases_and_the_servers_does_not(own_server):
    watch = stub(own_server).Watch(request(SERVICE), timeout=60)
    assert next(watch).status == SERVING
    for pid in own_server.postmasters():
        os.kill(pid, signal.SIGKILL)
    assert next(watch).status == NOT_SERVING
    assert stub(own_server).Check(request(), timeout=60).status == SERVING
    assert next(watch).status == SERVING
    watch.cancel()


def test_a_server_that_stops_says_so_to_those_who_watch_and_does_not_wait_for_them(own_server):
    watch = stub(own_server).Watch(request(), timeout=60)
    assert next(watch).status == SERVING
    own_server.process.send_signal(signal.SIGTERM)
    assert next(watch).status == NOT_SERVING
    with pytest.raises(StopIteration):
        next(watch)
    # A second SIGTERM would end it at once.
    assert own_server.process.wait(timeout=60) == 0
