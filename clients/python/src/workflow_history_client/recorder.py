"""Records what an executor runs, whether or not the server is there."""

import asyncio
import contextlib
import datetime
import logging
import os
import pathlib
from collections.abc import Mapping
from types import TracebackType
from typing import Literal, Self

from workflow_history_client import _requests as requests
from workflow_history_client._delivery import Delivery
from workflow_history_client._heartbeats import Heartbeats
from workflow_history_client._protos.workflow_execution_pb2 import WorkflowExecution
from workflow_history_client._recorded import SHORT_ERROR_BYTES, Beginning, Ending
from workflow_history_client._records import Record
from workflow_history_client._values import Document, Identifier
from workflow_history_client.counts import RecorderCounts
from workflow_history_client.errors import InvalidArgument
from workflow_history_client.identifiers import new_execution_id
from workflow_history_client.runs import Run
from workflow_history_client.service import WorkflowHistoryService
from workflow_history_client.spool import Spool, SpoolFull

# What is kept free for the end of each run that goes on: without documents, with a short error.
_END_BYTES = SHORT_ERROR_BYTES + 512
_log = logging.getLogger(__name__)


class ExecutionRecorder:
    """Records runs of an executor, each as an execution.

    What it records goes to a spool on disk first and from there to the server, in order and once,
    while the runs go on: they never wait for the server. What is left when the process ends, or is
    killed, the next one on the same spool delivers, or another that runs meanwhile.

    A recorder belongs to one event loop. Other processes may use the same spool; a process that was
    forked from this one makes a recorder of its own.

    Its one error is `SpoolFull`, and only where that is asked for. What it can't record is logged
    and in `counts`.
    """

    def __init__(
        self,
        service: WorkflowHistoryService,
        spool: str | os.PathLike[str],
        *,
        user_id: Identifier = "",
        max_bytes: int = 256 << 20,
        durable: bool = True,
        when_full: Literal["drop", "raise"] = "drop",
        heartbeat_interval: float | None = 20.0,
    ) -> None:
        """- spool: the folder of the spool, which is made. Raises `OSError` where it can't be.
        - user_id: whose the runs are, where they don't say; the caller.
        - max_bytes: what may wait on disk for the server. Once three quarters are used, runs are
          recorded without documents; when all is, no further runs are, only the ends of those that
          were begun.
        - durable: whether a run goes on only when its beginning would survive a crash of the whole
          machine. A kill of the process it survives in any case.
        - when_full: what becomes of a run that can't be recorded: it goes on, or `SpoolFull` is
          raised in its stead.
        - heartbeat_interval: every how many seconds the server is told that a run goes on. Its
          execution is `abandoned` once three of them pass without: its process was killed, or can't
          reach the server. None for no heartbeats.
        """
        self.counts = RecorderCounts()
        self._service = service
        self._user = user_id
        self._max_bytes = max_bytes
        self._when_full = when_full
        self._heartbeat_interval = heartbeat_interval
        self._spool = Spool(pathlib.Path(spool), durable=durable)
        self._delivery: Delivery | None = None
        # What happens beside the runs.
        self._background: list[asyncio.Task[None]] = []
        # The runs that go on, by their ids.
        self._running: dict[str, Run] = {}

    async def __aenter__(self) -> Self:
        """Begins to deliver, what earlier processes left too. The first run does so as well."""
        self._start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def _start(self) -> Delivery:
        if self._delivery is None:
            # Deliveries may take any time, whatever calls may.
            pace = self._service._pace
            caller, heartbeats = self._service._caller, self._heartbeats()
            self._delivery = Delivery(caller, self._spool, self.counts, pace, heartbeats)
            self._background.append(asyncio.create_task(self._delivery.run()))
            if heartbeats is not None:
                self._background.append(asyncio.create_task(heartbeats.run()))
        return self._delivery

    def _heartbeats(self) -> Heartbeats | None:
        interval = self._heartbeat_interval
        if interval is None:
            return None
        return Heartbeats(self._service._caller, self._running, self.counts, interval)

    async def delivered(self) -> None:
        """Returns once the server has all that was recorded."""
        await self._start().finished()

    async def close(self, timeout: float = 5.0) -> None:
        """Delivers for so many seconds at most, and leaves the rest to the next process.

        Runs that still go on are no longer recorded.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._spool.synced()
                await self.delivered()
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self._background.clear()
        self._spool.close()

    def execution(
        self,
        *,
        workflow_type: str,
        workflow_id: Identifier,
        input_data: Document = None,
        execution_metadata: Document = None,
        user_id: Identifier | None = None,
    ) -> "RecordedExecution":
        """Records what the block of an `async with` does: RUNNING from its beginning on, then
        COMPLETED; or FAILED with the traceback of whatever it raises, which goes on."""
        fields = {
            "workflow_id": workflow_id,
            "workflow_type": workflow_type,
            "user_id": self._user if user_id is None else user_id,
            "input_data": input_data,
            "execution_metadata": execution_metadata,
        }
        return RecordedExecution(self, fields)

    async def begin(self, run: Run, fields: Mapping[str, object]) -> None:
        """Records that a run has begun. `execution` does so, and `end` at its end."""
        self._start()
        try:
            self._begin(run, self._execution(run, "RUNNING", fields))
        except SpoolFull:
            raise
        except Exception:
            # A run must not fail for what is only told of it.
            self.counts.not_recorded += 1
            _log.exception("execution %s is not recorded", run.execution_id)
        await self._spool.synced()

    async def end(self, run: Run, error: BaseException | None) -> None:
        """Records how a run has ended, before anything is waited for."""
        if self._running.pop(run.execution_id, None) is None:
            return
        try:
            is_told = self._end(run, self._execution(run, *_outcome(run, error)))
        except Exception:
            _log.exception("the end of execution %s can't be told", run.execution_id)
            is_told = False
        if not is_told:
            self.counts.ends_lost += 1
        await self._spool.synced()

    def _begin(self, run: Run, execution: WorkflowExecution) -> None:
        whole = Beginning(execution)
        for beginning, limit in (
            (whole, self._max_bytes * 3 // 4),
            (whole.bare(), self._max_bytes),
        ):
            record = beginning.record()
            if self._used + _END_BYTES + len(record.content) > limit:
                continue
            if self._append(record, run):
                self._running[run.execution_id] = run
                self.counts.recorded += 1
                self._note_dropped(run, beginning != whole)
                return
        self.counts.not_recorded += 1
        if self._when_full == "raise":
            raise SpoolFull(
                f"{self._used} of {self._max_bytes} bytes are used, or the disk is full"
            )
        _log.error("execution %s is not recorded: the spool lacks room", run.execution_id)

    def _end(self, run: Run, execution: WorkflowExecution) -> bool:
        # For the bare one there is room.
        whole = Ending(execution)
        for ending, limit in ((whole, self._max_bytes * 3 // 4), (whole.bare(), None)):
            record = ending.record()
            if limit is not None and self._used + len(record.content) > limit:
                continue
            if self._append(record, run):
                self._note_dropped(run, ending != whole)
                return True
        return False

    def _execution(self, run: Run, status: str, fields: Mapping[str, object]) -> WorkflowExecution:
        """Without the documents that are no JSON."""
        began = run.started_at if status == "RUNNING" else None
        sent = {"id": run.execution_id, "status": status, "start_time": began, **fields}
        try:
            return requests.execution(sent, None)
        except InvalidArgument:
            return requests.execution(self._sendable(run, sent), None)

    def _sendable(self, run: Run, fields: Mapping[str, object]) -> Mapping[str, object]:
        sendable = {}
        for name, value in fields.items():
            try:
                requests.execution({name: value}, None)
            except InvalidArgument as refusal:
                self.counts.documents_dropped += 1
                _log.error("execution %s: %s", run.execution_id, refusal)
            else:
                sendable[name] = value
        return sendable

    @property
    def _used(self) -> int:
        """The bytes on disk, and those that are kept free for runs that go on."""
        return self._spool.size + _END_BYTES * len(self._running)

    def _append(self, record: Record, run: Run) -> bool:
        try:
            self._spool.append(record)
        except OSError as failure:
            _log.error("execution %s can't be written down: %s", run.execution_id, failure)
            return False
        self._start().wake()
        return True

    def _note_dropped(self, run: Run, is_dropped: bool) -> None:
        if is_dropped:
            self.counts.documents_dropped += 1
            _log.warning("the spool lacks room for documents of %s", run.execution_id)


class RecordedExecution:
    """One run of a recorder, to be used in `async with`."""

    def __init__(self, recorder: ExecutionRecorder, fields: Mapping[str, object]) -> None:
        self._recorder = recorder
        self._fields = fields

    async def __aenter__(self) -> Run:
        self._run = Run(new_execution_id())
        try:
            await self._recorder.begin(self._run, self._fields)
        except BaseException as error:
            # Cancelled before it has done anything.
            await self._recorder.end(self._run, error)
            raise
        return self._run

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._recorder.end(self._run, error)


def _outcome(run: Run, error: BaseException | None) -> tuple[str, dict[str, object]]:
    """The status of a run that ends, and what else is told of it."""
    duration = run.elapsed()
    fields: dict[str, object] = {
        "end_time": run.started_at + datetime.timedelta(seconds=duration),
        "duration_seconds": duration,
        "output_data": run.output_data,
        "task_results": run.tasks or None,
    }
    if error is None:
        return "COMPLETED", fields
    return "FAILED", fields | {"error_message": run.error_text(error)}
