"""gRPC's interop cases that tell which messages are compressed, frame by frame, and what else of
streams only the wire shows, each over every transport."""

import gzip

import pytest

from harness.wire import Answer, Wire, framed
from interop.requests import (
    COMPRESSED_REQUEST_SIZES,
    COMPRESSED_RESPONSE_SIZES,
    LARGE_RESPONSE,
    REQUEST_SIZES,
    RESPONSE_SIZES,
    SPECIAL_STATUS_MESSAGE,
    echo_status,
    input_request,
    large_request,
    output_request,
)
from interop.stubs import messages_pb2 as pb

OK, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, UNIMPLEMENTED = 0, 2, 3, 4, 12
CANCEL = 8
SERVICE = "/grpc.testing.TestService"
ACCEPTS_GZIP = {"grpc_accept_encoding": "identity,deflate,gzip"}
SENDS_GZIP = {"grpc_encoding": "gzip"}


@pytest.fixture
def wire(server, transport):
    with server.wire(transport) as connection:
        yield connection


def plain(message) -> bytes:
    return framed(message.SerializeToString())


def compressed(message) -> bytes:
    return framed(gzip.compress(message.SerializeToString()), flag=1)


def call(wire: Wire, method: str, *frames: bytes, **headers: str) -> Answer:
    """A whole call that sends these messages."""
    stream = wire.begin(f"{SERVICE}/{method}", None, **headers)
    for frame in frames:
        wire.send(stream, frame)
    wire.send(stream, b"", end=True)
    return wire.answer(stream)


def assert_response(message: tuple[int, bytes], kind: type, size: int, is_compressed: bool):
    """One message of an answer, with its flag, is a payload of this size."""
    flag, content = message
    assert flag == int(is_compressed)
    response = kind.FromString(gzip.decompress(content) if is_compressed else content)
    assert response.payload.body == bytes(size)


# -- client_compressed_unary


def assert_large(answer: Answer):
    assert (answer.status, answer.message) == (OK, "")
    (message,) = answer.messages
    assert_response(message, pb.SimpleResponse, LARGE_RESPONSE, is_compressed=False)


@pytest.mark.parametrize("headers", [{}, SENDS_GZIP], ids=["no encoding", "gzip, unused"])
def test_client_compressed_unary_probe(wire, headers):
    answer = call(wire, "UnaryCall", plain(large_request(expect_compressed=True)), **headers)
    assert answer.status == INVALID_ARGUMENT


def test_client_compressed_unary(wire):
    frame = compressed(large_request(expect_compressed=True))
    assert_large(call(wire, "UnaryCall", frame, **SENDS_GZIP))
    for headers in ({}, SENDS_GZIP):
        frame = plain(large_request(expect_compressed=False))
        assert_large(call(wire, "UnaryCall", frame, **headers))


def test_client_compressed_unary_where_it_should_not_be(wire):
    frame = compressed(large_request(expect_compressed=False))
    assert call(wire, "UnaryCall", frame, **SENDS_GZIP).status == INVALID_ARGUMENT


# -- client_compressed_streaming


def input_frames(compress: list[bool], expect: list[bool]) -> list[bytes]:
    return [
        (compressed if is_compressed else plain)(input_request(size, expected))
        for size, is_compressed, expected in zip(
            COMPRESSED_REQUEST_SIZES, compress, expect, strict=True
        )
    ]


def test_client_compressed_streaming_probe(wire):
    probe, _ = input_frames([False, False], expect=[True, False])
    answer = call(wire, "StreamingInputCall", probe, **SENDS_GZIP)
    assert answer.status == INVALID_ARGUMENT


@pytest.mark.parametrize("first", [True, False], ids=["compressed-first", "plain-first"])
def test_client_compressed_streaming(wire, first):
    frames = input_frames([first, not first], expect=[first, not first])
    answer = call(wire, "StreamingInputCall", *frames, **SENDS_GZIP)
    assert (answer.status, answer.message) == (OK, "")
    response = pb.StreamingInputCallResponse.FromString(answer.body)
    assert response.aggregated_payload_size == 73_086


@pytest.mark.parametrize("is_compressed", [True, False])
def test_client_compressed_streaming_judges_each_message_by_itself(wire, is_compressed):
    frames = input_frames([True, is_compressed], expect=[True, not is_compressed])
    answer = call(wire, "StreamingInputCall", *frames, **SENDS_GZIP)
    assert answer.status == INVALID_ARGUMENT


# -- server_compressed_unary and server_compressed_streaming


@pytest.mark.parametrize("is_compressed", [True, False])
def test_server_compressed_unary(wire, is_compressed):
    frame = plain(large_request(response_compressed=is_compressed))
    answer = call(wire, "UnaryCall", frame, **ACCEPTS_GZIP)
    assert answer.status == OK
    (message,) = answer.messages
    assert_response(message, pb.SimpleResponse, LARGE_RESPONSE, is_compressed)
    if is_compressed:
        assert answer.headers[0]["grpc-encoding"] == "gzip"


@pytest.mark.parametrize("method", ["StreamingOutputCall", "FullDuplexCall"])
@pytest.mark.parametrize("first", [True, False], ids=["compressed-first", "plain-first"])
def test_server_compressed_streaming(wire, method, first):
    flags = [first, not first]
    frame = plain(output_request(COMPRESSED_RESPONSE_SIZES, compressed=flags))
    answer = call(wire, method, frame, **ACCEPTS_GZIP)
    assert answer.status == OK
    assert answer.headers[0]["grpc-encoding"] == "gzip"
    responses = zip(answer.messages, COMPRESSED_RESPONSE_SIZES, flags, strict=True)
    for message, size, is_compressed in responses:
        assert_response(message, pb.StreamingOutputCallResponse, size, is_compressed)


@pytest.mark.parametrize("headers", [{}, {"grpc_accept_encoding": "identity,deflate"}])
def test_a_client_that_does_not_take_gzip_gets_none(wire, headers):
    request = large_request(response_compressed=True)
    assert_large(call(wire, "UnaryCall", plain(request), **headers))

    request = output_request(COMPRESSED_RESPONSE_SIZES, compressed=[True, True])
    answer = call(wire, "StreamingOutputCall", plain(request), **headers)
    assert answer.status == OK
    assert answer.headers[0].get("grpc-encoding", "identity") == "identity"
    for message, size in zip(answer.messages, COMPRESSED_RESPONSE_SIZES, strict=True):
        assert_response(message, pb.StreamingOutputCallResponse, size, is_compressed=False)


# -- streams


def test_half_duplex_answers_nothing_before_the_half_close(wire):
    early = wire.begin(f"{SERVICE}/HalfDuplexCall", None)
    wire.send(early, plain(output_request([1])))
    # A later call is answered, and by then an early answer would have come.
    for _ in range(3):
        assert call(wire, "EmptyCall", framed(b"")).status == OK
    assert wire.answers[early].messages == []
    wire.send(early, b"", end=True)
    answer = wire.answer(early)
    assert (answer.status, len(answer.messages)) == (OK, 1)


def test_ping_pong_answers_each_request_before_the_next(wire):
    stream = wire.begin(f"{SERVICE}/FullDuplexCall", None)
    answer = wire.answers[stream]
    for turn, (sent, wanted) in enumerate(zip(REQUEST_SIZES, RESPONSE_SIZES, strict=True), 1):
        wire.send(stream, plain(output_request([wanted], sent)))
        while len(answer.messages) < turn:
            assert not (wire.closed or answer.ended or answer.reset is not None)
            wire.receive()
        assert_response(answer.messages[-1], pb.StreamingOutputCallResponse, wanted, False)
    wire.send(stream, b"", end=True)
    assert wire.answer(stream).status == OK


def test_special_status_message_is_percent_encoded_utf_8(wire):
    status = echo_status(UNKNOWN, SPECIAL_STATUS_MESSAGE)
    answer = call(wire, "UnaryCall", plain(pb.SimpleRequest(response_status=status)))
    assert (answer.status, answer.message) == (UNKNOWN, SPECIAL_STATUS_MESSAGE)
    assert answer.trailers["grpc-message"].isascii()
    assert answer.trailers["grpc-message"].startswith("%09%0Atest with whitespace%0D%0A")


@pytest.mark.parametrize(
    "path", [f"{SERVICE}/UnimplementedCall", "/grpc.testing.UnimplementedService/UnimplementedCall"]
)
def test_unimplemented_is_one_headers_frame(wire, path):
    stream = wire.begin(path, None)
    wire.send(stream, framed(b""), end=True)
    answer = wire.answer(stream)
    assert answer.is_trailers_only
    assert (answer.http_status, answer.status) == ("200", UNIMPLEMENTED)


@pytest.mark.parametrize("method", ["StreamingInputCall", "FullDuplexCall", "HalfDuplexCall"])
def test_the_server_itself_ends_a_stream_at_its_deadline(wire, method):
    stream = wire.begin(f"{SERVICE}/{method}", None, grpc_timeout="200m")
    assert wire.answer(stream).status == DEADLINE_EXCEEDED


def test_the_server_itself_ends_a_handler_that_sleeps_at_its_deadline(wire):
    frame = plain(output_request([1, 1], interval_us=60_000_000))
    answer = call(wire, "StreamingOutputCall", frame, grpc_timeout="200m")
    assert (answer.status, answer.messages) == (DEADLINE_EXCEEDED, [])


def test_cancelled_streams_leave_the_connection_whole(wire):
    for method in ("FullDuplexCall", "StreamingOutputCall") * 10:
        stream = wire.begin(f"{SERVICE}/{method}", None)
        wire.send(stream, plain(output_request([9], interval_us=60_000_000)))
        wire.h2.reset_stream(stream, error_code=CANCEL)
        wire.flush()
    assert call(wire, "EmptyCall", framed(b"")).status == OK
