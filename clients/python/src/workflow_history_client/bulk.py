"""Many saves."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping

from workflow_history_client import _requests as requests
from workflow_history_client import shapes
from workflow_history_client._saves import Save, SaveOutcome, SaveStream
from workflow_history_client.connection import Connection
from workflow_history_client.errors import InvalidArgument
from workflow_history_client.identifiers import new_execution_id

Many = (
    AsyncIterable[shapes.ExecutionToSave | Mapping[str, object]]
    | Iterable[shapes.ExecutionToSave | Mapping[str, object]]
)


class BulkSaves(Connection):
    """Saves many executions by one stream."""

    async def save_workflow_executions(
        self, executions: Many, *, timeout: float | None = None
    ) -> AsyncIterator[SaveOutcome]:
        """Saves executions as they come, and tells of each, in their order, what became of it.

        One that is refused keeps no other from being saved: its outcome has the error. While the
        server is away, the stream is begun again with what was not answered, and nothing is saved
        twice. Whoever may begin again by themselves, after a crash, gives each an `execution_id`,
        the same each time.

        No more than some 2,000 executions, or 4 MiB of them, are read ahead of the outcomes that
        are taken; a plain iterable that blocks holds up the event loop. Where the outcomes are left
        early, what was read may be saved all the same.

        - timeout: for how many seconds the server may answer nothing of what was sent, all attempts
          together, before its last error is raised, or `DeadlineExceeded`; by default the client's.
        """
        patience = self._caller.timeout if timeout is None else timeout
        stream = SaveStream(self._caller, self._saves(executions), patience)
        outcomes = stream.outcomes()
        try:
            async for outcome in outcomes:
                yield outcome
        finally:
            await outcomes.aclose()

    async def _saves(self, executions: Many) -> AsyncIterator[Save]:
        if isinstance(executions, AsyncIterable):
            async for fields in executions:
                yield self._save(fields)
        else:
            for fields in executions:
                yield self._save(fields)

    def _save(self, given: shapes.ExecutionToSave | Mapping[str, object]) -> Save:
        fields = dict(given)
        execution_id = str(fields.pop("execution_id", None) or new_execution_id())
        try:
            for name in fields:
                if name not in shapes.ExecutionToSave.__annotations__:
                    raise InvalidArgument.field(f"execution.{name}", "is no field of an execution")
            execution = requests.execution({"id": execution_id, **fields}, self._naive_times)
        except InvalidArgument as refusal:
            return Save(execution_id, None, refusal)
        return Save.of(execution)
