"""Calls on a channel: their token, their deadline, and their retries."""

import asyncio
import dataclasses
from collections.abc import Awaitable
from typing import Generic, TypeVar

import grpc
from google.protobuf.message import Message

from workflow_history_client.errors import DeadlineExceeded, Unauthenticated, WorkflowHistoryError
from workflow_history_client.retries import RetryPolicy
from workflow_history_client.tokens import TokenSource

Request = TypeVar("Request", bound=Message)
Request_co = TypeVar("Request_co", bound=Message, covariant=True)
Response = TypeVar("Response", bound=Message)
Response_co = TypeVar("Response_co", bound=Message, covariant=True)
Value = TypeVar("Value")


@dataclasses.dataclass(frozen=True)
class Method(Generic[Request_co, Response_co]):
    """A method of the service."""

    name: str
    request: type[Request_co]
    response: type[Response_co]

    @property
    def path(self) -> str:
        return f"/workflow_history.v1.WorkflowHistoryService/{self.name}"


class Caller:
    """Makes calls on one channel."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        tokens: TokenSource,
        timeout: float,
        retry: RetryPolicy | None,
        metadata: tuple[tuple[str, str], ...],
    ) -> None:
        self._channel = channel
        self._metadata = metadata
        self.tokens = tokens
        self.timeout = timeout
        self.retry = retry

    async def call(
        self,
        method: Method[Request, Response],
        request: Request,
        *,
        repeatable: bool,
        timeout: float | None = None,
    ) -> Response:
        """The answer.

        - repeatable: whether it does no harm to carry the call out twice.
        - timeout: the seconds that all attempts may take together, instead of the usual ones.
        """
        deadline = _Deadline(self.timeout if timeout is None else timeout)
        attempt = 0
        renewed = in_doubt = False
        token = await deadline.bound(self.tokens.current())
        while True:
            try:
                return await self._attempt(method, request, token, deadline.remaining)
            except grpc.aio.AioRpcError as failure:
                error = WorkflowHistoryError.of(failure, in_doubt)
                in_doubt = error.in_doubt
                if isinstance(error, Unauthenticated) and not renewed:
                    renewed, refused = True, token
                    token = await deadline.bound(self.tokens.instead_of(refused), in_doubt)
                    if token != refused:
                        continue
                if self.retry is None:
                    raise error from failure
                delay = self.retry.delay(error, attempt, repeatable)
                if delay is None or delay >= deadline.remaining:
                    raise error from failure
            await self.retry.sleep(delay)
            attempt += 1

    async def _attempt(
        self,
        method: Method[Request, Response],
        request: Request,
        token: str | None,
        timeout: float,
    ) -> Response:
        invoke = self._channel.unary_unary(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        return await invoke(request, timeout=timeout, metadata=self._metadata_with(token))

    def stream(
        self, method: Method[Request, Response], token: str | None
    ) -> "grpc.aio.StreamStreamCall[bytes, Response]":
        """A call of a method with streams both ways. Its requests are written as bytes."""
        invoke: grpc.aio.StreamStreamMultiCallable[bytes, Response] = self._channel.stream_stream(
            method.path, response_deserializer=method.response.FromString
        )
        return invoke(metadata=self._metadata_with(token))

    def stream_of(
        self, method: Method[Request, Response], request: Request, token: str | None
    ) -> "grpc.aio.UnaryStreamCall[Request, Response]":
        """A call of a method with a stream of answers. It has no deadline."""
        invoke: grpc.aio.UnaryStreamMultiCallable[Request, Response] = self._channel.unary_stream(
            method.path,
            request_serializer=method.request.SerializeToString,
            response_deserializer=method.response.FromString,
        )
        return invoke(request, metadata=self._metadata_with(token))

    def _metadata_with(self, token: str | None) -> grpc.aio.Metadata:
        credentials = () if token is None else (("authorization", f"Bearer {token}"),)
        return grpc.aio.Metadata(*credentials, *self._metadata)


class _Deadline:
    """When a call must have ended."""

    def __init__(self, timeout: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._end = self._loop.time() + timeout

    @property
    def remaining(self) -> float:
        return max(0.0, self._end - self._loop.time())

    async def bound(self, token: Awaitable[Value], in_doubt: bool = False) -> Value:
        """The token, if it comes in time."""
        try:
            async with asyncio.timeout_at(self._end) as limit:
                return await token
        except TimeoutError as failure:
            if not limit.expired():
                raise
            raise DeadlineExceeded(
                grpc.StatusCode.DEADLINE_EXCEEDED, "no token came in time", in_doubt=in_doubt
            ) from failure
