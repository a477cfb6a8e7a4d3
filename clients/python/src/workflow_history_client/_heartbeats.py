"""Says of the runs of a recorder that they go on."""

import asyncio
import heapq
import logging
import math
from collections.abc import Container

import grpc

from workflow_history_client import _methods as methods
from workflow_history_client._calls import Caller
from workflow_history_client._passing import passes
from workflow_history_client._protos.workflow_history_service_pb2 import (
    HeartbeatWorkflowExecutionRequest,
)
from workflow_history_client.counts import RecorderCounts
from workflow_history_client.errors import WorkflowHistoryError

# How many heartbeats are under way at once, and how long each may take.
_AT_ONCE = 8
_CALL_SECONDS = 30.0
# Within how many intervals another must come.
_INTERVALS = 3
_MAX_TIMEOUT_SECONDS = 86_400
# The execution is not RUNNING any more, or is not there any more.
_ENDED = {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND}
_log = logging.getLogger(__name__)


class Heartbeats:
    """Sends heartbeats for runs that the server knows, each at once and then in every interval.

    While the server is away, it is a few calls that try again, however many runs go on.
    """

    def __init__(
        self, caller: Caller, running: Container[str], counts: RecorderCounts, interval: float
    ) -> None:
        """- running: the ids of the runs that go on in this process."""
        self._caller = caller
        self._running = running
        self._counts = counts
        self._interval = interval
        timeout = math.ceil(_INTERVALS * interval)
        self._timeout_seconds = min(max(timeout, 1), _MAX_TIMEOUT_SECONDS)
        self._loop = asyncio.get_running_loop()
        # When each run is due, by the event loop's clock.
        self._due: list[tuple[float, str]] = []
        # These, and those of which one is under way.
        self._known: set[str] = set()
        self._changed = asyncio.Event()

    def request(self, execution_id: str) -> HeartbeatWorkflowExecutionRequest:
        """A heartbeat, with the time within which another comes."""
        return HeartbeatWorkflowExecutionRequest(
            id=execution_id, timeout_seconds=self._timeout_seconds
        )

    def begin(self, execution_id: str) -> None:
        """The server knows of this run. It may have ended, or be another process's."""
        if execution_id in self._running and execution_id not in self._known:
            self._known.add(execution_id)
            self._push(self._loop.time(), execution_id)

    async def run(self) -> None:
        """Sends them until it is cancelled, whatever happens."""
        limit = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                await limit.acquire()
                task = group.create_task(self._beat(await self._next()))
                task.add_done_callback(lambda _: limit.release())

    def _push(self, due: float, execution_id: str) -> None:
        heapq.heappush(self._due, (due, execution_id))
        self._changed.set()

    async def _next(self) -> str:
        """The next run, when it is due."""
        while True:
            self._changed.clear()
            end = self._due[0][0] if self._due else None
            if end is not None and end <= self._loop.time():
                _, execution_id = heapq.heappop(self._due)
                if execution_id in self._running:
                    return execution_id
                self._known.discard(execution_id)
                continue
            try:
                async with asyncio.timeout_at(end):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _beat(self, execution_id: str) -> None:
        again = self._loop.time() + self._interval
        try:
            another = await self._send(execution_id)
        except Exception:
            # A run must not fail for what is only told of it.
            _log.exception("no heartbeat can be sent for execution %s", execution_id)
            another = False
        if another:
            self._push(again, execution_id)
        else:
            self._known.discard(execution_id)

    async def _send(self, execution_id: str) -> bool:
        """Whether another is to follow."""
        request = self.request(execution_id)
        try:
            await self._caller.call(
                methods.HEARTBEAT, request, repeatable=True, timeout=_CALL_SECONDS
            )
        except WorkflowHistoryError as error:
            if passes(error):
                _log.debug("a heartbeat of execution %s was not taken: %s", execution_id, error)
                return True
            # Where it has ended here meanwhile, that is why.
            if execution_id in self._running:
                self._note_refused(execution_id, error)
            return False
        return True

    def _note_refused(self, execution_id: str, error: WorkflowHistoryError) -> None:
        if error.code in _ENDED:
            self._counts.ended_elsewhere += 1
            _log.warning("somebody else has ended execution %s: %s", execution_id, error)
        else:
            _log.error("execution %s has no heartbeats: %s", execution_id, error)
