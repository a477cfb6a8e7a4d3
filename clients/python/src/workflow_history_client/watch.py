"""Changes of executions, as they happen."""

import collections
import datetime
from collections.abc import AsyncGenerator, Iterable
from typing import cast

from workflow_history_client import _methods as methods
from workflow_history_client import _requests as requests
from workflow_history_client import _values as values
from workflow_history_client import shapes
from workflow_history_client._answers import as_dict
from workflow_history_client._attempts import Attempts
from workflow_history_client._calls import Caller
from workflow_history_client._feeds import Feed, broken, next_answer
from workflow_history_client._protos.workflow_changes_pb2 import (
    ExecutionChange,
    WatchWorkflowExecutionsRequest,
    WatchWorkflowExecutionsResponse,
)
from workflow_history_client._values import Identifier
from workflow_history_client.connection import Connection
from workflow_history_client.errors import WorkflowHistoryError

# The server says something more often, if only a token. A connection that is silent for longer is
# taken for broken: where it was not, beginning again with the last token costs nothing.
_SILENCE_SECONDS = 120.0


class Watch(Feed[WatchWorkflowExecutionsResponse]):
    """Changes as they happen, for `async for`.

    Without a `resume_token` it tells of what happens once it has begun: when the block of its
    `async with` does, or else when the first change is asked for. Whoever wants to know what was
    before reads it in the block.

    A wait for a change that is cancelled ends the watch: another goes on with its `resume_token`.
    """

    def __init__(
        self,
        answers: AsyncGenerator[WatchWorkflowExecutionsResponse, None],
        resume_token: str | None,
    ) -> None:
        super().__init__(answers)
        self._untold: collections.deque[ExecutionChange] = collections.deque()
        # Goes on after all that was received.
        self._received_token = resume_token
        # Goes on after all that was told, and after what didn't meet the filters by then. None
        # before the watch has begun.
        self.resume_token = resume_token

    async def __anext__(self) -> shapes.ExecutionChange:
        while not self._untold:
            if not await self._receive():
                raise StopAsyncIteration
        change = self._untold.popleft()
        self.resume_token = change.resume_token if self._untold else self._received_token
        return cast(shapes.ExecutionChange, as_dict(change))

    def _take(self, answer: WatchWorkflowExecutionsResponse) -> None:
        self._untold.extend(answer.changes)
        self._received_token = answer.resume_token
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
            user_id=values.text("user_id", user_id or ""),
            all_users=all_users,
            workflow_id=values.text("workflow_id", workflow_id or ""),
            workflow_type=values.text("workflow_type", workflow_type or ""),
            statuses=values.statuses("statuses", statuses),
            resume_token=values.text("resume_token", resume_token or ""),
        )
        requests.set_window(request, created_after, created_before, self._naive_times)
        return Watch(_answers(self._caller, request), resume_token)


async def _answers(
    caller: Caller, request: WatchWorkflowExecutionsRequest
) -> AsyncGenerator[WatchWorkflowExecutionsResponse, None]:
    """What the server says, over as many calls as it takes."""
    attempts = Attempts(caller)
    token = await caller.tokens.current()
    while True:
        call = caller.stream_of(methods.WATCH, request, token)
        # The first answer of each call says only that it has begun.
        has_begun = False
        try:
            while True:
                answer = await next_answer(call, methods.WATCH.response, _SILENCE_SECONDS)
                if answer is None:
                    raise broken("the server ended the call")
                if has_begun:
                    attempts.note_progress()
                has_begun = True
                request.resume_token = answer.resume_token
                yield answer
        except WorkflowHistoryError as error:
            failure = error
        finally:
            call.cancel()
        token = await attempts.next_token(failure, token)
