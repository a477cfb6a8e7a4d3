"""Calls about one execution."""

import asyncio
import datetime
from collections.abc import Mapping, Sequence
from typing import Unpack, cast

from google.protobuf.field_mask_pb2 import FieldMask

from workflow_history_client import _methods as methods
from workflow_history_client import _requests as requests
from workflow_history_client import _values as values
from workflow_history_client import shapes
from workflow_history_client._answers import as_dict
from workflow_history_client._protos.workflow_execution_pb2 import WorkflowExecution
from workflow_history_client._protos.workflow_history_service_pb2 import (
    DeleteWorkflowExecutionRequest,
    GetWorkflowExecutionRequest,
    HeartbeatWorkflowExecutionRequest,
    SaveWorkflowExecutionRequest,
    UpdateWorkflowExecutionRequest,
)
from workflow_history_client._values import Document, Identifier
from workflow_history_client.connection import Connection
from workflow_history_client.errors import Aborted, NotFound
from workflow_history_client.identifiers import new_execution_id


class Executions(Connection):
    """Saves, reads, changes and deletes an execution, and waits for its end."""

    async def save_workflow_execution(
        self,
        workflow_id: Identifier,
        workflow_type: str,
        user_id: Identifier,
        status: str,
        input_data: Document = None,
        output_data: Document = None,
        task_results: Sequence[shapes.TaskResult | Mapping[str, object]] | None = None,
        error_message: str | None = None,
        start_time: datetime.datetime | None = None,
        end_time: datetime.datetime | None = None,
        duration_seconds: float | None = None,
        execution_metadata: Document = None,
        *,
        execution_id: Identifier | None = None,
        timeout: float | None = None,
    ) -> str:
        """Saves a new execution, and returns its id.

        It is safe to try again: by its id the server knows a save that it has made. Whoever does so
        by themselves passes the same `execution_id`, of `new_execution_id()`, each time: then the
        same save returns the execution that is there, and another raises `AlreadyExists`.

        Without a start_time it starts now, without an end_time one that has ended ends now, and
        without a duration it took the time between.
        """
        fields = {
            "id": execution_id or new_execution_id(),
            "workflow_id": workflow_id,
            "workflow_type": workflow_type,
            "user_id": user_id,
            "status": status,
            "input_data": input_data,
            "output_data": output_data,
            "task_results": task_results,
            "error_message": error_message,
            "start_time": start_time,
            "end_time": end_time,
            "duration_seconds": duration_seconds,
            "execution_metadata": execution_metadata,
        }
        request = SaveWorkflowExecutionRequest(
            execution=requests.execution(fields, self._naive_times)
        )
        answer = await self._caller.call(methods.SAVE, request, repeatable=True, timeout=timeout)
        return answer.execution.id

    async def get_workflow_execution_details(
        self, execution_id: Identifier, *, timeout: float | None = None
    ) -> shapes.WorkflowExecution | None:
        """Returns an execution with its documents, or None where no execution has the id.

        Another user's raises `PermissionDenied`, and what is no UUID `InvalidArgument`.
        """
        try:
            return cast(shapes.WorkflowExecution, as_dict(await self._get(execution_id, timeout)))
        except NotFound:
            return None

    async def update_workflow_execution(
        self,
        execution_id: Identifier,
        *,
        expected_version: int | None = None,
        allow_reopen: bool = False,
        timeout: float | None = None,
        **changes: Unpack[shapes.ExecutionChanges],
    ) -> bool:
        """Changes the fields that are given, and returns False where no execution has the id.

        - expected_version: the version that the caller has seen, which is 1 after a save; where the
          execution has another, nothing is changed and `Aborted` raised. With it the update is safe
          to try again, and is tried again while the server is away. Without it that raises
          `Unavailable`, and may have been carried out (`in_doubt`).
        - allow_reopen: lets one that has ended become PENDING, RUNNING or PAUSED again, which
          raises `FailedPrecondition` otherwise.
        """
        requests.check_changes(changes)
        execution = requests.execution({"id": execution_id, **changes}, self._naive_times)
        request = UpdateWorkflowExecutionRequest(
            execution=execution,
            update_mask=FieldMask(paths=list(changes)),
            expected_version=expected_version or 0,
            allow_reopen=allow_reopen,
        )
        try:
            await self._caller.call(
                methods.UPDATE, request, repeatable=bool(expected_version), timeout=timeout
            )
        except NotFound:
            return False
        except Aborted as error:
            # The other version may be what an attempt made whose answer was lost.
            if not (error.in_doubt and await self._is_carried_out(request, timeout)):
                raise
        return True

    async def heartbeat_workflow_execution(
        self,
        execution_id: Identifier,
        timeout_seconds: int = 60,
        *,
        timeout: float | None = None,
    ) -> None:
        """Says that an execution is still run: where so many seconds pass without another
        heartbeat, 86,400 at most, it is `abandoned`. Send one three times as often.

        `FailedPrecondition` where it is not RUNNING: somebody else has ended or halted it, and its
        executor may stop. `NotFound` where no execution has the id.
        """
        request = HeartbeatWorkflowExecutionRequest(
            id=values.text("id", execution_id), timeout_seconds=timeout_seconds
        )
        await self._caller.call(methods.HEARTBEAT, request, repeatable=True, timeout=timeout)

    async def delete_workflow_execution(
        self,
        execution_id: Identifier,
        *,
        expected_version: int | None = None,
        timeout: float | None = None,
    ) -> bool:
        """Deletes an execution for good, and returns False where no execution has the id.

        - expected_version: the version that the caller has seen; where the execution has another,
          nothing is deleted and `Aborted` raised.
        """
        request = DeleteWorkflowExecutionRequest(
            id=values.text("id", execution_id), expected_version=expected_version or 0
        )
        try:
            await self._caller.call(methods.DELETE, request, repeatable=True, timeout=timeout)
        except NotFound as error:
            # An attempt whose answer was lost may have deleted it.
            return error.in_doubt
        return True

    async def wait_for_workflow_execution(
        self, execution_id: Identifier, *, timeout: float | None = None
    ) -> shapes.WorkflowExecution:
        """Waits until an execution has COMPLETED or FAILED, and returns it.

        It asks again and again, less and less often. `TimeoutError` after `timeout` seconds, by
        default never; `NotFound` where no execution has the id.
        """
        async with asyncio.timeout(timeout):
            attempt = 0
            while True:
                execution = await self._get(execution_id, None)
                answer = cast(shapes.WorkflowExecution, as_dict(execution))
                if answer["status"] in ("COMPLETED", "FAILED"):
                    return answer
                await self._pace.sleep(self._pace.backoff(attempt))
                attempt += 1

    async def _get(self, execution_id: Identifier, timeout: float | None) -> WorkflowExecution:
        request = GetWorkflowExecutionRequest(id=values.text("id", execution_id))
        answer = await self._caller.call(methods.GET, request, repeatable=True, timeout=timeout)
        return answer.execution

    async def _is_carried_out(
        self, update: UpdateWorkflowExecutionRequest, timeout: float | None
    ) -> bool:
        """Whether the execution has the version and the values that this update gives it."""
        execution = await self._get(update.execution.id, timeout)
        asked, stored = as_dict(update.execution), as_dict(execution)
        given = [name for name in update.update_mask.paths if asked[name] is not None]
        return (
            execution.version == update.expected_version + 1
            and bool(given)
            and all(stored[name] == asked[name] for name in given)
        )
