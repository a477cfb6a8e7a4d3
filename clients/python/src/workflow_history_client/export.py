"""All executions as they were at one instant, for another server to import."""

import asyncio
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
from workflow_history_client._feeds import Feed, next_answer
from workflow_history_client._protos.workflow_archive_pb2 import ArchivedExecution
from workflow_history_client._protos.workflow_history_service_pb2 import (
    ExportWorkflowExecutionsRequest,
    ExportWorkflowExecutionsResponse,
)
from workflow_history_client._values import Identifier
from workflow_history_client.connection import Connection
from workflow_history_client.errors import WorkflowHistoryError

# The server may read for ten minutes until an answer is full, and count for as long before the
# first. A connection that is silent for longer is broken.
_SILENCE_SECONDS = 1_260.0


class Export(Feed[ExportWorkflowExecutionsResponse]):
    """The executions of an export, for `async for`.

    It begins when the block of its `async with` does, or else when the first execution is asked
    for. Whoever leaves it early uses `async with`, or `aclose`: while it lasts, the server keeps an
    instant of its database for it.

    A wait for an execution that is cancelled ends the export.
    """

    def __init__(
        self,
        answers: AsyncGenerator[ExportWorkflowExecutionsResponse, None],
        include_total: bool,
    ) -> None:
        super().__init__(answers)
        self._include_total = include_total
        self._untaken: collections.deque[ArchivedExecution] = collections.deque()
        # How many executions it has. None before it has begun, and where nobody asked.
        self.total: int | None = None

    async def __anext__(self) -> shapes.ArchivedExecution:
        while not self._untaken:
            if not await self._receive():
                raise StopAsyncIteration
        archived = self._untaken.popleft()
        fields = as_dict(archived.execution)
        # Nobody knows that of an archived one.
        del fields["abandoned"]
        return cast(shapes.ArchivedExecution, {**fields, "save_digest": archived.save_digest})

    def _take(self, answer: ExportWorkflowExecutionsResponse) -> None:
        if self._include_total and self.total is None:
            self.total = answer.total
        self._untaken.extend(answer.executions)


class Exports(Connection):
    """Gives out executions for another server."""

    def export_workflow_executions(
        self,
        user_id: Identifier | None = None,
        *,
        all_users: bool = False,
        workflow_id: Identifier | None = None,
        workflow_type: str | None = None,
        statuses: str | Iterable[str] = (),
        created_after: datetime.datetime | None = None,
        created_before: datetime.datetime | None = None,
        include_total: bool = False,
        timeout: float | None = None,
    ) -> Export:
        """Gives all executions that meet every filter, oldest first, as they all were at one
        instant, with what `import_workflow_executions` needs.

        They are read as they are taken, and never more than some MiB ahead. Until the first have
        come it is tried again as other calls are. It can't be gone on with: where it breaks off
        after that, the error is raised, and another export is another instant's. `Aborted` where
        nothing is taken for a minute, and `DeadlineExceeded` after six hours: export shorter ranges
        then.

        Documents are what `json.loads` makes of them: a number with more digits than a float has is
        rounded, and JSON's `null` is no document. `workflow-history export` keeps both.

        - user_id: whose executions; the caller's where it is None. Another user's need the scope
          `history:any`.
        - all_users: those of all, which needs it too.
        - created_after, created_before: on created_at: at or after the one, and before the other.
        - include_total: whether they are counted first, which takes some seconds where they are
          many millions: then `total` of the `Export` says how many they are, once it has begun.
        - timeout: until how many seconds after the beginning it is begun again; by default the
          client's. What was begun may take longer.
        """
        request = ExportWorkflowExecutionsRequest(
            user_id=values.text("user_id", user_id or ""),
            all_users=all_users,
            workflow_id=values.text("workflow_id", workflow_id or ""),
            workflow_type=values.text("workflow_type", workflow_type or ""),
            statuses=values.statuses("statuses", statuses),
            include_total=include_total,
        )
        requests.set_window(request, created_after, created_before, self._naive_times)
        patience = self._caller.timeout if timeout is None else timeout
        return Export(_answers(self._caller, request, patience), include_total)


async def _answers(
    caller: Caller, request: ExportWorkflowExecutionsRequest, patience: float
) -> AsyncGenerator[ExportWorkflowExecutionsResponse, None]:
    """What the server says, by the first call that it answers."""
    attempts = Attempts(caller)
    end = asyncio.get_running_loop().time() + patience
    token = await caller.tokens.current()
    has_begun = False
    while True:
        call = caller.stream_of(methods.EXPORT, request, token)
        try:
            while True:
                answer = await next_answer(call, methods.EXPORT.response, _SILENCE_SECONDS)
                if answer is None:
                    return
                has_begun = True
                yield answer
        except WorkflowHistoryError as error:
            if has_begun:
                raise
            failure = error
        finally:
            call.cancel()
        token = await attempts.next_token(failure, token, end)
