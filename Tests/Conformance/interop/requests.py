"""The requests and sizes of the interop cases, as their descriptions give them
(https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md)."""

from interop.stubs import messages_pb2 as pb

# What large_unary sends and asks for.
LARGE_REQUEST, LARGE_RESPONSE = 271_828, 314_159
# What the client's streams send, and what ping_pong asks for in turn.
REQUEST_SIZES = [27_182, 8, 1_828, 45_904]
RESPONSE_SIZES = [31_415, 9, 2_653, 58_979]
# What each side's compressed streams send: first compressed, then not.
COMPRESSED_REQUEST_SIZES = [27_182, 45_904]
COMPRESSED_RESPONSE_SIZES = [31_415, 92_653]

STATUS_MESSAGE = "test status message"
SPECIAL_STATUS_MESSAGE = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


def payload(size: int) -> pb.Payload:
    return pb.Payload(type=pb.COMPRESSABLE, body=bytes(size))


def flag(value: bool | None) -> pb.BoolValue | None:
    return None if value is None else pb.BoolValue(value=value)


def large_request(
    expect_compressed: bool | None = None, response_compressed: bool | None = None
) -> pb.SimpleRequest:
    return pb.SimpleRequest(
        response_type=pb.COMPRESSABLE,
        response_size=LARGE_RESPONSE,
        payload=payload(LARGE_REQUEST),
        expect_compressed=flag(expect_compressed),
        response_compressed=flag(response_compressed),
    )


def input_request(size: int, expect_compressed: bool | None = None) -> pb.StreamingInputCallRequest:
    return pb.StreamingInputCallRequest(
        payload=payload(size), expect_compressed=flag(expect_compressed)
    )


def output_request(
    sizes: list[int],
    request_size: int | None = None,
    compressed: list[bool | None] | None = None,
    interval_us: int = 0,
) -> pb.StreamingOutputCallRequest:
    return pb.StreamingOutputCallRequest(
        response_type=pb.COMPRESSABLE,
        response_parameters=[
            pb.ResponseParameters(size=size, interval_us=interval_us, compressed=flag(compress))
            for size, compress in zip(sizes, compressed or [None] * len(sizes), strict=True)
        ],
        payload=None if request_size is None else payload(request_size),
    )


def echo_status(code: int, message: str) -> pb.EchoStatus:
    return pb.EchoStatus(code=code, message=message)
