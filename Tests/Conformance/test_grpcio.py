"""gRPC's interop cases by grpcio, a stock client on gRPC C++'s core, each over every transport.

What no grpcio client can see or choose, which message is compressed, is left to test_h2.py."""

import queue
import threading

import grpc
import pytest

from harness.client import PATIENCE, refused
from interop.requests import (
    COMPRESSED_REQUEST_SIZES,
    COMPRESSED_RESPONSE_SIZES,
    LARGE_RESPONSE,
    REQUEST_SIZES,
    RESPONSE_SIZES,
    SPECIAL_STATUS_MESSAGE,
    STATUS_MESSAGE,
    echo_status,
    input_request,
    large_request,
    output_request,
)
from interop.stubs import empty_pb2
from interop.stubs import messages_pb2 as pb
from interop.stubs import test_pb2_grpc as test_grpc

GZIP = grpc.Compression.Gzip
UNKNOWN = grpc.StatusCode.UNKNOWN
ECHOED = [
    ("x-grpc-test-echo-initial", "test_initial_metadata_value"),
    ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"),
]


@pytest.fixture
def channel(server, transport):
    with server.channel(transport) as channel:
        yield channel


@pytest.fixture
def stub(channel):
    return test_grpc.TestServiceStub(channel)


class Requests:
    """A stream of requests that the test feeds as it goes, and that ends with the test."""

    def __init__(self):
        self._waiting = queue.SimpleQueue()

    def __iter__(self):
        return iter(self._waiting.get, None)

    def send(self, request):
        self._waiting.put(request)

    def end(self):
        self._waiting.put(None)


@pytest.fixture
def requests():
    requests = Requests()
    yield requests
    # Else grpcio's thread would wait for the next one forever.
    requests.end()


def assert_payload(response, size: int):
    assert response.payload.type == pb.COMPRESSABLE
    assert response.payload.body == bytes(size)


def assert_payloads(responses, sizes: list[int]):
    bodies = [response.payload.body for response in responses]
    assert [len(body) for body in bodies] == sizes
    assert not any(body.strip(b"\0") for body in bodies)


def empty_unary(stub):
    assert stub.EmptyCall(empty_pb2.Empty(), timeout=PATIENCE) == empty_pb2.Empty()


def large_unary(stub, method: str = "UnaryCall"):
    assert_payload(getattr(stub, method)(large_request(), timeout=PATIENCE), LARGE_RESPONSE)


def ping_pong(stub, requests: Requests):
    responses = stub.FullDuplexCall(iter(requests), timeout=PATIENCE)
    for request_size, response_size in zip(REQUEST_SIZES, RESPONSE_SIZES, strict=True):
        requests.send(output_request([response_size], request_size))
        assert_payload(next(responses), response_size)
    requests.end()
    assert list(responses) == []
    assert responses.code() is grpc.StatusCode.OK


def test_empty_unary(stub):
    empty_unary(stub)


@pytest.mark.parametrize("method", ["UnaryCall", "CacheableUnaryCall"])
def test_large_unary(stub, method):
    large_unary(stub, method)


def test_client_streaming(stub):
    sent = (input_request(size) for size in REQUEST_SIZES)
    response = stub.StreamingInputCall(sent, timeout=PATIENCE)
    assert response.aggregated_payload_size == 74_922


def test_server_streaming(stub):
    responses = stub.StreamingOutputCall(output_request(RESPONSE_SIZES), timeout=PATIENCE)
    assert_payloads(responses, RESPONSE_SIZES)


def test_server_streaming_at_an_interval(stub):
    request = output_request([1, 2, 3], interval_us=20_000)
    assert_payloads(stub.StreamingOutputCall(request, timeout=PATIENCE), [1, 2, 3])


def test_ping_pong(stub, requests):
    ping_pong(stub, requests)


def test_empty_stream(stub):
    responses = stub.FullDuplexCall(iter([]), timeout=PATIENCE)
    assert list(responses) == []
    assert responses.code() is grpc.StatusCode.OK


def test_half_duplex(stub):
    sent = [output_request([size, size + 1]) for size in RESPONSE_SIZES]
    responses = stub.HalfDuplexCall(iter(sent), timeout=PATIENCE)
    assert_payloads(responses, [n for size in RESPONSE_SIZES for n in (size, size + 1)])


# -- compression


def test_client_compressed_unary(stub):
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        stub.UnaryCall(large_request(expect_compressed=True), timeout=PATIENCE)
    for compression in (GZIP, grpc.Compression.NoCompression):
        request = large_request(expect_compressed=compression is GZIP)
        response = stub.UnaryCall(request, compression=compression, timeout=PATIENCE)
        assert_payload(response, LARGE_RESPONSE)


def test_client_compressed_streaming(stub):
    """A stream is compressed whole: grpcio's clients can't choose for each message."""
    with refused(grpc.StatusCode.INVALID_ARGUMENT):
        probe = input_request(COMPRESSED_REQUEST_SIZES[0], expect_compressed=True)
        stub.StreamingInputCall(iter([probe]), timeout=PATIENCE)
    for compression in (GZIP, grpc.Compression.NoCompression):
        sent = (input_request(n, compression is GZIP) for n in COMPRESSED_REQUEST_SIZES)
        response = stub.StreamingInputCall(sent, compression=compression, timeout=PATIENCE)
        assert response.aggregated_payload_size == 73_086


@pytest.mark.parametrize("compressed", [True, False])
def test_server_compressed_unary(stub, compressed):
    request = large_request(response_compressed=compressed)
    assert_payload(stub.UnaryCall(request, timeout=PATIENCE), LARGE_RESPONSE)


def test_server_compressed_streaming(stub):
    request = output_request(COMPRESSED_RESPONSE_SIZES, compressed=[True, False])
    responses = stub.StreamingOutputCall(request, timeout=PATIENCE)
    assert_payloads(responses, COMPRESSED_RESPONSE_SIZES)


# -- metadata and statuses


def test_custom_metadata_of_a_unary_call(stub):
    request = large_request()
    response, call = stub.UnaryCall.with_call(request, metadata=ECHOED, timeout=PATIENCE)
    assert_payload(response, LARGE_RESPONSE)
    assert ECHOED[0] in call.initial_metadata()
    assert ECHOED[1] in call.trailing_metadata()


def test_custom_metadata_of_a_full_duplex_call(stub):
    sent = iter([output_request([LARGE_RESPONSE], request_size=271_828)])
    call = stub.FullDuplexCall(sent, metadata=ECHOED, timeout=PATIENCE)
    assert_payloads(call, [LARGE_RESPONSE])
    assert ECHOED[0] in call.initial_metadata()
    assert ECHOED[1] in call.trailing_metadata()


def test_status_code_and_message_of_a_unary_call(stub):
    status = echo_status(UNKNOWN.value[0], STATUS_MESSAGE)
    with refused(UNKNOWN) as error:
        stub.UnaryCall(pb.SimpleRequest(response_status=status), timeout=PATIENCE)
    assert error.value.details() == STATUS_MESSAGE


def test_status_code_and_message_of_a_full_duplex_call(stub):
    status = echo_status(UNKNOWN.value[0], STATUS_MESSAGE)
    sent = iter([pb.StreamingOutputCallRequest(response_status=status)])
    with refused(UNKNOWN) as error:
        list(stub.FullDuplexCall(sent, timeout=PATIENCE))
    assert error.value.details() == STATUS_MESSAGE


def test_special_status_message(stub):
    status = echo_status(UNKNOWN.value[0], SPECIAL_STATUS_MESSAGE)
    with refused(UNKNOWN) as error:
        stub.UnaryCall(pb.SimpleRequest(response_status=status), timeout=PATIENCE)
    assert error.value.details() == SPECIAL_STATUS_MESSAGE


def test_unimplemented_method(stub):
    with refused(grpc.StatusCode.UNIMPLEMENTED):
        stub.UnimplementedCall(empty_pb2.Empty(), timeout=PATIENCE)


def test_unimplemented_service(channel):
    stub = test_grpc.UnimplementedServiceStub(channel)
    with refused(grpc.StatusCode.UNIMPLEMENTED):
        stub.UnimplementedCall(empty_pb2.Empty(), timeout=PATIENCE)


# -- calls that end early


def test_cancel_after_begin(stub, requests):
    call = stub.StreamingInputCall.future(iter(requests), timeout=PATIENCE)
    call.cancel()
    assert call.cancelled()
    assert call.code() is grpc.StatusCode.CANCELLED
    empty_unary(stub)


def test_cancel_after_first_response(stub, requests):
    responses = stub.FullDuplexCall(iter(requests), timeout=PATIENCE)
    requests.send(output_request([RESPONSE_SIZES[0]], REQUEST_SIZES[0]))
    assert_payload(next(responses), RESPONSE_SIZES[0])
    responses.cancel()
    with pytest.raises(grpc.RpcError):
        next(responses)
    assert responses.code() is grpc.StatusCode.CANCELLED
    empty_unary(stub)


def test_timeout_on_sleeping_server(stub, requests):
    request = output_request([RESPONSE_SIZES[0]], REQUEST_SIZES[0], interval_us=60_000_000)
    requests.send(request)
    # Long enough for the server to have begun its sleep, then as short as the case wants it.
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        next(stub.FullDuplexCall(iter(requests), timeout=0.5))
    with refused(grpc.StatusCode.DEADLINE_EXCEEDED):
        next(stub.FullDuplexCall(iter([request]), timeout=0.001))
    empty_unary(stub)


# -- soaks


def test_rpc_soak(stub):
    for _ in range(100):
        large_unary(stub)


def test_channel_soak(server, transport):
    for _ in range(30):
        with server.channel(transport) as channel:
            large_unary(test_grpc.TestServiceStub(channel))


def test_many_streams_at_once(stub):
    """ping_pong, from several threads on one connection."""
    failures = []

    def play():
        requests = Requests()
        try:
            ping_pong(stub, requests)
        except BaseException as failure:
            failures.append(failure)
        finally:
            requests.end()

    players = [threading.Thread(target=play) for _ in range(16)]
    for player in players:
        player.start()
    for player in players:
        player.join()
    assert failures == []
