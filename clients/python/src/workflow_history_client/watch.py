"""Changes of executions, as they happen."""

import asyncio
import collections
import datetime
from collections.abc import AsyncGenerator, Iterable
from types import TracebackType
from typing import Self, TypeAlias, cast

import grpc

from workflow_history_client import _methods as methods
from workflow_history_client import _requests as requests
from workflow_history_client import _values as values
from workflow_history_client import shapes
from workflow_history_client._answers import as_dict
from workflow_history_client._attempts import Attempts
from workflow_history_client._calls import Caller
from workflow_history_client._protos.workflow_changes_pb2 import (
    ExecutionChange,
    WatchWorkflowExecutionsRequest,
    WatchWorkflowExecutionsResponse,
)
from workflow_history_client._values import Identifier
from workflow_history_client.connection import Connection
from workflow_history_client.errors import Unavailable, WorkflowHistoryError

# The server says something more often, if only a token. A connection that is silent for longer is
# taken for broken: where it was not, beginning again with the last token costs nothing.
_SILENCE_SECONDS = 120.0


class Watch:
    """Changes as they happen, for `async for`.

    Without a `resume_token` it tells of what happens once it has begun: when the block of its
    `async with` does, or else when the first change is asked for. Whoever wants to know what was
    before reads it in the block.

    A wait for a change that is cancelled ends the watch: another goes on with its `resume_token`.
    """

    def __init__(
        self,
        responses: AsyncGenerator[WatchWorkflowExecutionsResponse, None],
        resume_token: str | None,
    ) -> None:
        self._responses = responses
        self._untold: collections.deque[ExecutionChange] = collections.deque()
        # Goes on after all that was received.
        self._received_token = resume_token
        # Goes on after all that was told, and after what didn't meet the filters by then. None
        # before the watch has begun.
        self.resume_token = resume_token

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> shapes.ExecutionChange:
        while not self._untold:
            await self._receive()
        change = self._untold.popleft()
        self.resume_token = change.resume_token if self._untold else self._received_token
        return cast(shapes.ExecutionChange, as_dict(change))

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
        """Ends the watch, and its call."""
        await self._responses.aclose()

    async def _receive(self) -> None:
        response = await anext(self._responses)
        self._untold.extend(response.changes)
        self._received_token = response.resume_token
        if not self._untold:
            self.resume_token = self._received_token


class Watches(Connection):
    """Tells what happens to executions."""

    def watch_workflow_executions(
        self,
        user_id: Identifier | None = None,
        *,
        all_users: bool = False,
        workflow_id: Identifier | None = None,
        workflow_type: str | None = None,
        statuses: str | Iterable[str] = (),
        created_after: datetime.datetime | None = None,
        created_before: datetime.datetime | None = None,
        resume_token: str | None = None,
    ) -> Watch:
        """Tells of each save, update and deletion of executions that meet every filter, soon after
        it is made, without end.

        While the server is away it goes on by itself, for as long as that takes: nothing is missed,
        and nothing told twice. Without retries, `Unavailable` is raised instead.

        - user_id: whose executions; the caller's where it is None.
        - all_users: those of all, which needs the scope `history:any`.
        - workflow_id: with it no deletion is told.
        - workflow_type, statuses: of the execution after the change; where it was deleted, before.
        - created_after, created_before: on created_at: at or after the one, and before the other.
        - resume_token: of a change, or of a `Watch`, with the same users and filters: what came
          after it is told. `OutOfRange` where it is older than what is kept of changes: then read
          the history, and begin without one.
        """
        request = WatchWorkflowExecutionsRequest(
            user_id=str(user_id or ""),
            all_users=all_users,
            workflow_id=str(workflow_id or ""),
            workflow_type=workflow_type or "",
            statuses=values.statuses("statuses", statuses),
            resume_token=resume_token or "",
        )
        requests.set_window(request, created_after, created_before, self._naive_times)
        return Watch(_responses(self._caller, request), resume_token)


async def _responses(
    caller: Caller, request: WatchWorkflowExecutionsRequest
) -> AsyncGenerator[WatchWorkflowExecutionsResponse, None]:
    """What the server says, over as many calls as it takes."""
    attempts = Attempts(caller)
    token = await caller.tokens.current()
    while True:
        call = caller.stream_of(methods.WATCH, request, token)
        # The first response of each call says only that it has begun.
        has_begun = False
        try:
            while True:
                response = await _read(call)
                if has_begun:
                    attempts.note_progress()
                has_begun = True
                request.resume_token = response.resume_token
                yield response
        except WorkflowHistoryError as error:
            broken = error
        finally:
            call.cancel()
        token = await attempts.next_token(broken, token)


_Call: TypeAlias = (
    "grpc.aio.UnaryStreamCall[WatchWorkflowExecutionsRequest, WatchWorkflowExecutionsResponse]"
)


async def _read(call: _Call) -> WatchWorkflowExecutionsResponse:
    try:
        async with asyncio.timeout(_SILENCE_SECONDS) as limit:
            response = await call.read()
    except TimeoutError:
        if not limit.expired():
            raise
        raise _broken(f"nothing was said for {_SILENCE_SECONDS} s") from None
    except grpc.aio.AioRpcError as failure:
        raise WorkflowHistoryError.of(failure, in_doubt=False) from failure
    if not isinstance(response, WatchWorkflowExecutionsResponse):
        raise _broken("the server ended the call")
    return response


def _broken(why: str) -> Unavailable:
    return Unavailable(grpc.StatusCode.UNAVAILABLE, why)
