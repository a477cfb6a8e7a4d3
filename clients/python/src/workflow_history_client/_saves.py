"""A stream of saves, which goes on where it broke."""

import asyncio
import collections
import dataclasses
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any, TypeAlias

import grpc

from workflow_history_client._attempts import Attempts
from workflow_history_client._calls import Caller, Method
from workflow_history_client._protos.workflow_archive_pb2 import ArchivedExecution
from workflow_history_client._protos.workflow_execution_pb2 import WorkflowExecution
from workflow_history_client._protos.workflow_history_service_pb2 import (
    ImportWorkflowExecutionsRequest,
    ImportWorkflowExecutionsResponse,
    SaveWorkflowExecutionsRequest,
    SaveWorkflowExecutionsResponse,
)
from workflow_history_client._protos.workflow_history_service_pb2 import (
    SaveOutcome as AnsweredOutcome,
)
from workflow_history_client.errors import (
    DeadlineExceeded,
    FieldViolation,
    ResourceExhausted,
    Unavailable,
    WorkflowHistoryError,
)

# A request has no more executions than these, and no more bytes unless one alone has them.
_PORTION_EXECUTIONS = 100
_PORTION_BYTES = 1 << 20
# How many requests may be unanswered, or answered and not yet taken.
_WINDOW_EXECUTIONS = 2_000
_WINDOW_BYTES = 4 << 20
# What grpc.aio makes of whatever ended a call, where a write was under way: grpc/grpc#36066.
_LOST_STATUS = (grpc.StatusCode.INTERNAL, "Internal error from Core")
# What a server takes as one message, with room for what stands around an execution.
_MESSAGE_BYTES = (4 << 20) - 1024


@dataclasses.dataclass(frozen=True)
class SaveOutcome:
    """What became of one execution."""

    # Its place among all that were given, from 0.
    index: int
    execution_id: str
    # Why it was refused. None where it is saved.
    error: WorkflowHistoryError | None


# A method that takes executions and answers with their outcomes.
BulkMethod: TypeAlias = (
    Method[SaveWorkflowExecutionsRequest, SaveWorkflowExecutionsResponse]
    | Method[ImportWorkflowExecutionsRequest, ImportWorkflowExecutionsResponse]
)


@dataclasses.dataclass(frozen=True)
class Save:
    """An execution to be saved, as the method of its stream takes it; or why it can't be sent."""

    execution_id: str
    execution: WorkflowExecution | ArchivedExecution | None
    refusal: WorkflowHistoryError | None = None

    @property
    def size(self) -> int:
        return 0 if self.execution is None else self.execution.ByteSize()

    @classmethod
    def of(cls, execution_id: str, execution: WorkflowExecution | ArchivedExecution) -> "Save":
        if execution.ByteSize() > _MESSAGE_BYTES:
            too_large = ResourceExhausted(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"an execution has {_MESSAGE_BYTES} bytes at most, and not {execution.ByteSize()}",
            )
            return cls(execution_id, None, too_large)
        return cls(execution_id, execution)


class _Portion:
    """Executions that are sent and answered together, and sent again as they were sent."""

    def __init__(self, method: BulkMethod, saves: list[Save], size: int) -> None:
        sent: list[Any] = [one.execution for one in saves if one.execution is not None]
        request = method.request(executions=sent)
        self.request = request.SerializeToString() if sent else b""
        self.size = size
        self.refusals = [(one.execution_id, one.refusal) for one in saves]
        # None while the server has not answered.
        self.outcomes: list[tuple[str, WorkflowHistoryError | None]] | None = None
        if not sent:
            self.outcomes = self.refusals

    def answer(self, answered: list[AnsweredOutcome]) -> None:
        rest = iter(answered)
        self.outcomes = [
            (name, refusal if refusal is not None else _error(next(rest)))
            for name, refusal in self.refusals
        ]


class SaveStream:
    """Saves executions in their order, over as many calls as it takes.

    What was not answered when a call broke is sent again by the next: ids that were there before,
    and the same bytes, keep it from being saved twice.
    """

    def __init__(
        self, caller: Caller, method: BulkMethod, saves: AsyncIterable[Save], patience: float
    ) -> None:
        """- patience: for how many seconds the server may answer nothing of what was sent."""
        self._caller = caller
        self._method = method
        self._saves = saves
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._gathered: list[Save] = []
        self._gathered_bytes = 0
        # Whether no more come, and what the source of them raised.
        self._ended = False
        self._failure: BaseException | None = None
        self._window: collections.deque[_Portion] = collections.deque()
        self._window_executions = self._window_bytes = 0
        # There is something to send, or to gather for, or to look at.
        self._to_send, self._room, self._changed = (asyncio.Event() for _ in range(3))
        # Why the current call has ended.
        self._broken: Exception | None = None
        # Whether it has answered anything.
        self._answered = asyncio.Event()
        self._progress = self._loop.time()
        self._attempts = Attempts(caller)

    async def outcomes(self) -> AsyncGenerator[SaveOutcome, None]:
        """The outcome of each. What the source of the saves raises is raised after those of all
        that came before."""
        gathering = asyncio.create_task(self._gather())
        index = 0
        try:
            token = await self._caller.tokens.current()
            while not self.is_done:
                async with _Attempt(self, self._caller.stream(self._method, token)):
                    while True:
                        while self._window and self._window[0].outcomes is not None:
                            for name, error in self._take():
                                yield SaveOutcome(index, name, error)
                                index += 1
                        if self._broken is not None or self.is_done:
                            break
                        await self._wait_for_change()
                if not self.is_done:
                    token = await self._token_for_next_attempt(token)
            if self._failure is not None:
                raise self._failure
        finally:
            gathering.cancel()
            await asyncio.gather(gathering, return_exceptions=True)

    @property
    def is_done(self) -> bool:
        return self._ended and not self._gathered and not self._window

    async def _gather(self) -> None:
        try:
            async for save in self._saves:
                size = save.size
                while self._gathered and (
                    len(self._gathered) >= _PORTION_EXECUTIONS
                    or self._gathered_bytes + size > _PORTION_BYTES
                ):
                    self._room.clear()
                    await self._room.wait()
                self._gathered.append(save)
                self._gathered_bytes += size
                self._to_send.set()
        except Exception as failure:
            self._failure = failure
        finally:
            self._ended = True
            self._to_send.set()
            self._changed.set()

    async def send(self, call: "_Call") -> None:
        """Sends what is unanswered, and then what comes, until no more does.

        The first request waits alone for its answer: a call that is to fail at once would lose its
        status among other writes.
        """
        for portion in list(self._window):
            await self._write(call, portion)
        while True:
            while self._gathered and self._has_room:
                await self._write(call, self._portion())
            if self._ended and not self._gathered:
                return await call.done_writing()
            self._to_send.clear()
            await self._to_send.wait()

    async def _write(self, call: "_Call", portion: _Portion) -> None:
        if portion.outcomes is None:
            await call.write(portion.request)
            await self._answered.wait()

    @property
    def _has_room(self) -> bool:
        return not self._window or (
            self._window_executions + len(self._gathered) <= _WINDOW_EXECUTIONS
            and self._window_bytes + self._gathered_bytes <= _WINDOW_BYTES
        )

    def _portion(self) -> _Portion:
        if all(one.outcomes is not None for one in self._window):
            self._progress = self._loop.time()
        portion = _Portion(self._method, self._gathered, self._gathered_bytes)
        self._gathered, self._gathered_bytes = [], 0
        self._window.append(portion)
        self._window_executions += len(portion.refusals)
        self._window_bytes += portion.size
        self._room.set()
        self._changed.set()
        return portion

    def _take(self) -> list[tuple[str, WorkflowHistoryError | None]]:
        portion = self._window.popleft()
        self._window_executions -= len(portion.refusals)
        self._window_bytes -= portion.size
        self._to_send.set()
        return portion.outcomes or []

    def answer(self, answered: list[AnsweredOutcome]) -> None:
        """Notes what the server says of the first portion that it had not answered."""
        first = next(one for one in self._window if one.outcomes is None)
        first.answer(answered)
        self._progress = self._loop.time()
        self._attempts.note_progress()
        self._answered.set()
        self._changed.set()

    def break_off(self, error: Exception) -> None:
        """Notes that the current call has ended."""
        self._broken = error
        self._answered.clear()
        self._changed.set()

    async def _wait_for_change(self) -> None:
        try:
            async with asyncio.timeout_at(self._end) as limit:
                await self._changed.wait()
        except TimeoutError as failure:
            if not limit.expired():
                raise
            raise DeadlineExceeded(
                grpc.StatusCode.DEADLINE_EXCEEDED,
                f"nothing was answered for {self._patience} s",
                in_doubt=True,
            ) from failure
        self._changed.clear()

    async def _token_for_next_attempt(self, token: str | None) -> str | None:
        """The token of the next call, when it is time for it. Raises where there is to be none."""
        error, self._broken = self._broken, None
        assert error is not None
        if not isinstance(error, WorkflowHistoryError):
            raise error
        return await self._attempts.next_token(error, token, self._end)

    @property
    def _end(self) -> float | None:
        """Until when the server may say nothing. While nothing is unanswered nobody waits."""
        return self._progress + self._patience if self._window else None


_Response: TypeAlias = SaveWorkflowExecutionsResponse | ImportWorkflowExecutionsResponse
_Call: TypeAlias = "grpc.aio.StreamStreamCall[bytes, _Response]"


class _Attempt:
    """One call, with what writes to it and what reads from it."""

    def __init__(self, stream: SaveStream, call: "_Call") -> None:
        self._stream = stream
        self._call = call

    async def __aenter__(self) -> None:
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._read())]

    async def __aexit__(self, *_: object) -> None:
        if self._stream.is_done:
            # The server has nothing left to do but to say so.
            await asyncio.wait(self._tasks, timeout=1)
        self._call.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _write(self) -> None:
        try:
            await self._stream.send(self._call)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            # The call has ended: why, reading tells.
            return
        except Exception as failure:
            self._stream.break_off(failure)

    async def _read(self) -> None:
        try:
            while isinstance(response := await self._call.read(), _Response):
                self._stream.answer(list(response.outcomes))
            early = "the server ended the call before it had answered everything"
            self._stream.break_off(Unavailable(grpc.StatusCode.UNAVAILABLE, early, in_doubt=True))
        except grpc.aio.AioRpcError as failure:
            error = WorkflowHistoryError.of(failure, in_doubt=True)
            if (error.code, error.message) == _LOST_STATUS:
                lost = "the call ended, and why was lost"
                error = Unavailable(grpc.StatusCode.UNAVAILABLE, lost, in_doubt=True)
            self._stream.break_off(error)
        except Exception as failure:
            self._stream.break_off(failure)


def _error(outcome: AnsweredOutcome) -> WorkflowHistoryError | None:
    if not outcome.HasField("refusal"):
        return None
    refusal = outcome.refusal
    violations = (FieldViolation(one.field, one.description) for one in refusal.field_violations)
    return WorkflowHistoryError.refusal(refusal.code, refusal.message, tuple(violations))
