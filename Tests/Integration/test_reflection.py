"""gRPC's reflection service: what a tool needs to list and call everything, knowing nothing."""

import grpc
import pytest
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from harness.client import refused
from harness.identifiers import fresh_user
from harness.server import Server

SERVICE = "workflow_history.v1.WorkflowHistoryService"
METHOD = "/grpc.reflection.{}.ServerReflection/ServerReflectionInfo"


def ask(channel, version, *requests, metadata=()):
    """The answers to these requests; v1 differs from v1alpha in its name alone."""
    method = channel.stream_stream(
        METHOD.format(version),
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    return list(method(iter(requests), timeout=60, metadata=metadata))


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_every_service_is_listed_to_anyone(server, version):
    (answer,) = ask(
        server.channel(), version, reflection_pb2.ServerReflectionRequest(list_services="")
    )
    assert {service.name for service in answer.list_services_response.service} == {
        SERVICE,
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    }


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_each_request_of_a_stream_is_answered_in_its_order(server, version):
    names = [SERVICE, "no.such.Thing", "grpc.health.v1.Health"]
    answers = ask(
        server.channel(),
        version,
        *(reflection_pb2.ServerReflectionRequest(file_containing_symbol=name) for name in names),
    )
    assert [answer.original_request.file_containing_symbol for answer in answers] == names
    kinds = [answer.WhichOneof("message_response") for answer in answers]
    assert kinds == ["file_descriptor_response", "error_response", "file_descriptor_response"]
    assert answers[1].error_response.error_code == grpc.StatusCode.NOT_FOUND.value[0]


def test_a_tool_that_knows_nothing_of_the_service_can_call_it(server):
    user = server.client(fresh_user())
    saved = user.save(status=1)
    pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(server.channel()))
    service = pool.FindServiceByName(SERVICE)
    streaming = {
        f"{verb}WorkflowExecutions" for verb in ("Save", "Watch", "Export", "Import")
    }
    assert streaming < set(service.methods_by_name)
    assert "DeleteWorkflowExecution" in service.methods_by_name
    method = service.FindMethodByName("GetWorkflowExecution")
    request = message_factory.GetMessageClass(method.input_type)()
    request.id = saved.id
    call = server.channel().unary_unary(
        f"/{SERVICE}/{method.name}",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )
    answer = json_format.MessageToDict(call(request, metadata=user.metadata, timeout=60))
    assert answer["execution"]["id"] == saved.id


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_may_need_a_token_or_be_off(version):
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    careful = Server("--reflection", "authenticated")
    closed = Server("--reflection", "off")
    try:
        careful.start()
        with refused(grpc.StatusCode.UNAUTHENTICATED):
            ask(careful.channel(), version, request)
        metadata = careful.client(fresh_user()).metadata
        assert len(ask(careful.channel(), version, request, metadata=metadata)) == 1
        closed.use_data_of(careful)
        careful.stop()
        closed.start()
        with refused(grpc.StatusCode.UNIMPLEMENTED):
            ask(closed.channel(), version, request)
    finally:
        careful.remove()
        closed.remove()
