"""Many saves."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping

from workflow_history_client import _methods as methods
from workflow_history_client import _requests as requests
from workflow_history_client import shapes
from workflow_history_client._saves import BulkMethod, Save, SaveOutcome, SaveStream
from workflow_history_client.connection import Connection
from workflow_history_client.errors import InvalidArgument
from workflow_history_client.identifiers import new_execution_id

Many = (
    AsyncIterable[shapes.ExecutionToSave | Mapping[str, object]]
    | Iterable[shapes.ExecutionToSave | Mapping[str, object]]
)
ManyArchived = (
    AsyncIterable[shapes.ArchivedExecution | Mapping[str, object]]
    | Iterable[shapes.ArchivedExecution | Mapping[str, object]]
)


class BulkSaves(Connection):
    """Saves many executions by one stream: new ones, and such as were exported."""

    def save_workflow_executions(
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
        return self._outcomes(methods.SAVE_MANY, _each(executions, self._save), timeout)

    def import_workflow_executions(
        self, executions: ManyArchived, *, timeout: float | None = None
    ) -> AsyncIterator[SaveOutcome]:
        """Imports executions, of any users, as they were, and tells of each, in their order, what
        became of it: as `save_workflow_executions` does. It needs the scope `history:import`.

        They are what `export_workflow_executions` gives. Each keeps its id, its version and its
        times; its `created_at` is its id's own. What is there already counts as saved where it
        comes from the same save, else its outcome is `AlreadyExists`; in both cases it stays as it
        is, so that an import that broke off is simply begun again.

        One that was not exported has at least id, workflow_id, workflow_type, user_id and status. A
        time, a duration or a document that is left out, or None, is not there afterwards either,
        and without a save_digest the execution is told by its fields.
        """
        return self._outcomes(methods.IMPORT, _each(executions, self._archived), timeout)

    async def _outcomes(
        self, method: BulkMethod, saves: AsyncIterable[Save], timeout: float | None
    ) -> AsyncIterator[SaveOutcome]:
        patience = self._caller.timeout if timeout is None else timeout
        outcomes = SaveStream(self._caller, method, saves, patience).outcomes()
        try:
            async for outcome in outcomes:
                yield outcome
        finally:
            await outcomes.aclose()

    def _save(self, given: Mapping[str, object]) -> Save:
        fields = dict(given)
        execution_id = str(fields.pop("execution_id", None) or new_execution_id())
        try:
            requests.check_names(fields, shapes.ExecutionToSave)
            execution = requests.execution({"id": execution_id, **fields}, self._naive_times)
        except InvalidArgument as refusal:
            return Save(execution_id, None, refusal)
        return Save.of(execution_id, execution)

    def _archived(self, given: Mapping[str, object]) -> Save:
        execution_id = str(given.get("id") or "")
        try:
            requests.check_names(given, shapes.ArchivedExecution)
            archived = requests.archived(given, self._naive_times)
        except InvalidArgument as refusal:
            return Save(execution_id, None, refusal)
        return Save.of(execution_id, archived)


async def _each(
    executions: AsyncIterable[Mapping[str, object]] | Iterable[Mapping[str, object]],
    to_save: Callable[[Mapping[str, object]], Save],
) -> AsyncIterator[Save]:
    if isinstance(executions, AsyncIterable):
        async for fields in executions:
            yield to_save(fields)
    else:
        for fields in executions:
            yield to_save(fields)
