"""Delivers a spool to the server."""

import asyncio
import collections
import datetime
import functools
import json
import logging
import pathlib
from collections.abc import AsyncIterator, Iterable

import grpc
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message

from workflow_history_client import _methods as methods
from workflow_history_client._calls import Caller, Method, Request, Response
from workflow_history_client._heartbeats import Heartbeats
from workflow_history_client._passing import passes
from workflow_history_client._protos.workflow_execution_pb2 import (
    WORKFLOW_STATUS_COMPLETED,
    WORKFLOW_STATUS_FAILED,
    WorkflowExecution,
)
from workflow_history_client._protos.workflow_history_service_pb2 import (
    GetWorkflowExecutionRequest,
    SaveWorkflowExecutionRequest,
)
from workflow_history_client._recorded import CONTENT, Beginning, Ending
from workflow_history_client._records import Kind
from workflow_history_client._saves import Save, SaveStream
from workflow_history_client.counts import RecorderCounts
from workflow_history_client.errors import WorkflowHistoryError
from workflow_history_client.retries import RetryPolicy
from workflow_history_client.spool import Spool

# How many calls are under way at once, and how long each call may take.
_CALLS_AT_ONCE = 32
_CALL_SECONDS = 30.0
# How often what other processes left behind is looked for.
_TAKE_OVER_SECONDS = 60.0
# How many bytes of refused requests are kept.
_REFUSED_BYTES = 64 << 20
_TERMINAL = {WORKFLOW_STATUS_COMPLETED, WORKFLOW_STATUS_FAILED}
_log = logging.getLogger(__name__)


class Delivery:
    """Sends one segment after the other, each until the server has taken or refused all of it."""

    def __init__(
        self,
        caller: Caller,
        spool: Spool,
        counts: RecorderCounts,
        pace: RetryPolicy,
        heartbeats: Heartbeats | None,
    ) -> None:
        self._caller = caller
        self._spool = spool
        self._counts = counts
        self._pace = pace
        self._heartbeats = heartbeats
        self._attempt = 0
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()

    def wake(self) -> None:
        """Says that there is something to deliver."""
        self._idle.clear()
        self._wake.set()

    async def finished(self) -> None:
        """Returns once all that was spooled is delivered."""
        await self._idle.wait()

    async def run(self) -> None:
        """Delivers until it is cancelled, whatever happens."""
        while True:
            try:
                self._spool.take_over()
                await self._deliver_for(_TAKE_OVER_SECONDS)
            except Exception:
                _log.exception("the spool can't be delivered; trying again")
                await self._pause()

    async def _deliver_for(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end:
            self._wake.clear()
            segment = self._spool.next_segment()
            if segment is not None:
                await self._deliver(segment)
                self._spool.remove(segment)
                continue
            self._idle.set()
            try:
                await asyncio.wait_for(self._wake.wait(), end - loop.time())
            except TimeoutError:
                return

    async def _deliver(self, segment: pathlib.Path) -> None:
        """Sends a run whose beginning and end are both here as one save. A segment is the same
        whenever it is read, so what is sent again is the same too."""
        beginnings: dict[str, Beginning] = {}
        endings: list[Ending] = []
        for record in await asyncio.to_thread(self._spool.read, segment):
            try:
                if record.kind is Kind.SAVE:
                    beginning = Beginning.of(record)
                    beginnings[beginning.execution.id] = beginning
                    continue
                ending = Ending.of(record)
            except DecodeError:
                _log.error("a record of %s can't be read: %r", segment, record.content)
                self._counts.refused += 1
                continue
            if ending.execution.id in beginnings:
                both = beginnings[ending.execution.id].ended(ending)
                beginnings[ending.execution.id] = both
            else:
                endings.append(ending)
        await self._save(beginnings.values())
        rest = [functools.partial(self._update, ending) for ending in endings]
        if not self._spool.is_own(segment):
            rest += [
                functools.partial(self._tell_left, beginning)
                for beginning in beginnings.values()
                if beginning.is_running
            ]
        limit = asyncio.Semaphore(_CALLS_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for call in rest:
                await limit.acquire()
                task = group.create_task(call())
                task.add_done_callback(lambda _: limit.release())

    async def _save(self, beginnings: Iterable[Beginning]) -> None:
        waiting = collections.deque(beginnings)
        again: list[Beginning] = []
        while waiting:
            sent = _saves(list(waiting))
            stream = SaveStream(self._caller, methods.SAVE_MANY, sent, _CALL_SECONDS)
            try:
                async for outcome in stream.outcomes():
                    beginning = waiting.popleft()
                    if outcome.error is not None and passes(outcome.error):
                        again += await self._save_alone(beginning)
                    else:
                        again += self._settle(beginning, outcome.error)
            except WorkflowHistoryError as error:
                if error.code is grpc.StatusCode.RESOURCE_EXHAUSTED and error.retry_delay is None:
                    # One of them is too large for this server: calls of their own tell which.
                    again += await self._save_alone(waiting.popleft())
                else:
                    await self._pause(error)
        if again:
            await self._save(again)

    async def _save_alone(self, beginning: Beginning) -> list[Beginning]:
        request = SaveWorkflowExecutionRequest(execution=beginning.execution)
        while True:
            try:
                await self._caller.call(
                    methods.SAVE, request, repeatable=True, timeout=_CALL_SECONDS
                )
            except WorkflowHistoryError as error:
                if not passes(error):
                    return self._settle(beginning, error)
                await self._pause(error)
            else:
                return self._settle(beginning, None)

    def _settle(self, beginning: Beginning, error: WorkflowHistoryError | None) -> list[Beginning]:
        """Counts what became of it; returns what can be tried in its place."""
        self._attempt = 0
        if error is None:
            self._counts.delivered += 1
            if self._heartbeats is not None:
                self._heartbeats.begin(beginning.execution.id)
            return []
        request = SaveWorkflowExecutionRequest(execution=beginning.execution)
        self._refuse(request, beginning.execution.id, error)
        bare = beginning.bare()
        return [bare] if _is_about_content(error) and bare != beginning else []

    async def _update(self, ending: Ending) -> None:
        version = 1
        while True:
            request = ending.update(version)
            try:
                await self._caller.call(
                    methods.UPDATE, request, repeatable=True, timeout=_CALL_SECONDS
                )
                break
            except WorkflowHistoryError as error:
                if error.code is grpc.StatusCode.ABORTED and error.retry_delay is None:
                    stored = await self._stored(ending)
                    if stored is not None and ending.is_carried_out(stored):
                        break
                    if stored is not None and stored.status not in _TERMINAL:
                        # Somebody has changed it meanwhile, and how it ended is ours to say. A
                        # replica may not have the change yet.
                        if stored.version <= version:
                            await self._pause(error)
                        version = stored.version
                        continue
                elif passes(error):
                    await self._pause(error)
                    continue
                self._refuse(request, ending.execution.id, error)
                bare = ending.bare()
                if not _is_about_content(error) or bare == ending:
                    return
                ending = bare
        self._attempt = 0
        self._counts.delivered += 1

    async def _tell_left(self, beginning: Beginning) -> None:
        """A single heartbeat says of a run whose process has died that no other will come: its
        execution becomes abandoned, unless its end is still to be delivered."""
        if self._heartbeats is not None:
            request = self._heartbeats.request(beginning.execution.id)
            await self._answer(methods.HEARTBEAT, request)

    async def _stored(self, ending: Ending) -> WorkflowExecution | None:
        request = GetWorkflowExecutionRequest(id=ending.execution.id)
        answer = await self._answer(methods.GET, request)
        return None if answer is None else answer.execution

    async def _answer(self, method: Method[Request, Response], request: Request) -> Response | None:
        """The answer, however long it takes; None where there will be none."""
        while True:
            try:
                return await self._caller.call(
                    method, request, repeatable=True, timeout=_CALL_SECONDS
                )
            except WorkflowHistoryError as error:
                if not passes(error):
                    return None
                await self._pause(error)

    async def _pause(self, error: WorkflowHistoryError | None = None) -> None:
        if error is not None:
            level = logging.DEBUG if self._attempt > 0 else logging.WARNING
            _log.log(level, "nothing is delivered for now: %s", error)
        delay = 0.0 if error is None else error.retry_delay or 0.0
        await self._pace.sleep(delay + self._pace.backoff(self._attempt))
        self._attempt += 1

    def _refuse(self, request: Message, execution_id: str, error: WorkflowHistoryError) -> None:
        """Keeps what the server will never take beside the spool, with the reason."""
        self._counts.refused += 1
        path = self._spool.refused
        _log.error("execution %s was refused, see %s: %s", execution_id, path, error)
        line = json.dumps(
            {
                "refused_at": datetime.datetime.now(datetime.UTC).isoformat(),
                "execution_id": execution_id,
                "reason": str(error),
                "kind": type(request).__name__,
                "request": MessageToDict(request, preserving_proto_field_name=True),
            }
        )
        if path.exists() and path.stat().st_size + len(line) > _REFUSED_BYTES:
            _log.error("%s is full: it does not have execution %s", path, execution_id)
            return
        with open(path, "a") as file:
            file.write(line + "\n")


async def _saves(beginnings: list[Beginning]) -> AsyncIterator[Save]:
    for beginning in beginnings:
        yield Save.of(beginning.execution.id, beginning.execution)


def _is_about_content(error: WorkflowHistoryError) -> bool:
    """Whether the same without documents may be good."""
    if error.code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return True
    blamed = {one.field.removeprefix("execution.") for one in error.field_violations}
    return bool(blamed & {"execution", *CONTENT})
