"""What streams of answers share, over as many calls as they take."""

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Generic, Self

import grpc

from workflow_history_client._calls import Request, Response
from workflow_history_client.errors import Unavailable, WorkflowHistoryError


class Feed(Generic[Response]):
    """What the server tells, answer by answer, until it is closed."""

    def __init__(self, answers: AsyncGenerator[Response, None]) -> None:
        self._answers = answers
        self._waiting: asyncio.Future[Response | None] | None = None
        self._is_closed = False

    def __aiter__(self) -> Self:
        return self

    async def __aenter__(self) -> Self:
        await self._receive()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Ends it, and its call. Whoever waits for more gets no more."""
        self._is_closed = True
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.wait([self._waiting])
        await self._answers.aclose()

    async def _receive(self) -> bool:
        """Takes the next answer; False where there is none."""
        self._waiting = asyncio.ensure_future(anext(self._answers, None))
        try:
            answer = await self._waiting
        except asyncio.CancelledError:
            if not self._is_closed:
                raise
            return False
        if answer is None:
            return False
        self._take(answer)
        return True

    def _take(self, answer: Response) -> None:
        raise NotImplementedError


async def next_answer(
    call: "grpc.aio.UnaryStreamCall[Request, Response]", kind: type[Response], silence: float
) -> Response | None:
    """The next answer of the call; None where it has ended well.

    - silence: for how many seconds the server may say nothing.
    """
    try:
        async with asyncio.timeout(silence) as limit:
            answer = await call.read()
    except TimeoutError:
        if not limit.expired():
            raise
        raise broken(f"nothing was said for {silence} s") from None
    except grpc.aio.AioRpcError as failure:
        raise WorkflowHistoryError.of(failure, in_doubt=False) from failure
    return answer if isinstance(answer, kind) else None


def broken(why: str) -> Unavailable:
    """The error of a call that ended as none should."""
    return Unavailable(grpc.StatusCode.UNAVAILABLE, why)
