"""What is known of a run while it goes on."""

import datetime
import time
from types import TracebackType
from typing import Self

from workflow_history_client._error_text import traceback_text, truncated
from workflow_history_client._values import Document
from workflow_history_client.shapes import TaskResult

_ERROR_BYTES = 65_536
_TASK_ERROR_BYTES = 2_048


class Run:
    """A run that is recorded, until its block ends."""

    def __init__(self, execution_id: str) -> None:
        # The id of its execution.
        self.execution_id = execution_id
        self.started_at = datetime.datetime.now(datetime.UTC)
        # Its tasks so far, in the order in which they began.
        self.tasks: list[TaskResult] = []
        self.output_data: Document = None
        self._began = time.monotonic()

    def output(self, value: Document) -> None:
        """Says what the run has made: a JSON value, in place of what was said before."""
        self.output_data = value

    def task(self, name: str) -> "Task":
        """A part of the run, to be used in `with` or `async with`. Tasks may overlap."""
        return Task(self.tasks, name)

    def elapsed(self) -> float:
        """The seconds since it began."""
        return time.monotonic() - self._began

    def error_text(self, error: BaseException | None) -> str:
        """What the execution keeps of an error: at most 64 KiB of its traceback."""
        return "" if error is None else traceback_text(error, _ERROR_BYTES)


class Task:
    """A part of a run: RUNNING while its block goes on, then COMPLETED, or FAILED with what the
    block raised, which goes on."""

    def __init__(self, tasks: list[TaskResult], name: str) -> None:
        self._tasks = tasks
        self._result: TaskResult = {"task_name": name, "status": "RUNNING"}

    def __enter__(self) -> Self:
        self._tasks.append(self._result)
        self._began = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._result["duration_seconds"] = time.monotonic() - self._began
        self._result["status"] = "COMPLETED" if error is None else "FAILED"
        if error is not None:
            text = f"{type(error).__name__}: {error}"
            self._result["error"] = truncated(text, _TASK_ERROR_BYTES)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, traceback)
