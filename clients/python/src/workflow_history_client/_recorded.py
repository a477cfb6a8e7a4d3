"""The saves and updates of a recorded run."""

import dataclasses

from google.protobuf.field_mask_pb2 import FieldMask

from workflow_history_client._error_text import truncated
from workflow_history_client._protos.workflow_execution_pb2 import (
    WORKFLOW_STATUS_RUNNING,
    WorkflowExecution,
)
from workflow_history_client._protos.workflow_history_service_pb2 import (
    SaveWorkflowExecutionRequest,
    UpdateWorkflowExecutionRequest,
)
from workflow_history_client._records import Kind, Record

_DOCUMENTS = ("input_data", "output_data", "task_results", "execution_metadata")
# What a run can do without.
CONTENT = (*_DOCUMENTS, "error_message")
# What an error keeps where there is no room for more.
SHORT_ERROR_BYTES = 1024


@dataclasses.dataclass(frozen=True)
class Beginning:
    """A run, RUNNING; or all of it, where its end is known before it was sent."""

    execution: WorkflowExecution

    def record(self) -> Record:
        request = SaveWorkflowExecutionRequest(execution=self.execution)
        return Record(Kind.SAVE, request.SerializeToString())

    @classmethod
    def of(cls, record: Record) -> "Beginning":
        return cls(SaveWorkflowExecutionRequest.FromString(record.content).execution)

    @property
    def is_running(self) -> bool:
        return self.execution.status == WORKFLOW_STATUS_RUNNING

    def bare(self) -> "Beginning":
        """The same without documents, and with a short error."""
        return Beginning(_bare(self.execution))

    def ended(self, ending: "Ending") -> "Beginning":
        """Both in one."""
        whole = WorkflowExecution()
        whole.CopyFrom(self.execution)
        whole.MergeFrom(ending.execution)
        return Beginning(whole)


@dataclasses.dataclass(frozen=True)
class Ending:
    """What the end of a run changes: the fields that are set."""

    execution: WorkflowExecution

    def record(self) -> Record:
        return Record(Kind.UPDATE, self.update(1).SerializeToString())

    @classmethod
    def of(cls, record: Record) -> "Ending":
        return cls(UpdateWorkflowExecutionRequest.FromString(record.content).execution)

    def update(self, expected_version: int) -> UpdateWorkflowExecutionRequest:
        paths = [field.name for field, _ in self.execution.ListFields() if field.name != "id"]
        return UpdateWorkflowExecutionRequest(
            execution=self.execution,
            update_mask=FieldMask(paths=paths),
            expected_version=expected_version,
        )

    def bare(self) -> "Ending":
        """The same without documents, and with a short error."""
        return Ending(_bare(self.execution))

    def is_carried_out(self, stored: WorkflowExecution) -> bool:
        """Whether this is how the execution has ended. No other end is of the same instant and
        duration; documents need not be compared."""
        ours = self.execution
        return (stored.status, stored.end_time, stored.duration_seconds) == (
            ours.status,
            ours.end_time,
            ours.duration_seconds,
        )


def _bare(execution: WorkflowExecution) -> WorkflowExecution:
    bare = WorkflowExecution()
    bare.CopyFrom(execution)
    for name in _DOCUMENTS:
        bare.ClearField(name)
    bare.error_message = truncated(bare.error_message, SHORT_ERROR_BYTES)
    return bare
