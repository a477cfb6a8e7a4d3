"""gRPC over HTTP/2 to the letter: what stock clients never show."""

import re

import grpc
import pytest

from harness.client import execution
from harness.identifiers import fresh_user
from harness.stubs import execution_pb2, service_pb2
from harness.wire import SERVICE, framed, over_tls, over_unix

OK, CANCELLED, INVALID_ARGUMENT, DEADLINE_EXCEEDED = 0, 1, 3, 4
RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL, UNAUTHENTICATED = 8, 12, 13, 16

NO_ERROR = 0
STATISTICS = service_pb2.GetWorkflowStatisticsRequest().SerializeToString()


@pytest.fixture(params=[over_tls, over_unix], ids=["tls", "unix"])
def wire(server, request):
    with request.param(server) as connection:
        yield connection


@pytest.fixture
def token(server):
    return server.token(fresh_user())


def save_request(**fields) -> bytes:
    sent = service_pb2.SaveWorkflowExecutionRequest(execution=execution(**fields))
    return sent.SerializeToString()


def assert_still_serves(wire, token):
    assert wire.call("GetWorkflowStatistics", token, STATISTICS).status == OK


def test_an_answer_is_headers_then_a_message_then_trailers(wire, token):
    answer = wire.call("GetWorkflowStatistics", token, STATISTICS)
    assert answer.http_status == "200"
    assert answer.headers[0]["content-type"].startswith("application/grpc")
    assert "grpc-status" not in answer.headers[0]
    assert len(answer.headers) == 2
    assert answer.status == OK
    figures = service_pb2.GetWorkflowStatisticsResponse.FromString(answer.body)
    assert figures.statistics.total_executions == 0


def test_a_refusal_is_one_headers_frame_that_ends_the_stream(wire):
    answer = wire.call("GetWorkflowStatistics", None, STATISTICS)
    assert answer.is_trailers_only
    assert answer.http_status == "200"
    assert answer.headers[0]["content-type"].startswith("application/grpc")
    assert answer.status == UNAUTHENTICATED
    assert answer.message


@pytest.mark.parametrize("value", ["application/grpc+proto", "application/grpc;charset=utf-8"])
def test_a_content_type_may_carry_more(wire, token, value):
    answer = wire.call("GetWorkflowStatistics", token, STATISTICS, content_type=value)
    assert answer.status == OK


@pytest.mark.parametrize(
    "value",
    [
        "application/json",
        "text/plain",
        "application/grpcweb",
        "application/grpc-web",
        "application/grpc+json",
        None,
    ],
)
def test_another_content_type_is_http_415(wire, token, value):
    answer = wire.call("GetWorkflowStatistics", token, STATISTICS, content_type=value)
    assert answer.http_status == "415"
    assert_still_serves(wire, token)


def test_a_get_is_no_call(wire, token):
    stream = wire.begin("GetWorkflowStatistics", token, **{":method": "GET"})
    wire.send(stream, b"", end=True)
    assert wire.answer(stream).http_status == "405"
    assert_still_serves(wire, token)


@pytest.mark.parametrize("piece", [1, 3, 5, 6, 100])
def test_a_message_may_be_split_across_data_frames_anywhere(wire, token, piece):
    sent = framed(save_request(workflow_id="w" * 200))
    stream = wire.begin("SaveWorkflowExecution", token)
    for start in range(0, len(sent), piece):
        wire.send(stream, sent[start : start + piece])
    wire.send(stream, b"", end=True)
    answer = wire.answer(stream)
    assert answer.status == OK
    saved = service_pb2.SaveWorkflowExecutionResponse.FromString(answer.body).execution
    assert saved.workflow_id == "w" * 200


def test_the_half_close_may_come_with_the_message_or_as_an_empty_frame(wire, token):
    stream = wire.begin("GetWorkflowStatistics", token)
    wire.h2.send_data(stream, framed(STATISTICS), end_stream=True)
    wire.flush()
    assert wire.answer(stream).status == OK

    stream = wire.begin("GetWorkflowStatistics", token)
    wire.h2.send_data(stream, framed(STATISTICS))
    wire.h2.send_data(stream, b"")
    wire.h2.send_data(stream, b"", end_stream=True)
    wire.flush()
    assert wire.answer(stream).status == OK


def test_padding_is_no_part_of_a_message(wire, token):
    stream = wire.begin("SaveWorkflowExecution", token)
    wire.h2.send_data(stream, framed(save_request()), end_stream=True, pad_length=200)
    wire.flush()
    assert wire.answer(stream).status == OK


@pytest.mark.parametrize("encoding", [None, "identity"])
def test_a_compressed_flag_without_an_encoding_is_internal(wire, token, encoding):
    stream = wire.begin("GetWorkflowStatistics", token, grpc_encoding=encoding)
    wire.send(stream, framed(STATISTICS, flag=1), end=True)
    assert wire.answer(stream).status == INTERNAL


@pytest.mark.parametrize("flag", [2, 128, 255])
def test_a_flag_above_1_is_internal(wire, token, flag):
    stream = wire.begin("GetWorkflowStatistics", token)
    wire.send(stream, framed(STATISTICS, flag=flag), end=True)
    assert wire.answer(stream).status == INTERNAL


def test_an_unknown_encoding_is_unimplemented_and_the_known_ones_are_said(wire, token):
    stream = wire.begin("GetWorkflowStatistics", token, grpc_encoding="snappy")
    wire.send(stream, framed(STATISTICS, flag=1), end=True)
    answer = wire.answer(stream)
    assert answer.status == UNIMPLEMENTED
    assert "identity" in answer.headers[0]["grpc-accept-encoding"]


def test_a_unary_call_with_no_message_is_unimplemented(wire, token):
    stream = wire.begin("GetWorkflowStatistics", token)
    wire.send(stream, b"", end=True)
    assert wire.answer(stream).status == UNIMPLEMENTED


def test_a_unary_call_with_two_messages_is_unimplemented(wire, token):
    stream = wire.begin("GetWorkflowStatistics", token)
    wire.send(stream, framed(STATISTICS) + framed(STATISTICS), end=True)
    assert wire.answer(stream).status == UNIMPLEMENTED
    assert_still_serves(wire, token)


@pytest.mark.parametrize("sent", [b"\0", b"\0\0\0\0", b"\0\0\0\0\x0a12345"])
def test_a_message_that_ends_early_is_internal(wire, token, sent):
    stream = wire.begin("GetWorkflowStatistics", token)
    wire.send(stream, sent, end=True)
    assert wire.answer(stream).status == INTERNAL


@pytest.mark.parametrize("length", [4 * 1024 * 1024 + 1, 2**32 - 1])
def test_a_length_over_the_limit_is_refused_at_its_five_bytes(wire, token, length):
    stream = wire.begin("SaveWorkflowExecution", token)
    wire.send(stream, b"\0" + length.to_bytes(4, "big"))
    answer = wire.answer(stream)
    assert answer.status == RESOURCE_EXHAUSTED
    assert_still_serves(wire, token)


def test_an_answer_before_the_half_close_is_followed_by_a_reset_without_error(wire, token):
    stream = wire.begin("SaveWorkflowExecution", token)
    wire.send(stream, b"\0\xff\xff\xff\xff")
    answer = wire.answer(stream)
    while answer.reset is None:
        wire.receive()
    assert (answer.status, answer.reset) == (RESOURCE_EXHAUSTED, NO_ERROR)
    assert answer.is_trailers_only


@pytest.mark.parametrize(
    "path",
    [
        f"{SERVICE}/DropEverything",
        f"{SERVICE}/",
        f"{SERVICE}/GetWorkflowStatistics/",
        f"/{SERVICE}/GetWorkflowStatistics",
        f"{SERVICE[1:]}/GetWorkflowStatistics",
        "/workflow_history.v2.WorkflowHistoryService/GetWorkflowStatistics",
        "/",
        "/%2e%2e/x",
    ],
)
def test_an_unknown_path_is_unimplemented(wire, token, path):
    assert wire.call(path, token, STATISTICS).status == UNIMPLEMENTED
    assert_still_serves(wire, token)


@pytest.mark.parametrize("timeout", ["0S", "0n", "1n"])
def test_a_timeout_that_is_over_at_once_exceeds_the_deadline(wire, token, timeout):
    answer = wire.call("GetWorkflowStatistics", token, STATISTICS, grpc_timeout=timeout)
    assert answer.status == DEADLINE_EXCEEDED


def test_a_request_that_never_ends_exceeds_its_deadline(wire, token):
    stream = wire.begin("GetWorkflowStatistics", token, grpc_timeout="200m")
    assert wire.answer(stream).status == DEADLINE_EXCEEDED
    assert_still_serves(wire, token)


@pytest.mark.parametrize("timeout", ["99999999H", "1H", "10M", "60S", "60000m", "60000000u"])
def test_a_timeout_may_have_any_unit(wire, token, timeout):
    answer = wire.call("GetWorkflowStatistics", token, STATISTICS, grpc_timeout=timeout)
    assert answer.status == OK


@pytest.mark.parametrize("timeout", ["", "S", "1", "1x", "-1S", "123456789S", "1.5S"])
def test_a_timeout_that_is_none_is_refused(wire, token, timeout):
    answer = wire.call("GetWorkflowStatistics", token, STATISTICS, grpc_timeout=timeout)
    assert answer.status == INTERNAL
    assert_still_serves(wire, token)


def test_metadata_that_is_unknown_is_passed_over(wire, token):
    answer = wire.call(
        "GetWorkflowStatistics",
        token,
        STATISTICS,
        x_trace="abc",
        x_padded_bin="AAE=",
        x_unpadded_bin="AAE",
        x_joined_bin="AAE,AAI=",
        user_agent="",
    )
    assert answer.status == OK


def test_metadata_past_its_limit_is_refused_and_the_connection_goes_on(wire, token):
    stream = wire.begin("GetWorkflowStatistics", token, *[(f"x-{n}", "v" * 4000) for n in range(8)])
    wire.send(stream, framed(STATISTICS), end=True)
    answer = wire.answer(stream)
    assert answer.reset is not None or answer.http_status == "431" or answer.status != OK
    assert_still_serves(wire, token)


def test_a_message_of_an_error_is_percent_encoded(wire, token):
    request = service_pb2.UpdateWorkflowExecutionRequest()
    request.execution.id = "019a0000-0000-7000-8000-000000000000"
    request.update_mask.paths.append("größe%☃")
    answer = wire.call("UpdateWorkflowExecution", token, request.SerializeToString())
    assert answer.status == INVALID_ARGUMENT
    assert re.fullmatch(r"(?:[ -$&-~]|%[0-9A-F]{2})*", answer.trailers["grpc-message"])
    assert "größe%☃" in answer.message


BAD_MESSAGES = {
    "a truncated field": b"\x0a\x05abc",
    "a length past the end": b"\x0a\xff\xff\xff\xff\x0f",
    "an endless varint": b"\x18" + b"\xff" * 11,
    "a field number of 0": b"\x00\x01",
    "a wire type that is none": b"\x0f\x01",
    "a group without an end": b"\x0b",
    "a group's end alone": b"\x0c",
}


@pytest.mark.parametrize("kind", BAD_MESSAGES)
def test_bytes_that_are_no_message_are_refused(wire, token, kind):
    for method in (
        "SaveWorkflowExecution",
        "GetWorkflowStatistics",
        "UpdateWorkflowExecution",
        "DeleteWorkflowExecution",
    ):
        answer = wire.call(method, token, BAD_MESSAGES[kind])
        assert answer.status in (INVALID_ARGUMENT, INTERNAL), method
    assert_still_serves(wire, token)


def test_bad_utf8_is_refused_by_its_fields_name(wire, token):
    bad = b"\x12\x04a\xff\xfeb"  # execution.workflow_id
    request = b"\x0a" + bytes([len(bad)]) + bad
    answer = wire.call("SaveWorkflowExecution", token, request)
    assert answer.status == INVALID_ARGUMENT
    assert "execution.workflow_id" in answer.message
    assert "grpc-status-details-bin" in answer.trailers


def test_fields_that_are_unknown_are_passed_over(wire, token):
    unknown = b"\xf8\x07\x01" + b"\xfa\x07\x03abc"
    answer = wire.call("SaveWorkflowExecution", token, save_request() + unknown)
    assert answer.status == OK


def test_details_come_unpadded(wire, token):
    bad = execution_pb2.WorkflowExecution()
    request = service_pb2.SaveWorkflowExecutionRequest(execution=bad).SerializeToString()
    answer = wire.call("SaveWorkflowExecution", token, request)
    assert answer.status == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert not answer.trailers["grpc-status-details-bin"].endswith("=")


def test_a_cancelled_call_leaves_the_connection_whole(wire, token):
    for _ in range(50):
        stream = wire.begin("SaveWorkflowExecution", token)
        wire.send(stream, framed(save_request())[:20])
        wire.h2.reset_stream(stream, error_code=8)
        wire.flush()
    assert_still_serves(wire, token)


def test_a_ping_is_answered(wire):
    wire.h2.ping(b"12345678")
    wire.flush()
    while not wire.pongs:
        wire.receive()
    assert wire.pongs == [b"12345678"]


def test_a_connection_that_is_cut_in_the_middle_of_a_call_harms_no_other(server, token):
    with over_tls(server) as other:
        for connect in (over_tls, over_unix):
            with connect(server) as cut:
                stream = cut.begin("SaveWorkflowExecution", token)
                cut.send(stream, framed(save_request())[:20])
        assert_still_serves(other, token)
