"""What a call raises: a class for each gRPC code, with the details that the server sent."""

import dataclasses
from typing import ClassVar

import grpc
from google.protobuf import message as protobuf
from google.rpc import error_details_pb2, status_pb2

# After these a call may have been carried out, though its answer is not known.
_AMBIGUOUS = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.UNKNOWN,
}


@dataclasses.dataclass(frozen=True)
class FieldViolation:
    """One field of a request that is refused."""

    # Its path in the request, such as `execution.end_time` or `statuses[0]`.
    field: str
    # Why.
    description: str


class WorkflowHistoryError(Exception):
    """A call that failed. Those of a code that has no class of its own are of this one."""

    # The gRPC code of each class.
    _classes: ClassVar[dict[grpc.StatusCode, type["WorkflowHistoryError"]]] = {}

    def __init_subclass__(cls, code: grpc.StatusCode) -> None:
        cls._classes[code] = cls

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        *,
        field_violations: tuple[FieldViolation, ...] = (),
        retry_delay: float | None = None,
        in_doubt: bool = False,
    ) -> None:
        reasons = "".join(f"; {one.field}: {one.description}" for one in field_violations)
        super().__init__(f"{code.name}: {message}{reasons}")
        # The gRPC code.
        self.code = code
        # What the server said.
        self.message = message
        # Each field that was refused, of an INVALID_ARGUMENT.
        self.field_violations = field_violations
        # After how many seconds to try again, where the server said so.
        self.retry_delay = retry_delay
        # Whether this attempt or one before it may have been carried out all the same: its answer
        # was lost. Only of interest for writes.
        self.in_doubt = in_doubt

    @classmethod
    def of(cls, failure: grpc.aio.AioRpcError, in_doubt: bool) -> "WorkflowHistoryError":
        """The error of a failed attempt, with its google.rpc.Status read.

        - in_doubt: whether an attempt before it was.
        """
        code = failure.code()
        violations: list[FieldViolation] = []
        delay: float | None = None
        for packed in _details(failure):
            refusal, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
            if packed.Unpack(refusal):
                violations += [
                    FieldViolation(one.field, one.description) for one in refusal.field_violations
                ]
            elif packed.Unpack(retry):
                delay = retry.retry_delay.ToTimedelta().total_seconds()
        return cls._classes.get(code, WorkflowHistoryError)(
            code,
            failure.details() or "",
            field_violations=tuple(violations),
            retry_delay=delay,
            in_doubt=in_doubt or code in _AMBIGUOUS,
        )

    @classmethod
    def refusal(
        cls, code: int, message: str, field_violations: tuple[FieldViolation, ...] = ()
    ) -> "WorkflowHistoryError":
        """The error of one execution that was refused among others, by the number of its code."""
        named = next((one for one in grpc.StatusCode if one.value[0] == code), None)
        status = named or grpc.StatusCode.UNKNOWN
        return cls._classes.get(status, WorkflowHistoryError)(
            status, message, field_violations=field_violations
        )


class InvalidArgument(WorkflowHistoryError, ValueError, code=grpc.StatusCode.INVALID_ARGUMENT):
    """A field is refused, by the server, or by the client before it was sent."""

    @classmethod
    def field(cls, field: str, description: str) -> "InvalidArgument":
        """An argument that can't be sent."""
        return cls(
            grpc.StatusCode.INVALID_ARGUMENT,
            "nothing was sent",
            field_violations=(FieldViolation(field, description),),
        )


class Unauthenticated(WorkflowHistoryError, code=grpc.StatusCode.UNAUTHENTICATED):
    """There is no token, or it is not good, and a fresh one was not either."""


class PermissionDenied(WorkflowHistoryError, code=grpc.StatusCode.PERMISSION_DENIED):
    """The execution is somebody else's, or the token lacks a scope."""


class NotFound(WorkflowHistoryError, LookupError, code=grpc.StatusCode.NOT_FOUND):
    """No execution has the id."""


class AlreadyExists(WorkflowHistoryError, code=grpc.StatusCode.ALREADY_EXISTS):
    """The id was saved before with another content."""


class Aborted(WorkflowHistoryError, code=grpc.StatusCode.ABORTED):
    """The execution has another version than the one that was expected."""


class FailedPrecondition(WorkflowHistoryError, code=grpc.StatusCode.FAILED_PRECONDITION):
    """The execution has ended, and `allow_reopen` was not said."""


class OutOfRange(WorkflowHistoryError, code=grpc.StatusCode.OUT_OF_RANGE):
    """What was asked for is no longer kept."""


class ResourceExhausted(WorkflowHistoryError, code=grpc.StatusCode.RESOURCE_EXHAUSTED):
    """Too much at once, or too large. With a `retry_delay` it is good later."""


class Unavailable(WorkflowHistoryError, code=grpc.StatusCode.UNAVAILABLE):
    """The server or its database is away, for longer than the call could wait."""


class DeadlineExceeded(WorkflowHistoryError, code=grpc.StatusCode.DEADLINE_EXCEEDED):
    """The call's time is over."""


def _details(failure: grpc.aio.AioRpcError) -> list[error_details_pb2.ErrorInfo]:
    """The google.protobuf.Any messages of the status in the trailers; none where it has none."""
    for key, value in failure.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            try:
                return list(status_pb2.Status.FromString(value).details)
            except protobuf.DecodeError:
                return []
    return []
